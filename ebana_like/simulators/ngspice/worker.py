"""Why does ngspice live in a process of its own? So that a crash or a hang costs one batch and not the training."""

import mmap
import os
import time
import traceback
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import EbanaError, SimulatorError
from ebana_like.simulators.ngspice import block as block_layout
from ebana_like.simulators.ngspice.batch import RELAXED, solve_batch
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.messages import Answer, Answered, Course, Followed, Request, Tones, Unknown, unpacked
from ebana_like.simulators.ngspice.reduction import norton_reduction, programmable
from ebana_like.simulators.ngspice.sweep import Sweep
from ebana_like.simulators.ngspice.tones import run_tones
from ebana_like.simulators.ngspice.transient import run_course


def serve(connection: Connection, block_file: int) -> None:
    """Receive a circuit, then answer requests until the parent hangs up.

    block_file: descriptor of the file that holds the block, whose words the parent reads as signs of life.
    """
    # ngspice executes a .spiceinit found in its working directory, which is the root, or in one of these
    os.environ["HOME"] = "/dev/null"
    for name in ("SPICE_USERINIT_DIR", "USERPROFILE"):
        os.environ.pop(name, None)
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
            request = unpacked(connection.recv_bytes())
        except EOFError:
            return
        if isinstance(request, Unknown):
            connection.send(request)
            continue
        try:
            if isinstance(request, Course | Tones):
                sweep.remove()
                connection.send(_timed(library, request))
                sweep.reload()
                continue
            assert isinstance(request, Request)
            if request.afresh:
                sweep.remove()
                present = norton_reduction(circuit.with_values(request.values))
                same = all(programmable(circuit, address) for address in request.values)
                sweep = Sweep(present, library, sweep.proof if same else None)
            connection.send(_answer(sweep, request))
        except EbanaError as error:
            connection.send(error)
        except Exception as error:  # of a cost, most likely; it would come again in another process
            traceback.print_exc()
            connection.send(SimulatorError(f"solving failed with {type(error).__name__}: {error}"))


def _timed(library: Library, request: Course | Tones) -> Followed | Answered:
    return run_course(library, request) if isinstance(request, Course) else run_tones(library, request)


def _answer(sweep: Sweep, request: Request) -> Answer:
    began = time.perf_counter()
    sweep.program(request.values)
    programming = time.perf_counter() - began
    if request.relaxed:
        sweep.reload(sweep.tolerances.relaxed(RELAXED))
    answer = solve_batch(sweep, request.features, request.nudging)
    if request.relaxed:
        sweep.reload()
    return replace(answer, seconds=replace(answer.seconds, programming=programming))
