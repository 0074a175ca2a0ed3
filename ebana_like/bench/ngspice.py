"""How fast is ngspice when it trains, beside the ways it is usually called and beside its own numerics?

Each way runs in a process of its own, since one process can hold one ngspice. Rounds of the ways alternate, so that a
machine whose speed drifts favours none of them.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ebana_like.bench.memory import megabytes
from ebana_like.bench.rounds import Timing, Way, in_process
from ebana_like.circuit import Circuit
from ebana_like.elements import VoltageSources
from ebana_like.learning import Centered
from ebana_like.netlist import circuit_lines, tolerances
from ebana_like.runs import beta_of
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.ngspice.block import WORDS
from ebana_like.simulators.ngspice.library import Library, library_path
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, train

ROUNDS = 7
BATCHES = 60  # a round
POINTS_FOR_MEMORY = 100_000
EPOCHS_FOR_OVERHEAD = 10


@dataclass(frozen=True)
class NgspiceBench:
    """What was measured on one task.

    timings: this program's way first, then the bare sweep, then PySpice's.
    iterations: Newton iterations a point when training; the bare sweep needs two, the fewest there are.
    solving: milliseconds a point inside ngspice when training, without what passes between the processes.
    overhead: share of training time that is neither solving points nor writing conductances into ngspice.
    memory: growth of the worker's resident memory over 100,000 points, megabytes.
    """

    task: str
    timings: tuple[Timing, ...]
    iterations: float
    solving: float
    overhead: float
    memory: float


def bench_ngspice(task: str) -> NgspiceBench:
    """Measure one task with its default settings."""
    problem = TASKS[task].problem(TASKS[task].settings)
    with ExitStack() as stack:
        ours = stack.enter_context(_Training(problem, beta_of(TASKS[task].settings)))
        ways: dict[str, Way] = {
            "this program: endless sweep, training phases": ours.round,
            "bare sweep, constant sources": stack.enter_context(in_process(_bare_sweep, problem)),
            "PySpice: alter + op + vector read": stack.enter_context(in_process(_pyspice_vectors, problem)),
            "PySpice: alter + op + to_analysis": stack.enter_context(in_process(_pyspice_analysis, problem)),
        }
        rounds = [[way() for way in ways.values()] for _ in range(ROUNDS + 1)][1:]  # the first one warms up
        timings = tuple(Timing(name, tuple(times)) for name, times in zip(ways, zip(*rounds, strict=True), strict=True))
        return NgspiceBench(task, timings, ours.iterations, ours.solving, _overhead(problem), ours.memory_growth())


class _Training:
    """This program's way: free and nudged points of real batches, through the worker process. A context manager."""

    def __init__(self, problem: Problem, beta: float) -> None:
        self.problem = problem
        self.beta = beta
        self.simulator = NgspiceSimulator(problem.circuit)
        self.iterations = 0.0
        self.solving = 0.0

    def __enter__(self) -> "_Training":
        self.simulator.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.simulator.__exit__(None, None, None)

    def round(self) -> float:
        """Solve batches; milliseconds a point."""
        problem, data = self.problem, self.problem.data.train
        targets = data.targets(problem.cost)
        estimator, rng = Centered(self.beta), np.random.default_rng(0)
        values = problem.circuit.values()
        points, iterations, solving = 0, 0, 0.0
        began = time.perf_counter()
        for k in range(BATCHES):
            samples = problem.order(k)[0]
            estimate = estimator.estimate(
                self.simulator, values, data.volts(samples), targets[samples], problem.cost, rng
            )
            points += estimate.points.converged.size
            iterations += int(estimate.points.iterations.sum())
            solving += estimate.points.seconds.solving
        seconds = time.perf_counter() - began
        self.iterations, self.solving = iterations / points, 1e3 * solving / points
        return 1e3 * seconds / points

    def memory_growth(self) -> float:
        """Return the growth of the worker's resident memory over 100,000 points, megabytes; in whatever process."""
        features = self.problem.data.train.volts()
        repeated = np.resize(features, (1000, features.shape[1]))
        values = self.problem.circuit.values()
        self.simulator.solve(values, repeated)
        before = self._megabytes()
        for _ in range(POINTS_FOR_MEMORY // len(repeated)):
            self.simulator.solve(values, repeated)
        return self._megabytes() - before

    def _megabytes(self) -> float:
        (process,) = self.simulator.processes
        return megabytes(process, "now")


def _overhead(problem: Problem) -> float:
    """Return the share of training time outside the simulator, over a few epochs."""
    short = replace(problem, epochs=EPOCHS_FOR_OVERHEAD, stop_loss=0.0)
    with NgspiceSimulator(problem.circuit) as simulator:
        records = train(short, simulator).records
    inside = [(record.solving + record.programming) / record.seconds for record in records[1:]]
    return 1 - float(np.median(inside))


# ---------------------------------------------------------------------- ways with an ngspice of their own


def _text(circuit: Circuit) -> list[str]:
    return [
        circuit.title,
        *circuit_lines(circuit),
        "vidx idx 0 0",
        "ridx idx 0 1",
        f".options {tolerances(circuit).options}",
        ".end",
    ]


def _bare_sweep(problem: Problem) -> Way:
    """ngspice's own numerics: the same circuit, nothing external, nothing changing, no result taken."""
    library = Library(np.zeros(WORDS, dtype=np.int64))
    library.load(_text(problem.circuit.with_features(problem.data.train.volts(slice(1))[0])))
    library.command("save idx")
    points = BATCHES * problem.batch * 3

    def run() -> float:
        library.command("destroy all")
        began = time.perf_counter()
        library.command(f"dc vidx 1 {points} 1")
        return 1e3 * (time.perf_counter() - began) / points

    return run


def _pyspice(problem: Problem, read: Callable[[Any], object]) -> Way:
    """PySpice's shared library: `alter` every input that changes, `op`, then read the voltages."""
    os.environ["NGSPICE_LIBRARY_PATH"] = library_path()
    from PySpice.Spice.NgSpice.Shared import NgSpiceShared

    NgSpiceShared.setup_platform()
    ngspice = NgSpiceShared.new_instance()
    circuit, data = problem.circuit, problem.data.train
    ngspice.load_circuit("\n".join(_text(circuit)))
    labels = circuit.bank(circuit.inputs.bank, VoltageSources).labels
    samples = np.resize(circuit.inputs.voltages(data.volts()), (problem.batch * 3, len(labels)))

    def run() -> float:
        began = time.perf_counter()
        for voltages in samples.tolist():
            for label, volts in zip(labels, voltages, strict=True):
                ngspice.exec_command(f"alter {label} = {volts!r}")
            ngspice.exec_command("op")
            read(ngspice.plot(None, ngspice.last_plot))
            ngspice.destroy()
        return 1e3 * (time.perf_counter() - began) / len(samples)

    return run


def _pyspice_vectors(problem: Problem) -> Way:
    return _pyspice(problem, lambda plot: {name: vector._data[0] for name, vector in plot.items()})


def _pyspice_analysis(problem: Problem) -> Way:
    return _pyspice(problem, lambda plot: plot.to_analysis())
