"""The native engine gives, at every node of a layered network, what all of Kirchhoff's equations at once give.

Few shapes: each is compiled anew.
"""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors
from ebana_like.learning.costs import SquaredError
from ebana_like.netlist import diode_models
from ebana_like.networks import Crossbar, Currents, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.nudges import nudging_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.newton.mna import GeneralEngine

ROUNDING = 1e-12  # volts: both stop when what is left is below this
AGREEMENT = 1e-11  # volts; ngspice itself is left some 1e-13 V beside the solution by its own tolerances


def deviation(circuit: Circuit, stimuli, beta=1e-6) -> float:
    """Largest difference between the native engine and modified nodal analysis at any node in any phase, volts."""
    features, pull = stimuli(circuit, beta)
    native = NativeSimulator(circuit).solve(circuit.conductances(), features, pull)
    general = GeneralEngine(circuit).solve(circuit.conductances(), features, pull)
    assert not native.messages
    assert native.converged.all()
    assert general.converged.all()
    return float(np.abs(native.voltages - general.voltages).max())


@pytest.mark.parametrize("hidden", [(8,), (7, 6), (6, 5, 4)], ids=len)
@pytest.mark.parametrize("feedback", [0.25, 4.0])
def test_any_depth(hidden, feedback, network, stimuli):
    assert deviation(network(Currents(), hidden=hidden, feedback=feedback), stimuli) < ROUNDING


def test_switched_targets_and_outputs_pushed_away_by_a_negative_load(network, stimuli):
    assert deviation(network(SwitchedTargets()), stimuli, beta=1e-5) < ROUNDING


@pytest.mark.parametrize("model", diode_models())
@pytest.mark.parametrize("clamp", [-0.2, 0.0, 0.4])
@pytest.mark.parametrize("hidden", [(8,), (7, 6)], ids=len)
def test_any_diode_behind_any_rail(model, clamp, hidden, network, stimuli):
    assert deviation(network(hidden=hidden, model=model, clamp=clamp), stimuli) < ROUNDING


@pytest.mark.parametrize("inputs", [{"doubled": False}, {"bias": 0}], ids=str)
def test_inputs_single_or_without_bias(inputs, network, stimuli):
    assert deviation(network(**inputs), stimuli) < ROUNDING


def test_neurons_without_amplifiers(stimuli):
    layers = [Inputs(2), Crossbar(7), DiodePair("schottky"), Crossbar(6), DiodePair(), Crossbar(2), OutputPairs()]
    assert deviation(build_network(layers), stimuli) < ROUNDING


def test_amplifiers_with_gains_of_their_own(network, stimuli):
    circuit = network()
    gains = np.linspace(1, 5, 8)
    changes = {"forward1": {"gain": gains}, "back1": {"gain": 1 / gains[::-1]}}
    banks = tuple(replace(bank, **changes.get(bank.name, {})) for bank in circuit.banks)
    assert deviation(replace(circuit, banks=banks), stimuli) < ROUNDING


def test_rows_in_any_order(network, stimuli):
    """The rows of every crossbar in another order than features and neurons have."""
    circuit = network()
    rng = np.random.default_rng(0)

    def moved(bank):
        if not isinstance(bank, Resistors) or not bank.trainable:
            return bank
        width = len(bank.grid[0])
        return replace(bank, positive=bank.positive.reshape(-1, width)[:, rng.permutation(width)].ravel())

    assert deviation(replace(circuit, banks=tuple(map(moved, circuit.banks))), stimuli) < ROUNDING


@pytest.mark.parametrize(
    "options",
    [
        {"hidden": (8,)},
        {"hidden": (10,), "features": 4, "outputs": 3},
        {"hidden": (100,), "features": 784, "outputs": 10},
    ],
    ids=["xor", "iris", "mnist"],
)
def test_ngspice_agrees_at_all_nodes(options, network, stimuli):
    circuit = network(Currents(), **options)
    features, pull = stimuli(circuit)
    native = NativeSimulator(circuit).solve(circuit.conductances(), features, pull)
    with NgspiceSimulator(circuit) as simulator:
        ngspice = simulator.solve(circuit.conductances(), features, pull)
    assert native.converged.all()
    assert np.abs(native.voltages - ngspice.voltages).max() < AGREEMENT


@pytest.mark.parametrize("hidden", [(8,), (7, 6), (6, 5, 4)], ids=len)
def test_the_adjoint_solves_the_transposed_equations(hidden, network, stimuli):
    circuit = network(hidden=hidden, feedback=0.5)
    features, _ = stimuli(circuit)
    currents = np.random.default_rng(0).normal(size=(len(features), 1))
    simulator = NativeSimulator(circuit)
    points = simulator.solve({}, features)
    found = simulator.adjoint({}, points, currents)
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


@pytest.mark.parametrize("hidden", [(8,), (7, 6)], ids=len)
def test_a_sample_that_cannot_be_nudged_spoils_no_other(hidden, network):
    """A target that is no number: its sample has a free state but no nudged one."""
    circuit = network(hidden=hidden)
    volts, targets = np.random.default_rng(0).uniform(-3, 3, (5, 2)), np.zeros((5, 1))
    betas = np.array([[1e-6] * 5, [-1e-6] * 5])
    expected = NativeSimulator(circuit).solve({}, volts, nudging_of(circuit, SquaredError(), targets, betas))
    targets[2] = np.nan
    points = NativeSimulator(circuit).solve({}, volts, nudging_of(circuit, SquaredError(), targets, betas))
    others = np.arange(5) != 2
    assert points.usable.tolist() == others.tolist()
    assert points.converged[0].all()
    assert np.isnan(points.voltages[1:, 2]).all()
    assert np.abs(points.voltages[:, others] - expected.voltages[:, others]).max() < 1e-12
    assert list(points.messages) == [2]
    assert 'at node "y0p"' in points.messages[2]
