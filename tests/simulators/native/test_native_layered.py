"""The native engine gives, at every node of a layered network, what all of Kirchhoff's equations at once give.

Few shapes: each is compiled anew.
"""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors
from ebana_like.netlist import Netlist, diode_models, read_netlist, write_netlist
from ebana_like.networks import Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.general import GeneralEngine

ROUNDING = 1e-12  # volts: both stop when what is left is below this
AGREEMENT = 1e-11  # volts; ngspice itself is left some 1e-13 V beside the solution by its own tolerances


def deviation(circuit: Circuit, stimuli, beta=1e-6) -> float:
    """Largest difference between the native engine and modified nodal analysis at any node in any phase, volts."""
    features, pull = stimuli(circuit, beta)
    native = NativeSimulator(circuit).solve(circuit.values(), features, pull)
    general = GeneralEngine(circuit).solve(circuit.values(), features, pull)
    assert native.messages == {}
    assert native.converged.all()
    assert general.converged.all()
    return float(np.abs(native.voltages - general.voltages).max())


@pytest.mark.parametrize("hidden", [(8,), (7, 6), (6, 5, 4), (5, 4, 4, 3)], ids=len)
@pytest.mark.parametrize("feedback", [0.25, 4.0])
def test_any_depth(hidden, feedback, nudging, network, stimuli):
    assert deviation(network(nudging, hidden=hidden, feedback=feedback, features=3, outputs=2), stimuli) < ROUNDING


def test_outputs_pushed_away_by_a_negative_load(network, stimuli):
    assert deviation(network(SwitchedTargets()), stimuli, beta=1e-5) < ROUNDING


@pytest.mark.parametrize("model", diode_models())
@pytest.mark.parametrize("clamp", [-0.2, 0.0, 0.4])
@pytest.mark.parametrize("hidden", [(8,), (7, 6)], ids=len)
def test_any_diode_behind_any_rail(model, clamp, hidden, network, stimuli):
    assert deviation(network(hidden=hidden, model=model, clamp=clamp), stimuli) < ROUNDING


@pytest.mark.parametrize("inputs", [{"doubled": False}, {"bias": 0}], ids=str)
def test_inputs_single_or_without_bias(inputs, network, stimuli):
    assert deviation(network(**inputs), stimuli) < ROUNDING


def test_neurons_without_amplifiers(nudging, stimuli):
    layers = [Inputs(2), Crossbar(7), DiodePair("schottky"), Crossbar(6), DiodePair(), Crossbar(2), OutputPairs()]
    assert deviation(build_network(layers, nudging=nudging), stimuli) < ROUNDING


def test_amplifiers_with_gains_of_their_own(network, stimuli):
    circuit = network()
    gains = np.linspace(1, 5, 8)
    changes = {"forward1": {"gain": gains}, "back1": {"gain": 1 / gains[::-1]}}
    banks = tuple(replace(bank, **changes.get(bank.name, {})) for bank in circuit.banks)
    assert deviation(replace(circuit, banks=banks), stimuli) < ROUNDING


def test_a_circuit_read_back_from_its_netlist(nudging, network, stimuli):
    circuit = read_netlist(write_netlist(Netlist(network(nudging, hidden=(7, 6))))).circuit
    assert deviation(circuit, stimuli) < ROUNDING


@pytest.mark.parametrize("hidden", [(8,), (7, 6)], ids=len)
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


@pytest.mark.parametrize("hidden", [(8,), (7, 6), (6, 5, 4)], ids=len)
def test_the_adjoint_solves_the_transposed_equations(hidden, network, stimuli):
    circuit = network(hidden=hidden, feedback=0.5)
    features, _ = stimuli(circuit)
    currents = np.random.default_rng(0).normal(size=(len(features), 1))
    simulator = NativeSimulator(circuit)
    points = simulator.solve({}, features)
    found = simulator.adjoint(points, currents)
    expected = GeneralEngine(circuit).adjoint({}, points.voltages[0], currents)
    assert np.abs(found - expected).max() < 1e-11 * np.abs(expected).max()


def test_a_batch_of_any_size_has_the_voltages_of_its_samples(network, stimuli):
    circuit = network()
    features, _ = stimuli(circuit)
    many = np.tile(features, (205, 1))
    points = NativeSimulator(circuit).solve({}, many)
    alone = NativeSimulator(circuit).solve({}, features)
    assert points.voltages.shape == (1, 1025, len(circuit.nodes))
    assert np.abs(points.voltages[0].reshape(205, 5, -1) - alone.voltages[0]).max() < 1e-14


def test_conductances_travel_beside_the_circuit(network, stimuli):
    circuit = network()
    features, _ = stimuli(circuit)
    doubled = {name: 2 * g for name, g in circuit.values().items()}
    beside = NativeSimulator(circuit).solve(doubled, features)
    inside = NativeSimulator(circuit.with_values(doubled)).solve({}, features)
    assert np.array_equal(beside.voltages, inside.voltages)


def test_centered_differences_survive_the_smallest_nudges(network, stimuli):
    """Voltage differences over 2 beta at 1e-8 S and at 1e-7 S differ by the bias, of order beta^2, alone."""
    circuit = network()

    def slope(beta):
        features, pull = stimuli(circuit, beta)
        _, plus, minus = NativeSimulator(circuit).solve({}, features, pull).voltages
        return (plus - minus) / (2 * beta)

    difference = np.abs(slope(1e-8) - slope(1e-7)).max()
    assert difference < 1e-6 * np.abs(slope(1e-7)).max()
