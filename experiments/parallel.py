"""How do experiments train many networks? In pairs, each on an ngspice of its own, with the records of every epoch."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ebana_like.runs import Settings, simulator_of
from ebana_like.training import EpochRecord, Problem, train

TRAININGS_AT_ONCE = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


def train_one(problem: Problem, settings: Settings) -> list[EpochRecord]:
    """Train a network; the records of its epochs."""
    with simulator_of(problem.circuit, settings) as simulator:
        return list(train(problem, simulator).records)


def map_in_pairs(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Apply `work` to all items, two at a time; the solvers are processes, so threads suffice to wait for them."""
    with ThreadPoolExecutor(TRAININGS_AT_ONCE) as pool:
        return list(pool.map(work, items))
