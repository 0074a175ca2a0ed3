"""Every estimator there is keeps every clause; what breaks one is caught by its name."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ebana_like.conformance import CIRCUITS, ESTIMATOR_CLAUSES, EstimatorTrial, check_estimator
from ebana_like.learning import Adjoint, Centered, Estimate, nudged_estimators
from ebana_like.learning.estimators import Stencil

ORDERS = {"positive": 1, "negative": 1, "random-sign": 1, "centered": 2, "higher-order": 4}

MAKERS = {**nudged_estimators(), "adjoint": lambda beta: Adjoint()}

ALWAYS = {"centered": set(CIRCUITS), "adjoint": set(CIRCUITS)}
"""Circuits on which an estimator is always checked; those that differ in phases alone have one layered, one not."""

CASES = [
    pytest.param(estimator, circuit, name, marks=[] if circuit in always else [pytest.mark.thorough])
    for estimator in MAKERS
    for always in [ALWAYS.get(estimator, {"layered-currents", "mesh-switches"})]
    for number, circuit in enumerate(CIRCUITS)
    for name, clause in ESTIMATOR_CLAUSES.items()
    if number == 0 or not clause.once
]


@pytest.mark.parametrize(("estimator", "circuit", "clause"), CASES)
def test_an_estimator_keeps_the_clause(estimator, circuit, clause):
    ESTIMATOR_CLAUSES[clause](EstimatorTrial(MAKERS[estimator], CIRCUITS[circuit](), ORDERS.get(estimator, 0)))


class Doubled(Centered):
    """Forgets that the two phases lie 2 beta apart."""

    def stencil(self, batch, rng):
        stencil = super().stencil(batch, rng)
        return Stencil(stencil.multiples, 2 * stencil.coefficients)


class OneSided(Centered):
    """Promises order two and has one."""

    def stencil(self, batch, rng):
        return Stencil(np.ones((1, batch)), np.array([[-1.0], [1.0]]) * np.ones(batch))


class OfItsOwnMind(Centered):
    """Draws from a generator of its own."""

    rng = np.random.default_rng(0)

    def stencil(self, batch, rng):
        stencil = super().stencil(batch, rng)
        return Stencil(stencil.multiples, stencil.coefficients * (1 + 1e-9 * self.rng.normal(size=batch)))


class AllIn(Centered):
    """Takes unsolved samples for zeros, and counts them."""

    def estimate(self, simulator, *arguments):
        found = super().estimate(simulator, *arguments)
        share = found.points.usable.mean()
        return replace(found, signals={name: share * g for name, g in found.gradients.items()})


@dataclass(frozen=True)
class WithoutInputs(Centered):
    """Reads no input gradient."""

    def estimate(self, simulator, conductances, features, *arguments):
        found = super().estimate(simulator, conductances, features, *arguments)
        return Estimate(found.signals, found.points, lambda: np.zeros_like(features))


@pytest.mark.parametrize(
    ("broken", "clause"),
    [
        (Doubled, "the_gradient_is_the_slope_of_the_loss"),
        (OneSided, "the_bias_falls_by_its_order"),
        (OfItsOwnMind, "the_generator_decides"),
        (AllIn, "unsolved_samples_are_left_out"),
        (WithoutInputs, "input_gradients_are_the_slopes_by_the_inputs"),
    ],
)
def test_a_broken_estimator_is_caught(broken, clause):
    with pytest.raises(AssertionError, match=f'clause "{clause}" is broken by the estimator'):
        check_estimator(broken, 2, ["mesh-currents"])
