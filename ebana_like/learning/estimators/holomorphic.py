"""Nudging factors on a circle in the complex plane: finite nudges without the bias of finite differences."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.nudged import Nudged, Stencil
from ebana_like.systems import System


@dataclass(frozen=True)
class Holomorphic(Nudged):
    """1/(N beta) sum over k of dE/dtheta(s at beta z_k) / z_k, z_k = exp(2 pi i k / N): bias of order beta^N.

    Cauchy's integral for the derivative at beta = 0, by N points (Laborieux and Zenke 2022); where the state goes on
    into the complex plane it is exact for any beta below the radius of convergence as N grows. N = 2 is centered.

    points: N.
    """

    points: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("points", self.points, whole=True, low=2, fix="points on the circle, for example 6")

    def refusal(self, system: System, cost: Cost) -> str:
        if getattr(system, "holomorphic", False) is True:
            return ""
        if not hasattr(system, "activation"):
            return (
                "holomorphic equilibrium propagation nudges by complex numbers, which no circuit takes but its complex "
                "twin: ebana_like.analysis.holomorphic.holomorphic_gradient solves that; the neighbours among real "
                "nudges are centered and higher-order"
            )
        return (
            "holomorphic equilibrium propagation nudges by complex numbers, which smooth Hopfield networks alone take: "
            "--activation logistic or tanh, with --nudging current"
        )

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        circle = np.exp(2j * np.pi * np.arange(self.points) / self.points)[:, None] * np.ones(batch)
        return Stencil(circle, np.concatenate([np.zeros((1, batch)), 1 / circle / self.points]))
