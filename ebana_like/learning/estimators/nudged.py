"""How is a gradient read off nudged phases? Equilibrium propagation, and the sum that all its estimators share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.learning.estimators.exactness import nearest
from ebana_like.systems import Engine, System
from ebana_like.values import Values


@dataclass(frozen=True)
class Stencil:
    """Nudged phases and how they combine: gradient = sum over phases of coefficient * dp(V_phase) / beta.

    multiples: nudging of each phase in units of beta, (phases, batch).
    coefficients: of the free phase and each nudged phase, (1 + phases, batch); they add up to zero.
    """

    multiples: Annotated[FloatArray, "phases batch"]
    coefficients: Annotated[FloatArray, "1+phases batch"]


@dataclass(frozen=True)
class Nudged(Estimator):
    """Equilibrium propagation with some stencil of nudged phases. A new estimator only says which.

    beta: nudging factor, siemens where the cost is in volts squared.
    inexact: estimate also where equilibrium propagation is not exact; training begins by saying how far off that is.
    """

    beta: float
    inexact: bool = False

    share: ClassVar[float] = 1e-3
    """Beta over the largest conductance that can be set, where nobody chose one: as large as its bias lets it be, for
    sensors then see more."""

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="in siemens, for example 1e-7")

    @abstractmethod
    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        """Return the phases for a batch; `rng` for estimators that draw."""

    def departure(self, system: System) -> str:
        ways = [system.refusal(), getattr(system, "departure", "")]
        return "; ".join(filter(None, ways))

    def nearest(self, system: System) -> Mapping[str, FloatArray] | None:
        """Return the weights to learn with where the system has no exact ones, by bank; None where it has.

        Raises CircuitError where equilibrium propagation is not nearly exact, and not wanted all the same.
        """
        return nearest(system, self.inexact)

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        """Solve a batch freely and nudged, and return the gradient of the mean cost.

        Arguments as in `Estimator`. Raises CircuitError where equilibrium propagation is not exact for the system nor
        nearly so, and not wanted all the same.
        """
        system, weights = engine.system, {}
        if (nearest := self.nearest(system)) is not None:
            weights = {"weights": nearest}
        points, coefficients = self.phases(engine, values, features, targets, cost, rng)
        return Estimate(
            system.signals(points, coefficients, **weights),
            points,
            lambda: system.input_signal(points, coefficients),
        )

    def phases(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> tuple[Any, FloatArray]:
        """Solve a batch freely and nudged; the points, and how their phases combine, (phases, batch), per siemens."""
        stencil = self.stencil(len(features), rng)
        nudging = engine.system.nudging(cost, targets, self.beta * stencil.multiples)
        return engine.solve(values, features, nudging), stencil.coefficients / self.beta
