"""The adjoint gradient: one free phase and one linear solve, exact for every system that has an adjoint."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.systems import Engine, Mirrored, System
from ebana_like.values import Values


@dataclass(frozen=True)
class Adjoint(Estimator):
    """dC/dg = sum over samples of (lambda_p - lambda_n) (V_p - V_n), J' lambda = -dC/dV at the free state V.

    No nudging factor and no bias, and no symmetry asked of a circuit. In a Hopfield network it is recurrent
    backpropagation.
    """

    def refusal(self, system: System, cost: Cost) -> str:
        if isinstance(system, Mirrored):
            return ""
        return f"{type(system).__name__} has no adjoint; choose an estimator of equilibrium propagation"

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        system = engine.system
        solve_adjoint = getattr(engine, "adjoint", None)
        if not isinstance(system, Mirrored) or solve_adjoint is None:
            raise SettingError("this engine solves no adjoint; choose an estimator of equilibrium propagation")
        points = engine.solve(values, features)
        currents = -cost.gradient(points.scores, targets)
        adjoint = solve_adjoint(points, currents)
        return Estimate(
            system.adjoint_signals(points, adjoint, currents),
            points,
            lambda: system.adjoint_input_signal(points, adjoint, currents),
        )
