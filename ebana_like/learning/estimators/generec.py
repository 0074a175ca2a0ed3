"""How do units learn from what reached them before they were told? Generalized recirculation, half of a contrast."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray, Signal
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.learning.estimators.one_sided import Positive
from ebana_like.systems import Engine, System
from ebana_like.values import Values


@runtime_checkable
class Directed(Protocol):
    """A system whose weights lead from one unit up to another."""

    def upward_signals(self, points: Any, coefficients: FloatArray) -> dict[str, Signal]:
        """Return what `System.signals` does, were the units that weights lead from free in every phase."""


@dataclass(frozen=True)
class GeneRec(Estimator):
    """-(s_beta - s_0) x_0 / beta, x_0 the free state of the unit below (O'Reilly 1996).

    For weights that lead both ways it is one half of contrastive Hebbian learning: its mean with the same rule from
    above to below, each at the middle of both phases, is that. Under small forces it is the gradient of weights up
    alone, those down kept.

    beta: nudging factor; with clamped outputs the share of the way to the target, 1 as published.
    """

    beta: float = 1.0

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="for example 1, with clamped outputs")

    def refusal(self, system: System, cost: Cost) -> str:
        if isinstance(system, Directed):
            return ""
        return "GeneRec tells the unit below from the one above, which layers of units alone have; use hopfield"

    def departure(self, system: System) -> str:
        return "GeneRec follows the gradient of weights up alone, and weights here lead both ways"

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        system: Any = engine.system
        points, coefficients = Positive(self.beta).phases(engine, values, features, targets, cost, rng)
        return Estimate(
            system.upward_signals(points, coefficients), points, lambda: system.input_signal(points, coefficients)
        )
