"""How is a gradient read off nudged phases? Equilibrium propagation, and the sum that all its estimators share."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors, Signal, VoltageSources, dense
from ebana_like.energy import Wiring, cocontent_gradient, coenergy_weights
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.nudges import nudging_of
from ebana_like.simulators import OperatingPoints, Simulator


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
    """

    beta: float

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="in siemens, for example 1e-7")

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

        Arguments as in `Estimator`. Raises CircuitError where equilibrium propagation is not exact for the circuit.
        """
        weights = coenergy_weights(simulator.circuit)
        points, coefficients = self.phases(simulator, conductances, features, targets, cost, rng)
        return Estimate(
            signals(points, coefficients, weights),
            points,
            lambda: input_gradient(points, coefficients, conductances),
        )

    def phases(
        self,
        simulator: Simulator,
        conductances: Mapping[str, FloatArray],
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> tuple[OperatingPoints, FloatArray]:
        """Solve a batch freely and nudged; the points, and how their phases combine, (phases, batch), per siemens."""
        stencil = self.stencil(len(features), rng)
        nudging = nudging_of(simulator.circuit, cost, targets, self.beta * stencil.multiples)
        return simulator.solve(conductances, features, nudging), stencil.coefficients / self.beta


def signals(points: OperatingPoints, coefficients: FloatArray, weights: Mapping[str, FloatArray]) -> dict[str, Signal]:
    """Sum of weighted pseudo-power gradients, w_e sum_phases c dp/dg, averaged over usable samples.

    coefficients: (phases, batch), per siemens. weights: of elements before amplifiers, by bank (`ebana_like.energy`).
    Returns one signal (n,) a trainable bank; zeros where no sample is usable.
    """
    usable = points.usable
    count = int(usable.sum())
    voltages, factors = points.voltages, coefficients / max(count, 1)
    if count < len(usable):
        voltages, factors = voltages[:, usable], factors[:, usable]
    return {bank.name: _weighted(bank, weights[bank.name], voltages, factors) for bank in points.circuit.trainable}


def gradient(
    points: OperatingPoints, coefficients: FloatArray, weights: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return `signals` written out, (n,) by trainable bank."""
    return {bank: dense(signal) for bank, signal in signals(points, coefficients, weights).items()}


def _weighted(bank: Resistors, weights: FloatArray, voltages: FloatArray, factors: FloatArray) -> Signal:
    """Return the bank's weighted learning signal; a weight shared by all its elements goes into the factors."""
    if weights.size == 1:
        return bank.learning_signal(voltages, weights * factors)
    return weights * dense(bank.learning_signal(voltages, factors))


def input_gradient(
    points: OperatingPoints, coefficients: FloatArray, conductances: Mapping[str, FloatArray]
) -> FloatArray:
    """Sum over phases of c dP/dx, of each sample, (batch, features), cost per volt (thesis 2.19).

    dP/dx of the co-content P is the weighted current that the feature's sources feed into the circuit.
    """
    circuit = points.circuit.with_conductances(conductances)
    fed, _ = cocontent_gradient(circuit, points.voltages)
    return per_feature(
        circuit, np.einsum("pb,pbs->bs", coefficients, fed[..., Wiring(circuit).place(circuit.inputs.bank)])
    )


def per_feature(circuit: Circuit, by_source: FloatArray) -> FloatArray:
    """Return derivatives by features (batch, features), given those by the voltages of their sources."""
    found = np.zeros((len(by_source), circuit.inputs.count))
    for source in range(len(circuit.bank(circuit.inputs.bank, VoltageSources))):
        found[:, circuit.inputs.feature[source]] += circuit.inputs.polarity[source] * by_source[:, source]
    return found
