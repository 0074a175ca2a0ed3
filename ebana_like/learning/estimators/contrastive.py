"""Outputs held at their targets, and left free: contrastive learning, exact without a limit for what it lowers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.learning.estimators.nudged import Stencil
from ebana_like.learning.estimators.one_sided import Positive
from ebana_like.systems import Engine, System, clamps
from ebana_like.values import Values


@dataclass(frozen=True)
class Contrastive(Estimator):
    """dp(V_clamped) - dp(V_free), outputs held at their targets (Movellan 1991; thesis, section 3.4).

    By the envelope theorem this is, for any size of the clamp, the gradient of L = P(V_clamped) - P(V_free), the
    energy that
    clamping costs: zero or more where the energy has one minimum, and zero only where free outputs are at their
        targets. L is not the cost; around its zero it is half the square of the errors, weighted by the outputs' own
        conductance. In a Hopfield network it is contrastive Hebbian learning.
    """

    beta: ClassVar[float] = 1.0

    def refusal(self, system: System, cost: Cost) -> str:
        if not clamps(system):
            return "contrastive learning holds outputs at their targets; nudge by clamped outputs, --nudging clamped"
        if not getattr(cost, "is_squared_distance", False):
            return "contrastive learning holds outputs at targets in volts; use the squared error, without weights"
        return ""

    @property
    def _clamping(self) -> Positive:
        return Positive(self.beta)

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        """Return its two phases, as of equilibrium propagation with the factor 1."""
        return self._clamping.stencil(batch, rng)

    def departure(self, system: System) -> str:
        return "contrastive learning lowers the energy that clamping costs, not the cost"

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        return self._clamping.estimate(engine, values, features, targets, cost, rng)
