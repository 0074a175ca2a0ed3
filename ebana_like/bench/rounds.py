"""How are ways of doing the same thing timed fairly? In alternating rounds, each way in a process of its own if needed.

A machine whose speed drifts then favours none of them, and ratios are taken within a round.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

import numpy as np

Given = TypeVar("Given")
Result = TypeVar("Result")

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""As the worker processes of `NgspiceSimulator` have it."""

Way = Callable[[], float]
"""Runs one round; milliseconds a point."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds a point of one way, one entry a round."""

    way: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the median over the rounds."""
        return float(np.median(self.rounds))

    @property
    def quartiles(self) -> tuple[float, float]:
        """Return the lower and the upper quartile over the rounds."""
        low, high = np.quantile(self.rounds, (0.25, 0.75))
        return float(low), float(high)

    def over(self, other: "Timing") -> float:
        """Return the median over rounds of this way's time over the other's in the same round."""
        return float(np.median(np.array(self.rounds) / np.array(other.rounds)))


@contextmanager
def in_process(
    make: Callable[[Given], Callable[[], Result]], given: Given, environment: Mapping[str, str] = ONE_THREAD
) -> Iterator[Callable[[], Result]]:
    """Make a way in a process of its own; the context's value runs a round there.

    environment: of the process, beside this one's; one core unless given.

    One process can hold one ngspice.
    """
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(make, given, there), daemon=True)
    before = dict(os.environ)
    os.environ.update(environment)
    process.start()
    os.environ.clear()
    os.environ.update(before)
    there.close()

    def one_round() -> Result:
        here.send(None)
        result: Result = here.recv()
        return result

    try:
        yield one_round
    finally:
        here.close()
        process.join()


def _serve(make: Callable[[Given], Callable[[], Result]], given: Given, connection: Connection) -> None:
    way = make(given)
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send(way())
