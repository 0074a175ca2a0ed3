"""How much longer does training take than the matrix products it cannot do without?

A batch X of n samples reaches the neurons by one product with the folded input crossbar, and its gradient by another;
everything else (neurons, nudged phase, outer crossbar, update) is what a circuit costs beyond a linear layer.
"""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from ebana_like.bench.memory import megabytes
from ebana_like.bench.random_images import PIXELS, learner
from ebana_like.bench.rounds import Timing, in_process
from ebana_like.elements import Diodes
from ebana_like.simulators import simulator
from ebana_like.training import Problem, train

ROUNDS = 7
SAMPLES = 2000
"""Samples a round."""


@dataclass(frozen=True)
class ProductsBench:
    """What was measured.

    training, products: milliseconds a sample.
    memory: the most the training process ever held, megabytes; its images are 2000 instead of 60,000.
    """

    training: Timing
    products: Timing
    memory: float


def bench_products(hidden: int, batch: int, rounds: int = ROUNDS) -> ProductsBench:
    """Time training, and the two matrix products alone, in paired rounds on one core each.

    hidden: neurons of the one hidden layer. batch: samples an update.
    """
    problem = learner((hidden,), batch, SAMPLES).problem
    with ExitStack() as stack:
        train_once = stack.enter_context(in_process(_training, problem))
        multiply_once = stack.enter_context(in_process(_products, problem))
        done = [(*train_once(), multiply_once()) for _ in range(rounds + 1)][1:]
    training, memory, products = zip(*done, strict=True)
    return ProductsBench(Timing("training", training), Timing("its two matrix products", products), max(memory))


def _training(problem: Problem) -> Callable[[], tuple[float, float]]:
    engine = simulator("native", problem.circuit)

    def one_round() -> tuple[float, float]:
        began = time.perf_counter()
        train(problem, engine)
        milliseconds = 1e3 * (time.perf_counter() - began) / SAMPLES
        return milliseconds, megabytes(os.getpid(), "at most")

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
