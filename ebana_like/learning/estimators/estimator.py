"""How is a gradient read off operating points? The interface of estimators, and the sum they all share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors
from ebana_like.energy import coenergy_weights
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.nudging import nudging_of
from ebana_like.simulators import OperatingPoints, Simulator


@dataclass(frozen=True, eq=False)
class Estimate:
    """A gradient and what it was read from.

    gradients: dC/dg by bank, mean over the samples that could be used, (n,), cost per siemens.
    points: the operating points; `points.scores` are the free scores, `points.usable` the samples used.
    """

    gradients: Mapping[str, FloatArray]
    points: OperatingPoints


@dataclass(frozen=True)
class Stencil:
    """Nudged phases and how they combine: gradient = sum over phases of coefficient * dp(V_phase) / beta.

    multiples: nudging of each phase in units of beta, (phases, batch).
    coefficients: of the free phase and each nudged phase, (1 + phases, batch); they add up to zero.
    """

    multiples: FloatArray
    coefficients: FloatArray


@dataclass(frozen=True)
class Estimator(ABC):
    """Equilibrium propagation with some stencil of nudged phases. A new estimator only says which.

    beta: nudging factor, siemens where the cost is in volts squared.
    """

    beta: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.beta) and self.beta > 0):
            raise SettingError(f"the nudging factor beta is {self.beta} S; it must be above zero, for example 1e-7")

    @abstractmethod
    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        """Return the phases for a batch; `rng` for estimators that draw."""

    def estimate(
        self,
        simulator: Simulator,
        conductances: Mapping[str, FloatArray],
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        """Solve a batch freely and nudged, and return the gradient of the mean cost.

        features: (batch, features), volts. targets: (batch, outputs).
        Raises CircuitError where equilibrium propagation is not exact for the circuit.
        """
        circuit = simulator.circuit
        stencil = self.stencil(len(features), rng)
        nudging = nudging_of(circuit, cost, targets, self.beta * stencil.multiples)
        points = simulator.solve(conductances, features, nudging)
        return Estimate(gradient(circuit, points, stencil.coefficients / self.beta), points)


def gradient(circuit: Circuit, points: OperatingPoints, coefficients: FloatArray) -> dict[str, FloatArray]:
    """Sum of weighted pseudo-power gradients, w_e sum_phases c dp/dg, averaged over usable samples.

    coefficients: (phases, batch), per siemens. Returns (n,) by trainable bank; zeros where no sample is usable.
    The weights w_e of elements before amplifiers are those of `ebana_like.energy`.
    """
    weights = coenergy_weights(circuit)
    usable = points.usable
    count = int(usable.sum())
    voltages, factors = points.voltages, coefficients / max(count, 1)
    if count < len(usable):
        voltages, factors = voltages[:, usable], factors[:, usable]
    return {bank.name: _weighted(bank, weights[bank.name], voltages, factors) for bank in circuit.trainable}


def _weighted(bank: Resistors, weights: FloatArray, voltages: FloatArray, factors: FloatArray) -> FloatArray:
    """Return the bank's weighted learning signal; a weight shared by all its elements goes into the factors."""
    if weights.size == 1:
        return bank.learning_signal(voltages, weights * factors)
    return weights * bank.learning_signal(voltages, factors)
