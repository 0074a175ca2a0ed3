"""Networks whose crossbars see earlier layers too: what all of Kirchhoff's equations give, layer by layer."""

from dataclasses import replace

import numpy as np
import pytest
from all_equations import ROUNDING, agree

from ebana_like import Adjoint, NativeSimulator, SquaredError, build_network
from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.elements import Resistors
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, Outputs, Skip, SwitchedTargets
from ebana_like.pages.circuit_pictures import linear_conductances
from ebana_like.simulators.crossbars import SOURCES
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.structure import find_layers

NEURON, IDEAL = (DiodePair("d1n4148"), Amplifier(4)), (DiodePair("d1n4148"), Amplifier(3, 3.0))


def circuit_of(*skips, feedback=3.0, nudging=None):
    """Behind two hidden layers; the amplifiers of the second are ideal transformers unless their B is another."""
    neuron = DiodePair("d1n4148")
    hidden = Crossbar(4), neuron, Amplifier(4), Crossbar(3), neuron, Amplifier(3, feedback)
    return build_network([Inputs(2), *hidden, *skips, Crossbar(6), OutputPairs()], seed=3, nudging=nudging)


def both():
    """Sees the inputs and the first layer behind the second, and is nudged by switches."""
    return circuit_of(Skip(0), Skip(1), nudging=SwitchedTargets(1e-6))


def test_voltages_and_steps_are_those_of_all_equations(stimuli):
    circuit = both()
    features, pull = stimuli(circuit)
    agree(circuit, features, pull)


def test_the_gradient_is_that_of_finite_differences():
    circuit = circuit_of(Skip(0))
    rng = np.random.default_rng(0)
    features, targets, cost = rng.uniform(-3, 3, (4, 2)), rng.uniform(-0.2, 0.2, (4, 3)), SquaredError()
    with NativeSimulator(circuit) as engine:
        found = Adjoint().estimate(engine, circuit.values(), features, targets, cost, rng).gradients
        truth = differences(lambda g: cost.value(engine.solve(g, features).scores, targets).mean(), circuit.values())
    assert distance(flat(found), flat(truth)) < 1e-8


def test_a_chip_of_unequal_amplifiers_with_offsets(stimuli):
    """No weights make its Jacobian symmetric, and what offsets bring crosses layers."""
    circuit = both()
    gains = np.linspace(2, 4, 3)
    offsets = {f"meter{k}.voltage": 0.02 * np.arange(n) for k, n in enumerate((4, 3), start=1)}
    circuit = circuit.with_values(offsets)
    banks = (replace(bank, gain=gains) if bank.name == "forward2" else bank for bank in circuit.banks)
    circuit = replace(circuit, banks=tuple(banks))
    features, pull = stimuli(circuit)
    native, general = (each(circuit).solve({}, features, pull) for each in (NativeSimulator, GeneralEngine))
    assert native.messages == {}
    assert np.abs(native.voltages - general.voltages).max() < ROUNDING
    currents = np.random.default_rng(0).normal(size=(len(features), 3))
    found = NativeSimulator(circuit).adjoint(native, currents)
    expected = GeneralEngine(circuit).adjoint({}, general.voltages[0], currents)
    assert np.abs(found - expected).max() < 1e-10 * np.abs(expected).max()


def test_earlier_layers_are_found_in_the_order_of_the_rows():
    circuit = both()
    read = read_netlist(write_netlist(Netlist(circuit))).circuit
    for layers in (find_layers(circuit), find_layers(read)):
        assert [c.skipping and c.skipping.layers for c in layers.crossbars] == [None, None, (SOURCES, 0)]
        assert [c.order for c in layers.crossbars] == [None] * 3
        assert layers.even
        seen = layers.crossbars[2].skipping
        assert seen.counts == (6, 4)
        assert seen.feature.tolist() == [0, 0, 1, 1, 0, 0]
        assert seen.polarity.tolist() == [1, -1, 1, -1, 0, 0]
        assert seen.volts.tolist() == [0, 0, 0, 0, 1, -1]


def reordered(circuit, chosen):
    """The circuit with other rows of its last crossbar, column by column."""

    def moved(bank):
        if bank.name != "crossbar3":
            return bank
        width = len(bank.grid[0])
        fields = {name: a.reshape(-1, width)[:, chosen].ravel() for name, a in bank.arrays().items()}
        labels = np.array(list(bank.labels)).reshape(-1, width)[:, chosen].ravel().tolist()
        return replace(bank, labels=tuple(labels), **fields)

    return replace(circuit, banks=tuple(map(moved, circuit.banks)))


def test_rows_may_stand_in_any_order_and_a_layer_seen_in_part_is_for_the_general_engine(stimuli):
    circuit = both()  # its last crossbar has 3 rows of its own, 6 of sources, and 4 of the first layer
    other = reordered(circuit, [6, 1, 8, 10, 0, 12, 5, 3, 2, 11, 7, 4, 9])
    assert find_layers(other).crossbars[2].order is not None
    features, pull = stimuli(circuit)
    found, expected = (NativeSimulator(each).solve({}, features, pull) for each in (other, circuit))
    assert np.abs(found.voltages - expected.voltages).max() < ROUNDING
    assert find_layers(reordered(circuit, range(8))).crossbars[2].skipping.counts == (5,)  # of any sources
    assert find_layers(reordered(circuit, range(12))) is None


def test_amplifiers_that_are_skipped_decide_whether_weights_agree():
    assert find_layers(circuit_of(Skip(1))).even
    assert not find_layers(circuit_of(Skip(1), feedback=1.0)).even
    assert find_layers(circuit_of(Skip(0), feedback=1.0)).even


def test_the_conductances_at_neurons_are_those_of_their_resistors():
    circuit = both()
    layers = find_layers(circuit)
    g_at = np.zeros(len(circuit.nodes))
    for bank in circuit.of_kind(Resistors)[:3]:
        np.add.at(g_at, bank.positive, bank.conductance)
        np.add.at(g_at, bank.negative, bank.conductance)
    for hidden, linear in zip(layers.hidden, linear_conductances(layers), strict=True):
        assert linear == pytest.approx(g_at[hidden.nodes] + hidden.forward * hidden.back * g_at[hidden.driven[1]])


def test_neurons_in_mirror_are_for_the_general_engine(stimuli):
    mirrored = Inputs(2), Crossbar(4), DiodePair("d1n4148"), Amplifier(3, mirrored=True)
    circuit = build_network([*mirrored, Skip(0), Crossbar(3), Outputs()])
    assert find_layers(circuit) is None
    features, pull = stimuli(circuit)
    native, general = (each(circuit).solve({}, features, pull) for each in (NativeSimulator, GeneralEngine))
    assert np.abs(native.voltages - general.voltages).max() < ROUNDING
