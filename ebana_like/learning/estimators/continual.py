"""Continual equilibrium propagation: weights move while the nudged circuit settles, not after it has (Ernoult 2020).

From the free state on, while the nudge pulls, every value follows the change of its own dP/dtheta,

    dtheta = -(eta / beta) d(dP/dtheta),

so that nobody has to store the free state: a product of a rate and a level, on the weight's own capacitor. Where values
move little on the way, theta ends where equilibrium propagation would put it; the faster they move, the further off.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray, dense
from ebana_like.errors import SettingError
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.exactness import require_exact
from ebana_like.learning.estimators.of_circuits import OfCircuits, followed
from ebana_like.learning.estimators.stochastic import SECOND, evenly_loaded
from ebana_like.systems import Engine, OperatingPoints, Start, Transient
from ebana_like.values import Values

LONG = 12
"""Time constants that a nudged phase takes."""


@dataclass(frozen=True)
class Continual(OfCircuits):
    """What values have moved by while the nudged circuit settled, over how fast they move: d(dP/dtheta) as it happens.

    beta: nudging factor, siemens. speed: eta over beta and a value's range, 1/V^2: what moves shifts the free state
    too, and that shift counts as 1 / beta; where it is no small share of the nudge's own, values run away.
    steps: a time constant.
    """

    reads: ClassVar[str] = "the continual estimator reads voltages while they settle"
    does: ClassVar[str] = "the continual estimator follows circuits in time"
    wants: ClassVar[str] = "the continual estimator nudges by currents while a circuit settles; set nudging to current"
    share: ClassVar[float] = 1e-3

    beta: float
    speed: float = 1e-4
    steps: int = 4

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="in siemens, for example 1e-7")
        require_number("the speed", self.speed, above=0, fix="for example 1e-4")
        require_number("steps", self.steps, whole=True, low=1)

    def estimate(
        self,
        engine: Engine,
        values: Values,
        features: FloatArray,
        targets: FloatArray,
        cost: Cost,
        rng: np.random.Generator,
    ) -> Estimate:
        system, kind = followed(engine)
        require_exact(system)
        points = engine.solve(values, features)
        circuit = system.circuit
        even, _ = evenly_loaded(circuit.with_values(circuit.of_elements(values)))
        (driven,) = circuit.driven.addresses
        push = -self.beta * np.nan_to_num(cost.gradient(points.scores, targets))
        begun = {at: np.asarray(value, dtype=float) for at, value in values.items()}
        held, voltages = dict(begun), points.voltages[0]
        eta = {at: self.speed * self.beta * each.span for at, each in circuit.parameters.items()}
        usable = points.converged[0]
        difference = np.stack([np.full(len(features), side / self.beta) for side in (-1.0, 1.0)])
        with kind(even) as simulator:
            for _ in range(LONG * self.steps):
                analysis = Transient(
                    np.array([0.0, SECOND / self.steps]), "euler", Start(voltages, np.zeros((len(features), 0)))
                )
                course = simulator.follow(held, features, analysis, {driven: np.stack([push, push], axis=1)})
                both = replace(
                    points,
                    values=held,
                    voltages=np.stack([voltages, course.voltages[:, -1]]),
                    converged=np.stack([usable, usable & course.solved]),
                    iterations=np.repeat(points.iterations[:1], 2, axis=0),
                )
                for at, signal in system.signals(both, difference).items():
                    limits = circuit.parameters[at]
                    held[at] = np.clip(held[at] - eta[at] * dense(signal), limits.low, limits.high)
                voltages = course.voltages[:, -1]
        moved = {at: (begun[at] - held[at]) / eta[at] for at in eta}
        return Estimate(moved, replace(points, converged=both.usable[None]), lambda: _no_inputs(both))


def _no_inputs(points: OperatingPoints) -> FloatArray:
    raise SettingError("continual equilibrium propagation moves values alone; take another estimator for inputs")
