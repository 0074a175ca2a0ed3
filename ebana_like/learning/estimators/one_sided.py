"""One nudged phase: cheapest, with a bias of order beta that bounds the loss from one side."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.learning.estimators.nudged import Nudged, Stencil


@dataclass(frozen=True)
class Positive(Nudged):
    """[dp(V_beta) - dp(V_0)] / beta: towards the target (thesis 2.29)."""

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        return _one_sided(np.ones(batch))


@dataclass(frozen=True)
class Negative(Nudged):
    """[dp(V_0) - dp(V_-beta)] / beta: away from the target."""

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        return _one_sided(-np.ones(batch))


@dataclass(frozen=True)
class RandomSign(Nudged):
    """Positive or negative by the toss of a coin for each sample: the bias of order beta averages out."""

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        return _one_sided(rng.choice(np.array([-1.0, 1.0]), size=batch))


def _one_sided(sign: FloatArray) -> Stencil:
    return Stencil(sign[None], np.stack([-sign, sign]))
