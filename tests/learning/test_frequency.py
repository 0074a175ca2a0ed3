"""Errors that swing at the outputs give the gradient, in both engines, and XOR is learned by them."""

import numpy as np
import pytest

from ebana_like.conformance.circuits import one_way
from ebana_like.errors import CircuitError
from ebana_like.learning import SquaredError
from ebana_like.learning.estimators.adjoint import Adjoint
from ebana_like.learning.estimators.frequency import Frequency
from ebana_like.learning.estimators.lock_in import LockIn
from ebana_like.learning.estimators.symmetric import Centered
from ebana_like.loading import loaded
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import SwitchedTargets
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.systems import CircuitSystem

RNG = np.random.default_rng(0)
FEATURES, TARGETS = RNG.uniform(-2, 2, (5, 2)), RNG.choice([-0.3, 0.3], (5, 1))


def network():
    return build_network([Inputs(2), Crossbar(4), DiodePair(), Amplifier(4.0), Crossbar(2), OutputPairs()])


def off(circuit, engine, estimator):
    with engine(circuit) as simulator, NativeSimulator(circuit) as native:
        arguments = circuit.values(), FEATURES, TARGETS, SquaredError(), RNG
        found = estimator.estimate(simulator, *arguments)
        truth = Adjoint().estimate(native, *arguments)
    ours, theirs = (np.concatenate([*each.gradients.values(), each.inputs.ravel()]) for each in (found, truth))
    return np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_a_slow_swing_is_the_exact_gradient(engine):
    # mean times amplitude is exact for resistors; the rest is that of ngspice's operating points
    assert off(network(), engine, Frequency()) < 5e-10


def test_what_is_stored_adds_the_square_of_the_frequency():
    circuit = loaded(network(), 1e-12)
    slow, fast = (off(circuit, NativeSimulator, Frequency(hertz)) for hertz in (1e4, 1e5))
    assert 1e-9 < slow < 1e-3
    assert fast / slow == pytest.approx(100, rel=0.01)


def test_a_circuit_that_is_not_reciprocal_is_refused():
    circuit = one_way()
    features, targets = np.zeros((1, circuit.inputs.count)), np.zeros((1, circuit.outputs.count))
    with NativeSimulator(circuit) as simulator, pytest.raises(CircuitError, match="adjoint estimator"):
        Frequency().estimate(simulator, circuit.values(), features, targets, SquaredError(), RNG)
    assert Frequency().departure(CircuitSystem(circuit))


def test_currents_at_the_outputs_reach_nothing_before_a_one_way_amplifier():
    """They see the inverse of J, the adjoint that of its transpose."""
    circuit = one_way()
    features, targets = (
        RNG.uniform(-1, 1, (4, circuit.inputs.count)),
        RNG.uniform(-0.3, 0.3, (4, circuit.outputs.count)),
    )
    with NativeSimulator(circuit) as simulator:
        given = simulator, {}, features, targets, SquaredError(), RNG
        found, truth = (each.estimate(*given).gradients for each in (Frequency(inexact=True), Adjoint()))
    first, last = "crossbar1.conductance", "crossbar2.conductance"
    assert abs(found[first]).max() < 1e-9 * abs(truth[first]).max()
    assert found[last] == pytest.approx(truth[last], abs=1e-7 * abs(truth[last]).max())
    assert np.linalg.norm(truth[first]) > 0.5 * np.linalg.norm(truth[last])


def test_other_ways_to_nudge_are_refused():
    switched = build_network([Inputs(2), Crossbar(2), OutputPairs()], nudging=SwitchedTargets())
    assert "set nudging to current" in Frequency().refusal(CircuitSystem(switched), SquaredError())


def estimates(engine, *estimators):
    circuit = network()
    with engine(circuit) as simulator:
        arguments = circuit.values(), FEATURES, TARGETS, SquaredError(), RNG
        return [np.concatenate(list(each.estimate(simulator, *arguments).gradients.values())) for each in estimators]


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_a_lock_in_is_off_by_the_square_of_the_frequency(engine):
    truth, slow, fast = estimates(engine, Adjoint(), LockIn(1e-7, 1e-3), LockIn(1e-7, 1e-2))
    errors = [np.linalg.norm(each - truth) / np.linalg.norm(truth) for each in (slow, fast)]
    assert errors[0] < 1e-5
    assert errors[1] / errors[0] == pytest.approx(100, rel=0.1)


def test_the_bias_of_a_lock_in_is_less_than_that_of_centered_nudges():
    # cos^2 has the mean 1/2 and cos^3 the first harmonic 3/4: of what nudges shift the mean by a half returns, of what
    # they bend the answer by three quarters
    beta, few = 3e-4, 1e-6
    swings, slight, nudged, truth = estimates(
        NativeSimulator, LockIn(beta, 1e-4), LockIn(few, 1e-4), Centered(beta), Adjoint()
    )
    ours, theirs = swings - slight, nudged - truth
    assert 0.5 < ours @ theirs / (theirs @ theirs) < 0.75
    assert np.linalg.norm(theirs) > 1e-7 * np.linalg.norm(truth)  # far above rounding
