"""Nudging factors on a circle in the complex plane: finite nudges without the bias of finite differences."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.nudged import Nudged, Stencil
from ebana_like.networks.complex_twin import ComplexArray, complex_twin, twinless
from ebana_like.nudges import Currents
from ebana_like.systems import CircuitSystem, Engine, System
from ebana_like.values import Values, parts

_twin = lru_cache(maxsize=4)(complex_twin)
"""Keeps those of circuits that are trained, batch after batch."""


@dataclass(frozen=True)
class Holomorphic(Nudged):
    """1/(N beta) sum over k of dE/dtheta(s at beta z_k) / z_k, z_k = exp(2 pi i k / N): bias of order beta^N.

    Cauchy's integral for the derivative at beta = 0, by N points (Laborieux and Zenke 2022); where the state goes on
    into the complex plane it is exact for any beta below the radius of convergence as N grows. N = 2 is centered.

    Of a circuit its complex twin is solved at the N points. Where the circle is as wide as the radius of convergence
    the answer is wrong and nothing says so; at half the beta it is another one then. The output of a linear circuit
    allows the conductance that it sees, for at -beta it is nudged by a negative one; diodes allow less, and no crossing
    from one branch of their law to the other.

    points: N.
    """

    reads: ClassVar[str] = "the holomorphic estimator reads complex voltages"
    share: ClassVar[float] = 0.1

    points: int = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("points", self.points, whole=True, low=2, fix="points on the circle, for example 6")

    def refusal(self, system: System, cost: Cost) -> str:
        if isinstance(system, CircuitSystem):
            return _refused(system, cost)
        if getattr(system, "holomorphic", False) is True:
            return ""
        return (
            "holomorphic equilibrium propagation nudges by complex numbers, which circuits and smooth Hopfield "
            "networks alone take: --activation logistic or tanh, with --nudging current"
        )

    def stencil(self, batch: int, rng: np.random.Generator) -> Stencil:
        circle = np.exp(2j * np.pi * np.arange(self.points) / self.points)[:, None] * np.ones(batch)
        return Stencil(circle, np.concatenate([np.zeros((1, batch)), 1 / circle / self.points]))

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
        if not isinstance(system, CircuitSystem):
            return super().estimate(engine, values, features, targets, cost, rng)
        kind: Any = type(engine)
        weights, free, twin = self.nearest(system), engine.solve(values, features), _twin(system.circuit)
        held, stimuli = twin.held(system.circuit.of_elements(values)), np.concatenate([features, targets], axis=1)
        rest, usable = free.voltages[0], free.converged[0]
        states, coefficients = [rest], [0.0]
        with kind(twin.circuit) as solver:
            for k in range(self.points // 2 + 1):  # in the other half of the circle all is conjugate
                z = np.exp(2j * np.pi * k / self.points)
                solved = solver.solve({**held, **twin.nudged(self.beta * z)}, stimuli)
                times = 1 if 2 * k in (0, self.points) else 2
                shown = _real(rest, twin.voltages(solved.voltages[0]), times / (self.points * self.beta * z))
                states += shown[0]
                coefficients += shown[1]
                usable = usable & solved.usable
        phases = replace(
            free,
            voltages=np.stack(states),
            converged=np.broadcast_to(usable, (len(states), len(features))),
            iterations=np.repeat(free.iterations, len(states), axis=0),
        )
        factors = np.repeat(np.array(coefficients)[:, None], len(features), axis=1)
        return Estimate(system.signals(phases, factors, weights), replace(free, converged=usable[None]), _no_inputs)


def _refused(system: CircuitSystem, cost: Cost) -> str:
    circuit = system.circuit
    if circuit.driven.way != Currents.name:
        return "the complex twin of a circuit is nudged by currents; set nudging to current"
    if not getattr(cost, "is_squared_distance", False):
        return "currents of the complex twin of a circuit follow its outputs' errors; use the squared error, unweighted"
    for at in circuit.varied:
        if not (bank := circuit.addressed(at)).by_drops:
            return f"complex voltages do not tell the {parts(at)[1]} of {bank.labels[0]}; take the centered estimator"
    return twinless(circuit)


def _real(rest: FloatArray, voltages: ComplexArray, factor: complex) -> tuple[list[FloatArray], list[float]]:
    """Return real phases close to rest, (batch, nodes) each, and their coefficients, from which whatever is linear or
    quadratic in drops is read as the real part of the factor times that of the complex phase.

    With q the imaginary part of the drops and a their real one, Re[c (a + iq)^2] = Re c (a^2 - q^2) - Im c 2 a q.
    """
    a, q = voltages.real, voltages.imag
    real, imaginary = factor.real, factor.imag
    return (
        [a, rest + q, rest - q, a + q, a - q],
        [real, -real / 2, -real / 2, -imaginary / 2, imaginary / 2],
    )


def _no_inputs() -> FloatArray:
    raise SettingError(
        "the complex twin of a circuit tells gradients by values alone; take another estimator for inputs"
    )
