"""A circuit is a function of conductances and features that JAX differentiates: exactly, inside other functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_circuits import random_circuit

from ebana_like.errors import SettingError
from ebana_like.networks import (
    Amplifier,
    Crossbar,
    DiodePair,
    Inputs,
    OutputPairs,
    Skip,
    SwitchedTargets,
    build_network,
)
from ebana_like.simulators import NativeSimulator, circuit_function

STEP = 1e-5
"""Of each number: central differences then err by some 1e-10 of the slope's scale, and rounding by 1e-11."""


@pytest.fixture(autouse=True)
def doubles():
    with jax.enable_x64(True):
        yield


def assert_slopes(function, arguments):
    """Compare `jax.grad` of a function of arrays with finite differences, on eight entries of each array."""
    slopes = jax.grad(function)(arguments)
    rng = np.random.default_rng(0)
    for name, values in arguments.items():
        scale = float(np.abs(np.asarray(slopes[name]) * np.asarray(values)).max())
        for place in rng.choice(values.size, min(values.size, 8), replace=False):
            index = np.unravel_index(place, values.shape)
            step = STEP * abs(float(values[index]))
            up, down = (
                function({**arguments, name: jnp.asarray(values).at[index].add(sign * step)}) for sign in (1, -1)
            )
            found = float((up - down) / (2 * step))
            assert abs(found - float(slopes[name][index])) * abs(float(values[index])) < 1e-6 * scale


def cost(circuit, scores, size):
    """A cost of the scores between two layers of weights, all of it to be differentiated."""
    signs = jnp.asarray(np.random.default_rng(1).normal(size=(size, circuit.outputs.count)))

    def function(arguments):
        conductances = {name: g for name, g in arguments.items() if name not in ("features", "mixing")}
        return (jnp.tanh(scores(conductances, arguments["features"] @ arguments["mixing"])) * signs).sum()

    return function


@pytest.mark.parametrize("hidden", [pytest.param((8,), marks=pytest.mark.thorough), (7, 6)], ids=len)
def test_slopes_of_a_layered_network(hidden, network, stimuli):
    circuit = network(hidden=hidden, feedback=0.5)
    features, _ = stimuli(circuit)
    mixing = np.random.default_rng(0).normal(size=(2, 2))
    arguments = {**circuit.values(), "features": features, "mixing": mixing}
    assert_slopes(jax.jit(cost(circuit, circuit_function(circuit), len(features))), arguments)


def test_slopes_of_layers_that_see_beyond_those_before_them():
    neuron = DiodePair("d1n4148"), Amplifier(3, 3.0)
    skipped = [Inputs(2), Crossbar(3), *neuron, Crossbar(4), *neuron, Skip(0), Skip(1), Crossbar(2), OutputPairs()]
    circuit = build_network(skipped)
    rng = np.random.default_rng(0)
    arguments = {**circuit.values(), "features": rng.uniform(-5, 5, (3, 2)), "mixing": rng.normal(size=(2, 2))}
    assert_slopes(jax.jit(cost(circuit, circuit_function(circuit), 3)), arguments)


@pytest.mark.parametrize("seed", [3, pytest.param(5, marks=pytest.mark.thorough)])
def test_slopes_of_any_circuit(seed):
    kinds = ["diode", "resistor", "vcvs", "cccs", "switch", "current", "diode", "voltage", "resistor"]
    circuit, volts = random_circuit(seed, kinds)
    features = np.array([[volts], [-volts], [0.5 * volts]])
    conductances = {f"{bank.name}.conductance": bank.conductance for bank in circuit.banks if bank.kind == "resistor"}
    arguments = {**conductances, "features": features, "mixing": np.array([[1.1]])}
    assert_slopes(jax.jit(cost(circuit, circuit_function(circuit), 3)), arguments)


@pytest.mark.parametrize(
    "nudging", [pytest.param(None, marks=pytest.mark.thorough), SwitchedTargets()], ids=["currents", "switches"]
)
def test_scores_are_those_of_the_engine(nudging, network, stimuli):
    circuit = network(nudging)
    features, _ = stimuli(circuit)
    scores = circuit_function(circuit)(circuit.values(), features)
    expected = NativeSimulator(circuit).solve({}, features).scores
    assert np.abs(np.asarray(scores) - expected).max() < 1e-13


def test_singles_do_for_layered_networks_alone(network, stimuli, divider):
    circuit = network()
    features, _ = stimuli(circuit)
    double = circuit_function(circuit)({}, features)
    with jax.enable_x64(False):
        single = circuit_function(circuit)({}, features)
        assert single.dtype == jnp.float32
        with pytest.raises(SettingError, match="jax_enable_x64"):
            circuit_function(divider)({}, np.array([[1.0]]))
    assert 0 < np.abs(np.asarray(single) - np.asarray(double)).max() < 1e-5


def test_arguments_that_do_not_fit_are_refused(network):
    scores = circuit_function(network())
    with pytest.raises(SettingError, match="shape"):
        scores({}, np.zeros((3, 7)))
    with pytest.raises(SettingError, match="crossbar1"):
        scores({"crossbar1.conductance": np.ones(3)}, np.zeros((3, 2)))
