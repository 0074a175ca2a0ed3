"""Where did a system that is no circuit settle, and what forced its outputs? The records such a system can use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.nudges.nudge import Slope
from ebana_like.systems.points import BoolArray, Seconds
from ebana_like.values import Values


class Scored(Protocol):
    """What reads scores off states."""

    def scores(self, states: FloatArray) -> FloatArray:
        """Return the scores (batch, outputs) of free states (batch, units)."""


@dataclass(frozen=True, eq=False)
class Settled:
    """The states of a batch in every phase, the free one first; a `Solution`.

    values: that it settled with, by address. states: (1 + phases, batch, units); NaN where it did not settle.
    features: (batch, features).
    """

    system: Scored
    values: Values
    states: FloatArray
    features: FloatArray
    messages: Mapping[int, str] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)

    @property
    def converged(self) -> BoolArray:
        """Which points settled, (1 + phases, batch)."""
        return np.asarray(np.isfinite(self.states).all(axis=-1))

    @property
    def iterations(self) -> IntArray:
        """One for each point: how many it took is not counted."""
        return np.ones(self.states.shape[:2], dtype=np.intp)

    @property
    def scores(self) -> FloatArray:
        """Free scores, (batch, outputs)."""
        return self.system.scores(self.states[0])

    @property
    def usable(self) -> BoolArray:
        """Samples that settled in every phase, (batch,)."""
        return np.asarray(self.converged.all(axis=0))


@dataclass(frozen=True, eq=False)
class HeldForces:
    """Forces -beta dC/ds on the outputs at their free scores, held while they are nudged; a `Nudging`, of any arrays.

    cost: has the slopes. targets: (batch, outputs). betas: (phases, batch).
    """

    ADDRESS = "outputs.force"

    cost: Slope
    targets: FloatArray
    betas: FloatArray

    @property
    def phases(self) -> int:
        return len(self.betas)

    def drives(self, scores: FloatArray, samples: slice) -> dict[str, FloatArray]:
        slopes = self.cost.gradient(scores, self.targets[samples])
        return {self.ADDRESS: -self.betas[:, samples, None] * slopes}

    def part(self, samples: slice) -> "HeldForces":
        return HeldForces(self.cost, self.targets[samples], self.betas[:, samples])
