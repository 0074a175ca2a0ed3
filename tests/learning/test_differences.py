"""Each resistor is changed in turn: differences of co-content are the gradient, those of power are not."""

import numpy as np
import pytest

from ebana_like import Adjoint, Amplifier, Centered, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.learning import CoContentDifferences, PowerDifferences, SquaredError
from ebana_like.simulators import NativeSimulator

RNG = np.random.default_rng(3)
FEATURES, TARGETS = RNG.uniform(-1, 1, (4, 2)), RNG.uniform(-0.2, 0.2, (4, 1))
BETA = 1e-6


def gradients(circuit, estimator):
    with NativeSimulator(circuit) as engine:
        found = estimator.estimate(engine, {}, FEATURES, TARGETS, SquaredError(), RNG).gradients
    return np.concatenate([found[at] for at in circuit.parameters])


def test_differences_of_co_content_are_what_elements_tell_by_their_own_drops():
    layers = [Inputs(2), Crossbar(3), DiodePair(), Amplifier(4), Crossbar(2), OutputPairs()]
    circuit = build_network(layers, seed=1)
    told, exact = gradients(circuit, Centered(BETA)), gradients(circuit, Adjoint())
    measured = gradients(circuit, CoContentDifferences(BETA))
    assert np.linalg.norm(measured - told) < 1e-6 * np.linalg.norm(told)  # steps of a thousandth, squared
    assert np.linalg.norm(measured - exact) < 1e-5 * np.linalg.norm(exact)
    power = gradients(circuit, PowerDifferences(BETA))
    assert power @ exact < 0.9 * np.linalg.norm(power) * np.linalg.norm(exact)


def test_in_a_linear_circuit_half_the_power_is_the_co_content_and_tells_nothing_of_the_cost():
    circuit = build_network([Inputs(2), Crossbar(2), OutputPairs()], seed=1)
    rule = PowerDifferences(BETA), CoContentDifferences(BETA)
    with NativeSimulator(circuit) as engine:
        voltages = engine.solve({}, FEATURES).voltages
    power, content = (each.total(circuit, voltages, np.zeros((1, 4))) for each in rule)
    assert power == pytest.approx(content, rel=1e-12)
    exact, power = (gradients(circuit, each) for each in (Adjoint(), PowerDifferences(BETA)))
    assert np.linalg.norm(power) < 1e-3 * np.linalg.norm(exact)  # I ds/dg, of the currents, takes away all of it
