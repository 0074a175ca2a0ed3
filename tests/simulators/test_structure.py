"""A layered network is known by its wiring; anything else in the circuit makes it one for the general engine."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import CurrentSources, Diodes, Resistors
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native import compiled
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.structure import find_layers


def node(circuit, name):
    return np.array([circuit.nodes.index(name)])


def with_bank(circuit, bank):
    return replace(circuit, banks=(*circuit.banks, bank))


def test_layers_are_found_in_order(nudging, network):
    layers = find_layers(network(nudging, hidden=(6, 5, 4), gain=3.0, feedback=0.5, clamp=0.3))
    assert layers is not None
    assert [c.bank.name for c in layers.crossbars] == ["crossbar1", "crossbar2", "crossbar3", "crossbar4"]
    assert [len(h.nodes) for h in layers.hidden] == [6, 5, 4]
    for hidden in layers.hidden:
        assert (hidden.forward == 3).all()
        assert (hidden.back == 0.5).all()
        up, down = hidden.clamps
        assert (up.rails == 0.3).all()
        assert (down.rails == -0.3).all()


@pytest.mark.parametrize(
    "extra",
    [
        lambda c: Resistors("leak", ("rleak",), node(c, "h1_0"), np.array([0]), np.array([1e-6])),
        lambda c: Resistors("skip", ("rskip",), node(c, "x0p"), node(c, "y0p"), np.array([1e-6])),
        lambda c: CurrentSources("more", ("imore",), node(c, "a1_0"), np.array([0]), np.array([1e-6])),
        lambda c: Diodes("more", ("dmore",), node(c, "y0p"), np.array([0]), c.of_kind(Diodes)[0].model),
    ],
    ids=["leak", "skip-connection", "current-source", "diode-at-an-output"],
)
def test_one_element_more_is_no_layered_network(extra, network, stimuli):
    circuit = network()
    larger = with_bank(circuit, extra(circuit))
    assert find_layers(circuit) is not None
    assert find_layers(larger) is None
    features, pull = stimuli(larger)
    points = NativeSimulator(larger).solve({}, features, pull)
    expected = GeneralEngine(larger, compiled.run).solve({}, features, pull)
    assert np.array_equal(points.voltages, expected.voltages)


def test_a_linear_network_is_left_to_the_general_engine(divider):
    assert find_layers(divider) is None
    assert find_layers(build_network([Inputs(2), Crossbar(4), OutputPairs()])) is None


def test_diodes_of_one_direction_only_are_no_neuron():
    circuit = build_network([Inputs(2), Crossbar(4), DiodePair(), Crossbar(2), OutputPairs()])
    assert find_layers(replace(circuit, banks=tuple(b for b in circuit.banks if b.name != "down1"))) is None


def test_a_rail_that_moves_with_the_switches_is_no_rail(network):
    """Diodes tied to the node that closes the switches see another rail in the nudged phases."""
    circuit = network(SwitchedTargets())
    banks = tuple(
        replace(bank, negative=np.full(len(bank), node(circuit, "close")[0])) if bank.name == "up1" else bank
        for bank in circuit.banks
    )
    assert find_layers(replace(circuit, banks=banks)) is None
