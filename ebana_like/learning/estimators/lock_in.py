"""Frequency propagation as it is measured: a current swings at the outputs for a while, and every element locks in.

A current -beta dC/ds cos(w t) flows while time goes on. Over a whole period an element takes the mean of its drop and,
by multiplying with the cosine, the amplitude of its swing; their product is the gradient, as `Frequency` has it in the
limit of small swings. It is off by (w tau)^2, for what circuits store lags behind, and by beta^2, with a half to three
quarters of what centered nudges are off by.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.learning.costs import Cost
from ebana_like.learning.estimators.estimator import Estimate
from ebana_like.learning.estimators.exactness import nearest
from ebana_like.learning.estimators.frequency import heard
from ebana_like.learning.estimators.of_circuits import OfCircuits, followed
from ebana_like.learning.estimators.stochastic import SECOND, evenly_loaded
from ebana_like.systems import Engine, Start, Transient
from ebana_like.values import Values

STEPS = 64
"""Of a period; the first is left to settle, the second one is looked at."""


@dataclass(frozen=True)
class LockIn(OfCircuits):
    """Mean times amplitude of errors that swing at the outputs while time goes on: the lock-in's frequency propagation.

    beta: amplitude of the current over -dC/ds, siemens. slow: w tau, tau a microsecond: that of nodes without
    capacitors of their own. inexact: estimate also where the circuit is not reciprocal.
    """

    reads: ClassVar[str] = "the lock-in estimator reads voltages while they swing"
    does: ClassVar[str] = "the lock-in estimator lets currents swing in circuits"
    wants: ClassVar[str] = "the lock-in estimator lets currents swing at the outputs; set nudging to current"
    share: ClassVar[float] = 1.0

    beta: float
    slow: float = 1e-3
    inexact: bool = False

    def __post_init__(self) -> None:
        require_number("the nudging factor beta", self.beta, above=0, fix="in siemens, for example 1e-7")
        require_number("slow", self.slow, above=0, fix="a frequency in time constants, for example 1e-3")

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
        weights = nearest(system, self.inexact)
        points = engine.solve(values, features)
        circuit = system.circuit.with_values(system.circuit.of_elements(values))
        even = circuit if len(circuit.storage.capacitors) else evenly_loaded(circuit)[0]
        (driven,) = circuit.driven.addresses
        push = -self.beta * np.nan_to_num(cost.gradient(points.scores, targets))
        period = 2 * np.pi * SECOND / self.slow
        times = np.linspace(0, 2 * period, 2 * STEPS + 1)
        swings = np.cos(2 * np.pi * np.arange(2 * STEPS + 1) / STEPS)
        start = Start(points.voltages[0], np.zeros((len(features), len(even.storage.inductors))))
        with kind(even) as simulator:
            course = simulator.follow(
                {}, features, Transient(times, start=start), {driven: push[:, None] * swings[:, None]}
            )
        looked, along = course.voltages[:, STEPS + 1 :], swings[STEPS + 1 :]
        mean = looked.mean(axis=1)
        amplitude = np.einsum("t,btn->bn", along, looked) * 2 / (STEPS * self.beta)
        return heard(system, points, mean, amplitude, weights)
