"""Why does ngspice live in a process of its own? So that a crash or a hang costs one batch and not the training."""

import mmap
import time
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import EbanaError, SimulatorError
from ebana_like.simulators.ngspice import block as block_layout
from ebana_like.simulators.ngspice.batch import RELAXED, solve_batch
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.messages import Answer, Request
from ebana_like.simulators.ngspice.reduction import norton_reduction
from ebana_like.simulators.ngspice.sweep import Sweep


def serve(connection: Connection, block_file: int) -> None:
    """Receive a circuit, then answer requests until the parent hangs up.

    block_file: descriptor of the file that holds the block, whose words the parent reads as signs of life.
    """
    block = np.frombuffer(mmap.mmap(block_file, block_layout.WORDS * block_layout.WORD_BYTES), dtype=np.int64)
    try:
        circuit: Circuit = connection.recv()
        library = Library(block)
        sweep = Sweep(norton_reduction(circuit), library)
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
            if request.afresh:
                sweep.remove()
                sweep = Sweep(norton_reduction(circuit.with_conductances(request.conductances)), library)
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
