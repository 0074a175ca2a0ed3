"""How long do training steps take, in doubles and singles? Epochs of the same data, in turn."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from ebana_like.bench.random_images import Learner, learner
from ebana_like.bench.rounds import Timing, in_process
from ebana_like.runs.assembly import simulator_of
from ebana_like.training import train

ROUNDS = 5

NETWORKS: Mapping[str, tuple[tuple[int, ...], int, int]] = {
    "100, batch 10": ((100,), 10, 2000),
    "100, batch 20": ((100,), 20, 2000),
    "100, batch 200": ((100,), 200, 3000),
    "1024, batch 20": ((1024,), 20, 400),
    "200-100, batch 20": ((200, 100), 20, 1000),
}
"""Neurons, samples of a batch, and samples of an epoch, by name; 784 features and 10 output pairs."""

WAYS: Mapping[str, dict[str, str]] = {
    "nudged, double": {},
    "adjoint, double": {"estimator": "adjoint"},
    "adjoint, single": {"estimator": "adjoint", "precision": "single"},
}


def bench_steps(name: str, rounds: int = ROUNDS) -> tuple[Timing, ...]:
    """Time epochs of a network of `NETWORKS` in each of the `WAYS`, a process each on all cores; milliseconds a sample.

    A first round, in which functions are compiled, is left out.
    """
    hidden, batch, samples = NETWORKS[name]
    with ExitStack() as stack:
        ways = {
            way: stack.enter_context(in_process(training_rounds, learner(hidden, batch, samples, changes), {}))
            for way, changes in WAYS.items()
        }
        done = [[one_round() for one_round in ways.values()] for _ in range(rounds + 1)][1:]
    return tuple(Timing(way, column) for way, column in zip(ways, zip(*done, strict=True), strict=True))


def training_rounds(given: Learner) -> Callable[[], float]:
    """Return what trains for an epoch, from the same start each time; milliseconds a sample."""
    simulator = simulator_of(given.problem.circuit, given.settings)
    count = len(given.problem.data.train)

    def one_round() -> float:
        with simulator:
            began = time.perf_counter()
            train(given.problem, simulator)
            return 1e3 * (time.perf_counter() - began) / count

    return one_round
