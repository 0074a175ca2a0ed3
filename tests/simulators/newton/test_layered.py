"""Eliminating neurons layer by layer gives what solving all of Kirchhoff's equations at once gives."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors
from ebana_like.netlist import Netlist, diode_models, read_netlist, write_netlist
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators.newton import NewtonSimulator
from ebana_like.simulators.newton.layered import LayeredEngine
from ebana_like.simulators.newton.mna import GeneralEngine
from ebana_like.simulators.structure import find_layers

ROUNDING = 1e-12  # volts: both stop when what is left is below this


def deviation(circuit: Circuit, stimuli, beta=1e-6) -> float:
    """Largest difference between the two engines at any node in any phase, volts."""
    layers = find_layers(circuit)
    assert layers is not None
    features, pull = stimuli(circuit, beta)
    layered = LayeredEngine(circuit, layers).solve(circuit.conductances(), features, pull)
    general = GeneralEngine(circuit).solve(circuit.conductances(), features, pull)
    assert not layered.messages
    assert layered.converged.all()
    assert general.converged.all()
    return float(np.abs(layered.voltages - general.voltages).max())


@pytest.mark.parametrize("hidden", [(8,), (7, 6), (6, 5, 4), (5, 4, 4, 3)], ids=len)
@pytest.mark.parametrize("feedback", [0.25, 4.0])
def test_any_depth(hidden, feedback, nudging, network, stimuli):
    circuit = network(nudging, hidden=hidden, feedback=feedback, features=3, outputs=2)
    assert deviation(circuit, stimuli) < ROUNDING


@pytest.mark.parametrize("model", diode_models())
@pytest.mark.parametrize("clamp", [-0.2, 0.0, 0.4])
@pytest.mark.parametrize("hidden", [(8,), (6, 5)], ids=len)
def test_any_diode_behind_any_rail(model, clamp, hidden, network, stimuli):
    assert deviation(network(hidden=hidden, model=model, clamp=clamp), stimuli) < ROUNDING


@pytest.mark.parametrize("inputs", [{"doubled": False}, {"bias": 0}], ids=str)
def test_inputs_single_or_without_bias(inputs, network, stimuli):
    assert deviation(network(**inputs), stimuli) < ROUNDING


def test_neurons_without_amplifiers(nudging, stimuli):
    layers = [Inputs(2), Crossbar(5), DiodePair("schottky"), Crossbar(4), DiodePair(), Crossbar(2), OutputPairs()]
    assert deviation(build_network(layers, nudging=nudging), stimuli) < ROUNDING


def test_amplifiers_with_gains_of_their_own(network, stimuli):
    circuit = network()
    gains = np.linspace(1, 5, 8)
    changes = {"forward1": {"gain": gains}, "back1": {"gain": 1 / gains[::-1]}}
    banks = tuple(replace(bank, **changes.get(bank.name, {})) for bank in circuit.banks)
    assert deviation(replace(circuit, banks=banks), stimuli) < ROUNDING


def test_outputs_pushed_away_by_a_negative_load(network, stimuli):
    assert deviation(network(SwitchedTargets()), stimuli, beta=1e-5) < ROUNDING


def test_a_circuit_read_back_from_its_netlist(nudging, network, stimuli):
    circuit = read_netlist(write_netlist(Netlist(network(nudging, hidden=(5, 4))))).circuit
    assert deviation(circuit, stimuli) < ROUNDING


@pytest.mark.parametrize("hidden", [(5,), (5, 4)], ids=len)
def test_names_and_node_order_do_not_matter(hidden, nudging, network, stimuli):
    """Nodes numbered at random, and the rows of every crossbar in another order than the neurons."""
    circuit = network(nudging, hidden=hidden)
    rng = np.random.default_rng(0)
    new_number = np.concatenate([[0], 1 + rng.permutation(len(circuit.nodes) - 1)])

    def moved(bank):
        fields = {name: new_number[a] for name, a in bank.arrays().items() if a.dtype == np.intp}
        if isinstance(bank, Resistors) and bank.trainable:
            width = len(bank.grid[0])
            fields["positive"] = fields["positive"].reshape(-1, width)[:, rng.permutation(width)].ravel()
        return replace(bank, **fields)

    ports = circuit.outputs
    circuit = replace(
        circuit,
        nodes=("0", *(f"n{k}" for k in range(1, len(circuit.nodes)))),
        banks=tuple(moved(bank) for bank in circuit.banks[::-1]),
        outputs=replace(ports, positive=new_number[ports.positive], negative=new_number[ports.negative]),
    )
    assert deviation(circuit, stimuli) < ROUNDING


def test_conductances_travel_beside_the_circuit(network, stimuli):
    circuit = network()
    features, _ = stimuli(circuit)
    doubled = {name: 2 * g for name, g in circuit.conductances().items()}
    beside = NewtonSimulator(circuit).solve(doubled, features)
    inside = NewtonSimulator(circuit.with_conductances(doubled)).solve({}, features)
    assert np.array_equal(beside.voltages, inside.voltages)


def test_centered_differences_survive_the_smallest_nudges(network, stimuli):
    """Voltage differences over 2 beta at 1e-8 S and at 1e-7 S differ by the bias, of order beta^2, alone."""
    circuit = network()

    def slope(beta):
        features, pull = stimuli(circuit, beta)
        _, plus, minus = NewtonSimulator(circuit).solve({}, features, pull).voltages
        return (plus - minus) / (2 * beta)

    difference = np.abs(slope(1e-8) - slope(1e-7)).max()
    assert difference < 1e-6 * np.abs(slope(1e-7)).max()
