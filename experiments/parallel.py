"""How do experiments train many networks? In pairs, each on an ngspice of its own, with the records of every epoch."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from ebana_like.tasks import simulator_of
from ebana_like.training import EpochRecord, Problem, Progress, Settings, train

TRAININGS_AT_ONCE = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Records:
    """The callback that keeps every epoch's record."""

    epochs: list[EpochRecord] = field(default_factory=list)

    def on_batch(self, progress: Progress) -> None:
        pass

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        self.epochs.append(record)


def train_one(problem: Problem, settings: Settings) -> list[EpochRecord]:
    """Train a network; the records of its epochs."""
    records = Records()
    with simulator_of(problem.circuit, settings) as simulator:
        train(problem, simulator, callbacks=[records])
    return records.epochs


def map_in_pairs(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Apply `work` to all items, two at a time; the solvers are processes, so threads suffice to wait for them."""
    with ThreadPoolExecutor(TRAININGS_AT_ONCE) as pool:
        return list(pool.map(work, items))
