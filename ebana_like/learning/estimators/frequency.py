"""Frequency propagation: the error swings at the outputs, and every element hears its answer (Anisetti 2022).

A current -dC/ds cos(w t) at the outputs of the free operating point V makes the nodes swing by Re(v e^{iwt}), with
(J + i w C) v = -dC/ds. Where J is reciprocal but for the weights of the co-content P,

    dC/dtheta = d/db dP/dtheta (V + b Re v)  at b = 0,

for a resistor w (V_p - V_n) Re(v_p - v_n): the mean of its drop times the amplitude of its swing. There is no nudging
factor, and no bias by it; what circuits store adds (w tau)^2. ngspice computes it by `.ac`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.exactness import nearest
from ebana_like.learning.estimators.of_circuits import OfCircuits
from ebana_like.systems import CircuitSystem, Engine, OperatingPoints
from ebana_like.values import Values

SWING = 1e-3
"""Volts by which a node is moved, at most, to have signals read: those of resistors exactly, of other laws to 1e-6."""


@dataclass(frozen=True)
class Frequency(OfCircuits):
    """Mean times amplitude, of errors that swing at the outputs.

    hertz: of the swing; far below where the circuit's own time constants begin.
    inexact: estimate also where the circuit is not reciprocal.
    """

    reads: ClassVar[str] = "the frequency estimator reads swings"
    does: ClassVar[str] = "the frequency estimator lets currents swing in circuits"
    wants: ClassVar[str] = "the frequency estimator lets currents swing at the outputs; set nudging to current"

    hertz: float = 1.0
    inexact: bool = False

    def __post_init__(self) -> None:
        require_number("the frequency", self.hertz, above=0, fix="in hertz, for example 1")

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
        respond = getattr(engine, "respond", None)
        if not isinstance(system, CircuitSystem) or respond is None:
            raise SettingError("this engine knows no small signals; choose another estimator")
        weights = nearest(system, self.inexact)
        points = engine.solve(values, features)
        (driven,) = system.circuit.driven.addresses
        push = np.nan_to_num(-cost.gradient(points.scores, targets))
        swing = respond(points, {driven: push.astype(complex)}, np.array([self.hertz])).voltages[0].real
        return heard(system, points, points.voltages[0], swing, weights)


def heard(
    system: CircuitSystem,
    points: OperatingPoints,
    mean: FloatArray,
    swing: FloatArray,
    weights: Mapping[str, FloatArray] | None,
) -> Estimate:
    """Return d/db dP/dtheta (V + b v) at b = 0: of resistors the mean of a drop times the amplitude of its swing.

    mean, swing: V, volts, and v, volts a unit of b, (batch, nodes).
    """
    largest = np.abs(swing).max(axis=1, initial=0.0)
    share = SWING / np.where(largest > 0, largest, 1.0)
    moved = share[:, None] * swing
    known = points.converged[0] & np.isfinite(swing).all(axis=1)
    phases = replace(
        points,
        voltages=np.stack([mean, mean + moved, mean - moved]),
        converged=np.repeat(known[None], 3, axis=0),
        iterations=np.repeat(points.iterations[:1], 3, axis=0),
    )
    coefficients = np.stack([np.zeros_like(share), 1 / (2 * share), -1 / (2 * share)])
    return Estimate(
        system.signals(phases, coefficients, weights),
        replace(points, converged=known[None]),
        lambda: system.input_signal(phases, coefficients),
    )
