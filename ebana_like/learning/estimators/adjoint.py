"""The adjoint gradient: one free phase and one linear solve, exact for every circuit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.adjoint import adjoint_circuit, small_signal
from ebana_like.elements import VCCS, FloatArray, Resistors, Signal
from ebana_like.energy import Wiring
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate, Estimator
from ebana_like.learning.estimators.nudged import per_feature
from ebana_like.simulators import OperatingPoints, Simulator


@dataclass(frozen=True)
class Adjoint(Estimator):
    """dC/dg = sum over samples of (lambda_p - lambda_n) (V_p - V_n), J' lambda = -dC/dV at the free state V.

    No nudging factor and no bias, and no symmetry asked of the circuit.
    """

    def estimate(
        self,
        simulator: Simulator,
        conductances: Mapping[str, FloatArray],
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        points = simulator.solve(conductances, features)
        currents = -cost.gradient(points.scores, targets)
        adjoint = simulator.adjoint(conductances, points, currents)
        return Estimate(
            _gradient(points, adjoint), points, lambda: _input_gradient(points, adjoint, conductances, currents)
        )


def _gradient(points: OperatingPoints, adjoint: FloatArray) -> dict[str, Signal]:
    """Return the mean over samples of products of drops, (n,) by trainable bank, cost per siemens.

    With lambda scaled by a to the size of V, [(V + a lambda / 2)^2 - (V - a lambda / 2)^2] / 2 = a lambda V for every
    drop: the learning signal of equilibrium propagation between two made-up phases, and so the same matrix products.
    """
    usable = np.isfinite(adjoint).all(axis=1)
    V, lambda_ = points.voltages[0, usable], adjoint[usable]
    largest = np.abs(lambda_).max(axis=1, initial=0.0)
    scale = np.abs(V).max(axis=1, initial=0.0) / np.where(largest > 0, largest, 1.0)
    scale = np.where(scale > 0, scale, 1.0)
    half = scale[:, None] * lambda_ / 2
    factors = 1 / (scale * max(int(usable.sum()), 1))
    phases, signs = np.stack([V - half, V + half]), np.stack([-factors, factors])
    return {bank.name: bank.learning_signal(phases, signs) for bank in points.circuit.trainable}


def _input_gradient(
    points: OperatingPoints, adjoint: FloatArray, conductances: Mapping[str, FloatArray], currents: FloatArray
) -> FloatArray:
    """Return dC/dx of each sample, (batch, features): what the shorted input sources carry in the adjoint circuit."""
    circuit = points.circuit.with_conductances(conductances)
    mirrored = adjoint_circuit(circuit, np.zeros(len(circuit.nodes)), np.zeros(circuit.outputs.count))
    slopes = small_signal(circuit, points.voltages[0])
    own = {bank.name: slopes[bank.name] * bank.drop(adjoint) for bank in circuit.banks if bank.name in slopes}
    own |= {bank.name: bank.current(bank.drop(adjoint)) for bank in circuit.of_kind(Resistors)}
    own |= {bank.name: bank.current(adjoint) for bank in mirrored.of_kind(VCCS)}
    (adjoint_currents,) = mirrored.driven.banks()
    fed = Wiring(mirrored).complete({**own, adjoint_currents: currents}).of[circuit.inputs.bank]
    return per_feature(circuit, -fed)
