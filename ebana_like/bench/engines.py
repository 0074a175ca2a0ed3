"""How fast are the engines beside each other, on the same circuits and samples, and by how much do they disagree?"""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from ebana_like.bench.random_images import MNIST, random_images
from ebana_like.bench.rounds import Timing, in_process
from ebana_like.circuit import Circuit
from ebana_like.data import Split
from ebana_like.elements import FloatArray, IntArray
from ebana_like.learning import Cost
from ebana_like.nudges import nudging_of
from ebana_like.runs import Settings, beta_of, problem_of
from ebana_like.simulators import simulator
from ebana_like.simulators.ngspice.batch import solve_batch
from ebana_like.simulators.ngspice.block import WORDS
from ebana_like.simulators.ngspice.library import Library
from ebana_like.simulators.ngspice.messages import Answer
from ebana_like.simulators.ngspice.reduction import norton_reduction
from ebana_like.simulators.ngspice.sweep import Sweep
from ebana_like.systems import Nudging, OperatingPoints
from ebana_like.tasks import TASKS
from ebana_like.training import Problem

IMAGES = "mnist-shaped"
CASES = ("xor", "iris", "digits", IMAGES)

ROUNDS = 7
SHORTEST_ROUND = 0.1
"""Seconds; batches are solved over and over until a round has lasted so long."""

BATCHES = 5
AFFORDABLE = 20_000
"""Elements up to which the full netlist is given to ngspice: with 158,900 it takes half a minute to start."""

FULL, REDUCED, NATIVE = "ngspice, full netlist", "ngspice, inputs reduced", "native"

SolveBatch = Callable[[FloatArray, Nudging], Answer | OperatingPoints]


@dataclass(frozen=True, eq=False)
class Case:
    """A circuit and batches to solve, free and nudged towards the targets and away from them.

    batches: features (batch, features), volts, with what nudges the outputs.
    """

    circuit: Circuit
    batches: tuple[tuple[FloatArray, Nudging], ...]


@dataclass(frozen=True)
class EngineBench:
    """What was measured on one case.

    timings: milliseconds a point inside each engine, native last; without conductances being written.
    deviations: largest difference to native over all nodes, samples and phases, volts, by way.
    """

    timings: tuple[Timing, ...]
    deviations: dict[str, float]


@dataclass(frozen=True, eq=False)
class _Round:
    """Milliseconds a point; voltages of all batches, (batches, phases, batch, nodes), volts."""

    milliseconds: float
    voltages: FloatArray


def bench_case(name: str) -> Case:
    """Return a task with its default settings, or random images of MNIST's size; the first batches of either."""
    if name == IMAGES:
        return image_case(MNIST, MNIST.batch)
    task = TASKS[name]
    problem = task.problem(task.settings)
    return _case(problem, beta_of(task.settings), [problem.order(epoch)[0] for epoch in range(BATCHES)])


def image_case(settings: Settings, batch: int, batches: int = BATCHES) -> Case:
    """Return batches of random images for a network with these settings."""
    problem = problem_of(settings, Split(random_images(settings, batch * batches)), IMAGES)
    return _case(
        problem, beta_of(settings), [slice(first, first + batch) for first in range(0, batch * batches, batch)]
    )


def _case(problem: Problem, beta: float, batches: Iterable[IntArray | slice]) -> Case:
    data, circuit, cost = problem.data.train, problem.circuit, problem.cost
    targets = data.targets(cost)
    pulls = [(data.volts(samples), _nudging(circuit, cost, targets[samples], beta)) for samples in batches]
    return Case(circuit, tuple(pulls))


def bench_engines(case: Case, rounds: int = ROUNDS) -> EngineBench:
    """Time the engines on one core each in paired rounds, after one to warm up, and compare their voltages."""
    with ExitStack() as stack:
        ways: dict[str, Callable[[], _Round]] = {}
        if sum(map(len, case.circuit.banks)) <= AFFORDABLE:
            ways[FULL] = stack.enter_context(in_process(_full, case))
        ways[REDUCED] = stack.enter_context(in_process(_reduced, case))
        ways[NATIVE] = stack.enter_context(in_process(native_way, case))
        done = [[way() for way in ways.values()] for _ in range(rounds + 1)][1:]
    timings = tuple(
        Timing(name, tuple(one.milliseconds for one in column))
        for name, column in zip(ways, zip(*done, strict=True), strict=True)
    )
    voltages = dict(zip(ways, (one.voltages for one in done[-1]), strict=True))
    native = voltages.pop(NATIVE)
    return EngineBench(timings, {name: float(np.abs(v - native).max()) for name, v in voltages.items()})


def native_way(case: Case) -> Callable[[], _Round]:
    """Return what runs a round of the native engine."""
    engine, values = simulator("native", case.circuit), case.circuit.values()
    return _rounds_of(case, lambda features, nudging: engine.solve(values, features, nudging))


def _full(case: Case) -> Callable[[], _Round]:
    return _ngspice(case, sum(map(len, case.circuit.banks)))


def _reduced(case: Case) -> Callable[[], _Round]:
    return _ngspice(case, 0)


def _ngspice(case: Case, worthwhile: int) -> Callable[[], _Round]:
    """Return a way of this process's ngspice, reduced when more than `worthwhile` resistors hang at the inputs."""
    sweep = Sweep(norton_reduction(case.circuit, worthwhile), Library(np.zeros(WORDS, dtype=np.int64)))
    return _rounds_of(case, lambda features, nudging: solve_batch(sweep, features, nudging))


def _rounds_of(case: Case, solve: SolveBatch) -> Callable[[], _Round]:
    def one_round() -> _Round:
        points, began = 0, time.perf_counter()
        while not points or time.perf_counter() - began < SHORTEST_ROUND:
            solved = [solve(features, nudging) for features, nudging in case.batches]
            points += sum(batch.converged.size for batch in solved)
        milliseconds = 1e3 * (time.perf_counter() - began) / points
        return _Round(milliseconds, np.array([batch.voltages for batch in solved]))

    return one_round


def _nudging(circuit: Circuit, cost: Cost, targets: FloatArray, beta: float) -> Nudging:
    return nudging_of(circuit, cost, targets, np.repeat([[beta], [-beta]], len(targets), axis=1))
