"""Why does ngspice live in a process of its own? So that a crash or a hang costs one batch and not the training."""

import mmap
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import EbanaError, SimulatorError
from ebana_like.simulators.ngspice import callbacks
from ebana_like.simulators.ngspice.batch import RELAXED, solve_batch
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.sweep import Sweep
from ebana_like.simulators.protocol import BoolArray, Nudging, Seconds

BLOCK_BYTES = callbacks.SIZE * callbacks.WORDS


@dataclass(frozen=True, eq=False)
class Request:
    """A batch to solve.

    conductances: banks that changed since the last request, siemens.
    relaxed: solve with relaxed tolerances; the second try after a crash.
    """

    conductances: Mapping[str, FloatArray]
    features: FloatArray
    nudging: Nudging | None
    relaxed: bool = False


@dataclass(frozen=True, eq=False)
class Answer:
    """Fields of `OperatingPoints`, without the circuit."""

    voltages: FloatArray
    converged: BoolArray
    iterations: IntArray
    messages: Mapping[int, str]
    seconds: Seconds


def serve(connection: Connection, block_file: int) -> None:
    """Receive a circuit, then answer requests until the parent hangs up.

    block_file: descriptor of the file that holds the block, whose words the parent reads as signs of life.
    """
    block = np.frombuffer(mmap.mmap(block_file, BLOCK_BYTES), dtype=np.int64)
    try:
        circuit: Circuit = connection.recv()
        sweep = Sweep(circuit, Library(block))
    except EbanaError as error:
        connection.send(error)
        return
    connection.send(None)
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        except (AttributeError, ImportError) as error:
            connection.send(SimulatorError(f"the solver process cannot import the cost: {error}; put it in a module"))
            continue
        try:
            connection.send(_answer(sweep, request))
        except EbanaError as error:
            connection.send(error)


def _answer(sweep: Sweep, request: Request) -> Answer:
    began = time.perf_counter()
    sweep.program(request.conductances)
    programming = time.perf_counter() - began
    if request.relaxed:
        sweep.reload(RELAXED)
    points = solve_batch(sweep, request.features, request.nudging)
    if request.relaxed:
        sweep.reload()
    seconds = replace(points.seconds, programming=programming)
    return Answer(points.voltages, points.converged, points.iterations, points.messages, seconds)
