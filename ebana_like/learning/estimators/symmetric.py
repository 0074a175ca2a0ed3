"""Nudged phases in pairs of opposite sign: biases of order beta cancel."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.learning.estimators.nudged import Nudged, Stencil


@dataclass(frozen=True)
class Centered(Nudged):
    """[dp(V_beta) - dp(V_-beta)] / (2 beta): bias of order beta^2 (thesis, Lemma A.1)."""

    share: ClassVar[float] = 1.0

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        return _constant([1.0, -1.0], [0.0, 0.5, -0.5], batch)


@dataclass(frozen=True)
class HigherOrder(Nudged):
    """[8 (dp_1 - dp_-1) - (dp_2 - dp_-2)] / (12 beta) at nudgings beta and 2 beta: bias of order beta^4."""

    share: ClassVar[float] = 1.0

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        return _constant([1.0, -1.0, 2.0, -2.0], [0.0, 8 / 12, -8 / 12, -1 / 12, 1 / 12], batch)


def _constant(multiples: list[float], coefficients: list[float], batch: int) -> Stencil:
    def columns(values: list[float]) -> FloatArray:
        return np.repeat(np.array(values)[:, None], batch, axis=1)

    return Stencil(columns(multiples), columns(coefficients))
