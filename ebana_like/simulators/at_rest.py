"""What do engines of systems that are no circuits share? They settle batch by batch, and keep nothing in between."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.systems import Seconds
from ebana_like.systems.settled import Settled
from ebana_like.values import Values


class Forgetful:
    """An engine that begins every batch anew and holds nothing open; see `Engine`."""

    reduced = False
    system: Any

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def forget(self) -> None:
        """Every batch begins anew: there is nothing to forget."""

    def _all(self, values: Values) -> dict[str, FloatArray]:
        """Return all of the system's values, its own where none are given."""
        return {at: np.asarray(values.get(at, each.value)) for at, each in self.system.parameters.items()}


class AtRest(Forgetful, ABC):
    """An engine that only says where a batch comes to rest under what pulls at it.

    restless: what is said of samples that come to none.
    """

    restless: ClassVar[str]

    def __init__(self, system: Any) -> None:
        self.system = system

    @abstractmethod
    def rest(
        self, values: Values, features: FloatArray, start: FloatArray | None, drives: Mapping[str, FloatArray]
    ) -> FloatArray:
        """Return states at rest, (batch, units), NaN for samples that have none.

        start: where they begin; None for where the system was made. drives: what pulls at outputs, (batch, outputs) or
        (batch, 1) by address; none freely.
        """

    def solve(self, values: Values, features: FloatArray, nudging: Any = None) -> Settled:
        """Return where a batch comes to rest, freely and in each phase of a nudging; see `Engine`."""
        began, held = time.perf_counter(), self._all(values)
        phases = [self.rest(held, features, None, {})]
        if nudging is not None:
            drives = nudging.drives(self.system.scores(phases[0]), slice(0, len(features)))
            for k in range(nudging.phases):
                phases.append(self.rest(held, features, phases[0], {at: each[k] for at, each in drives.items()}))
        states = np.stack(phases)
        lost = np.flatnonzero(~np.isfinite(states).all(axis=(0, 2)))
        messages = {int(k): self.restless for k in lost}
        return Settled(self.system, held, states, features, messages, Seconds(solving=time.perf_counter() - began))
