"""Skip connections: rows of an earlier layer beside those of the last; where equilibrium propagation stays exact."""

import numpy as np
import pytest

from ebana_like import (
    Adjoint,
    Amplifier,
    Centered,
    Crossbar,
    DiodePair,
    Inputs,
    NativeSimulator,
    OutputPairs,
    SquaredError,
    build_network,
)
from ebana_like.errors import CircuitError
from ebana_like.networks import Skip

RNG = np.random.default_rng(1)
X, Y = RNG.uniform(-1, 1, (3, 2)), RNG.uniform(-0.2, 0.2, (3, 2))


def network(skip, feedback=None):
    neuron = DiodePair("d1n4148"), Amplifier(3, feedback)
    return build_network(
        [Inputs(2), Crossbar(4), *neuron, Crossbar(3), *neuron, *skip, Crossbar(4), OutputPairs()], seed=2
    )


def gradients(circuit, estimator):
    with NativeSimulator(circuit) as engine:
        return estimator.estimate(engine, {}, X, Y, SquaredError(), RNG).gradients


@pytest.mark.parametrize(("layer", "feedback", "rows"), [(0, None, 3 + 6), (1, 3.0, 3 + 4)])
def test_the_next_crossbar_sees_both_layers_and_learns_the_gradient(layer, feedback, rows):
    circuit = network([Skip(layer)], feedback)
    assert len(circuit.named("crossbar3")) == 4 * rows
    exact, found = gradients(circuit, Adjoint()), gradients(circuit, Centered(1e-8))
    for at, each in exact.items():
        assert np.abs(found[at] - each).max() < 1e-6 * np.abs(each).max()
    beyond = exact["crossbar3.conductance"].reshape(4, rows)[:, 3:]
    assert np.abs(beyond).max() > 1e-3 * np.abs(exact["crossbar3.conductance"]).max()


def test_amplifiers_that_weigh_two_ways_to_a_column_differently_are_named():
    circuit = network([Skip(1)])
    with pytest.raises(CircuitError, match="forward"):
        gradients(circuit, Centered(1e-8))
    assert np.abs(gradients(circuit, Adjoint())["crossbar1.conductance"]).max() > 0


def test_what_is_no_earlier_layer_is_refused():
    for layer in (2, 3):
        with pytest.raises(CircuitError, match="it reaches layers 0 to 1"):
            network([Skip(layer)])
    with pytest.raises(CircuitError, match="there already"):
        network([Skip(1), Skip(0), Skip(1)])
    with pytest.raises(CircuitError, match="no earlier layer"):
        build_network([Inputs(2), Skip(0), Crossbar(2), OutputPairs()])


def test_what_a_skip_brought_belongs_to_no_layer():
    """So that rows of the first hidden layer alone, and none of the inputs that it saw beside, come with it."""
    neuron = DiodePair("d1n4148"), Amplifier(3)
    behind = [Crossbar(3), *neuron, Skip(1), Crossbar(4), OutputPairs()]
    circuit = build_network([Inputs(2), Crossbar(4), *neuron, Skip(0), *behind])
    assert [len(circuit.named(f"crossbar{k}")) for k in (1, 2, 3)] == [4 * 6, 3 * (4 + 6), 4 * (3 + 4)]


def test_a_skip_without_a_crossbar_behind_it_is_refused():
    """Diodes, amplifiers and outputs would stand at the inputs."""
    first, pair = [Inputs(2), Crossbar(4)], DiodePair()
    behind = {"Amplifier": [pair, Skip(0), Amplifier(3), Crossbar(4)], "DiodePair": [Skip(0), pair, Crossbar(4)]}
    for name, layers in {**behind, "OutputPairs": [pair, Crossbar(4), Skip(0)]}.items():
        with pytest.raises(CircuitError, match=f"stands {name}; its rows are for a crossbar"):
            build_network([*first, *layers, OutputPairs()])
    with pytest.raises(CircuitError, match="stands nothing"):
        build_network([*first, pair, Crossbar(4), OutputPairs(), Skip(0)])


def test_a_crossbar_larger_than_can_be_meant_is_refused_with_what_a_skip_brings(monkeypatch):
    monkeypatch.setenv("EBANA_MOST_ELEMENTS", "300")
    layers = [Inputs(20), Crossbar(1), DiodePair(), Skip(0), Crossbar(20), OutputPairs()]
    with pytest.raises(CircuitError, match="the crossbar has 860 elements; more than 300 are taken for a mistake"):
        build_network(layers)
