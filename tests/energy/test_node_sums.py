"""What leaves a node is the sum of its elements' currents, whether they stand in a grid or not."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import Resistors
from ebana_like.energy.currents import CurrentEquations
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network


@pytest.fixture(scope="module")
def circuit():
    """A network, and two resistors side by side that are a grid of two equal rows."""
    network = build_network([Inputs(2), Crossbar(3), DiodePair(), Amplifier(4), Crossbar(4), OutputPairs()])
    ends = np.array([network.outputs.positive[0]] * 2), np.array([network.outputs.negative[0]] * 2)
    beside = Resistors("beside", ("rone", "rtwo"), *ends, np.full(2, 1e-6))
    return replace(network, banks=(*network.banks, beside))


@pytest.mark.parametrize("lead", [(), (5,), (2, 3)])
def test_sums_are_those_of_every_element_one_by_one(circuit, lead):
    rng = np.random.default_rng(0)
    currents = {bank.name: rng.normal(size=(*lead, len(bank))) for bank in circuit.banks}
    assert [bank.grid is not None for bank in circuit.of_kind(Resistors)] == [True, True, True]
    expected = np.zeros((*lead, len(circuit.nodes)))
    for bank in circuit.banks:
        for k in range(len(bank)):
            expected[..., bank.positive[k]] += currents[bank.name][..., k]
            expected[..., bank.negative[k]] -= currents[bank.name][..., k]
    np.testing.assert_allclose(CurrentEquations(circuit).node_sums(currents), expected, rtol=0, atol=1e-13)
