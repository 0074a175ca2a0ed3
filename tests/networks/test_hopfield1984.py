"""Hopfield's circuit of 1984: its energy has leak terms, and so has what its resistors learn by."""

import numpy as np
import pytest
from scipy.optimize import root

from ebana_like.errors import CircuitError
from ebana_like.learning import Adjoint, SquaredError
from ebana_like.networks.hopfield1984 import hopfield_1984
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

UNITS, FEATURES, OUTPUTS, LEAK, GAIN = 6, 3, [4, 5], 1e-5, 2.0
RNG = np.random.default_rng(3)
HALF = np.triu(RNG.uniform(-1e-5, 1e-5, (UNITS, UNITS)), 1)
T = HALF + HALF.T
W = RNG.uniform(1e-6, 1e-5, (UNITS, FEATURES))
X, Y = RNG.uniform(-1, 1, (1, FEATURES)), RNG.uniform(-0.5, 0.5, (1, 2))
LOADED = LEAK + abs(T).sum(axis=1) + W.sum(axis=1)
COST = SquaredError()


def settled(beta):
    """V where G u = T V + W x - beta dC/dV, beta in siemens."""

    def fed(u):
        volts = np.tanh(GAIN * u)
        force = np.zeros(UNITS)
        force[OUTPUTS] = -beta * slopes
        return (T @ volts + W @ X[0] + force - LOADED * u) / LOADED

    slopes = np.zeros(2) if beta == 0 else settled(0.0)[OUTPUTS] - Y[0]
    found = root(fed, np.zeros(UNITS), tol=1e-14)
    assert abs(fed(found.x)).max() < 1e-13
    return np.tanh(GAIN * found.x)


def rule(volts, leaks):
    """dE/d|T| of each pair, and dE/dW, of V, with the leak terms or without."""
    stored = leaks * (volts * np.arctanh(volts) + np.log(1 - volts**2) / 2) / GAIN
    low, high = np.nonzero(np.triu(T))
    pairs = -np.sign(T[low, high]) * volts[low] * volts[high] + stored[low] + stored[high]
    return np.concatenate([pairs, (-np.outer(volts, X[0]) + stored[:, None]).ravel()])


def learned(leaks, beta=1e-8):
    """Nudged by four phases, bias of order beta^4."""
    read = {k: rule(settled(k * beta), leaks) for k in (1, -1, 2, -2)}
    return (8 * (read[1] - read[-1]) - (read[2] - read[-2])) / (12 * beta)


def test_its_resistors_learn_by_the_leak_terms_too():
    circuit = hopfield_1984(T, W, OUTPUTS, LEAK, GAIN)
    with NativeSimulator(circuit) as engine:
        found = Adjoint().estimate(engine, circuit.values(), X, Y, COST, np.random.default_rng(0)).gradients
    truth = np.concatenate([found["between.conductance"], found["inputs_to_units.conductance"]])
    scale = np.linalg.norm(truth)
    assert np.linalg.norm(learned(1.0, 1e-7) - truth) < 1e-7 * scale
    assert np.linalg.norm(learned(0.0, 1e-7) - truth) > 0.2 * scale


def test_ngspice_finds_its_volts():
    circuit = hopfield_1984(T, W, OUTPUTS, LEAK, GAIN)
    at = [circuit.nodes.index(f"v{k}") for k in range(UNITS)]
    with NgspiceSimulator(circuit) as ngspice:
        assert ngspice.solve({}, X).voltages[0, 0, at] == pytest.approx(settled(0.0), abs=1e-9)


def test_weights_that_are_none_are_refused():
    with pytest.raises(CircuitError, match="not symmetric"):
        hopfield_1984(HALF, W, OUTPUTS)
    with pytest.raises(CircuitError, match="none below 0"):
        hopfield_1984(T, -W, OUTPUTS)
