"""How much longer does training take than the matrix products it cannot do without?

A batch X of n samples reaches the neurons by one product with the folded input crossbar, and its gradient by another;
everything else (neurons, nudged phase, outer crossbar, update) is what a circuit costs beyond a linear layer.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import numpy as np

from ebana_like.bench.random_images import PIXELS, random_images
from ebana_like.bench.rounds import Timing, in_process
from ebana_like.elements import Diodes
from ebana_like.simulators import NewtonSimulator
from ebana_like.tasks import TASKS, problem_of
from ebana_like.training import Problem, Split, train

ROUNDS = 7
SAMPLES = 2000
"""Samples a round."""


def bench_products(hidden: int, batch: int, rounds: int = ROUNDS) -> tuple[Timing, Timing]:
    """Time training, and the two matrix products alone, in paired rounds on one core each; milliseconds a sample.

    hidden: neurons of the one hidden layer. batch: samples an update.
    """
    settings = replace(TASKS["mnist"].settings, hidden=(hidden,), batch=batch, epochs=1)
    problem = problem_of(settings, Split(random_images(settings, SAMPLES)), "random images")
    with ExitStack() as stack:
        ways = {
            "training": stack.enter_context(in_process(_training, problem)),
            "its two matrix products": stack.enter_context(in_process(_products, problem)),
        }
        done = [[way() for way in ways.values()] for _ in range(rounds + 1)][1:]
    training, products = (Timing(name, times) for name, times in zip(ways, zip(*done, strict=True), strict=True))
    return training, products


def _training(problem: Problem) -> Callable[[], float]:
    simulator = NewtonSimulator(problem.circuit)

    def one_round() -> float:
        began = time.perf_counter()
        train(problem, simulator)
        return 1e3 * (time.perf_counter() - began) / SAMPLES

    return one_round


def _products(problem: Problem) -> Callable[[], float]:
    hidden = len(problem.circuit.of_kind(Diodes)[0])
    rng = np.random.default_rng(0)
    weights, change = rng.uniform(size=(hidden, PIXELS)), rng.uniform(size=(problem.batch, hidden))
    batches = [problem.data.train.volts(samples) for samples in problem.order(0)]

    def one_round() -> float:
        began = time.perf_counter()
        for features in batches:
            features @ weights.T
            change[: len(features)].T @ features
        return 1e3 * (time.perf_counter() - began) / SAMPLES

    return one_round
