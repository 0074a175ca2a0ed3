"""Crossbars with wires in time: courses, energies and small signals are those of the ladder of plain resistors."""

import numpy as np
import pytest

from ebana_like import (
    Adjoint,
    Amplifier,
    Crossbar,
    DiodePair,
    Frequency,
    Inputs,
    NativeSimulator,
    NgspiceSimulator,
    OutputPairs,
    SquaredError,
    build_network,
)
from ebana_like.analysis.settling import energy, pace
from ebana_like.elements import Wires
from ebana_like.loading import loaded
from ebana_like.netlist.wires import ladder
from ebana_like.systems import Transient

WIRES = Wires(3000, 2000, 50, 20)
FEATURES = np.array([[1.0, -2.0], [-1.0, 0.5]])
ENGINES = [NativeSimulator, NgspiceSimulator]


@pytest.fixture(scope="module")
def wired():
    layers = [Inputs(2), Crossbar(3, wires=WIRES), DiodePair(), Amplifier(4.0), Crossbar(2, wires=WIRES), OutputPairs()]
    return loaded(build_network(layers, seed=1), 1e-12)


@pytest.fixture(scope="module")
def others(wired):
    return {at: 0.7 * np.asarray(value) for at, value in wired.values().items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_course_and_its_energy_are_those_of_the_ladder(engine, wired, others):
    analysis = Transient.even(1e-6, 50)
    moving = np.repeat(FEATURES[:, None], 51, axis=1)
    moving[:, 0] = 0.0
    with NativeSimulator(ladder(wired)) as plain, engine(wired) as simulator:
        expected = plain.follow(others, moving, analysis)
        found = simulator.follow(others, moving, analysis)
    nodes = len(wired.nodes)
    np.testing.assert_allclose(found.voltages, expected.voltages[..., :nodes], atol=1e-9)
    np.testing.assert_allclose(energy(found), energy(expected), rtol=1e-9, atol=1e-21)


def test_the_pace_is_that_of_the_ladder(wired, others):
    with NativeSimulator(ladder(wired)) as plain:
        at = plain.solve(others, FEATURES).voltages[0]
    found, expected = pace(wired, others, at[:, : len(wired.nodes)]), pace(ladder(wired), others, at)
    assert (found.slowest, found.fastest) == pytest.approx((expected.slowest, expected.fastest), rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_gradient_by_swings_is_the_adjoints(engine, wired):

    asked = wired.values(), FEATURES, np.array([[0.1], [-0.1]]), SquaredError(), np.random.default_rng(0)
    with engine(wired) as simulator:
        swung, exact = (each.estimate(simulator, *asked).gradients for each in (Frequency(), Adjoint()))
    for at, gradient in exact.items():
        np.testing.assert_allclose(swung[at], gradient, rtol=0, atol=1e-6 * np.abs(gradient).max())
