"""Networks with wired crossbars: engines against ngspice with all nodes of the wires, gradients against differences."""

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
    NgspiceSimulator,
    OutputPairs,
    SquaredError,
    build_network,
)
from ebana_like.elements import Resistors, WiredCrossbar, Wires, dense
from ebana_like.energy import symmetry
from ebana_like.hardware import Mismatch
from ebana_like.netlist.wires import ladder, reduced
from ebana_like.pages.circuit_pictures import linear_conductances
from ebana_like.simulators.structure import find_layers
from ebana_like.systems import CircuitSystem

WIRES = Wires(200, 100, 50, 20)
VOLTS = 1e-9
"""As far as ngspice with all nodes and the reduced circuit may be apart: what `--verify` allows two engines."""

DIRECTIONS = np.stack([np.eye(3), -np.eye(3)])


def network(*hidden, wires=WIRES, behind=WIRES, features=3):
    layers = [Inputs(features)]
    for size in hidden:
        layers += [Crossbar(size, wires=wires if len(layers) == 1 else behind), DiodePair("d1n4148"), Amplifier(4.0)]
    return build_network([*layers, Crossbar(4, wires=behind), OutputPairs()], seed=1)


def features(circuit, count=5):
    return np.random.default_rng(2).uniform(-1, 1, (count, circuit.inputs.count))


def nudged(circuit, beta=1e-6):
    targets = np.tile([0.3, -0.3], (5, 1))
    return CircuitSystem(circuit).nudging(SquaredError(0.3, -0.3), targets, np.array([[beta] * 5, [-beta] * 5]))


@pytest.mark.parametrize("offset", [0.0, 0.02])
@pytest.mark.parametrize("hidden", [(6,), (6, 5)])
def test_engines_have_the_voltages_of_ngspice_with_all_nodes(hidden, offset):
    circuit = network(*hidden)
    meters = {f"meter{k}.voltage": offset * np.arange(size) for k, size in enumerate(hidden, start=1)}
    circuit = circuit.with_values(meters)
    assert find_layers(circuit) is not None
    whole, x = ladder(circuit), features(circuit)
    with NgspiceSimulator(whole) as simulator:
        expected = simulator.solve({}, x, nudged(whole)).voltages[..., : len(circuit.nodes)]
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        for simulator in (native, ngspice):
            points = simulator.solve({}, x, nudged(circuit))
            assert points.converged.all()
            assert not points.messages
            assert points.voltages == pytest.approx(expected, abs=VOLTS)


@pytest.mark.parametrize("estimator", [Centered(1e-6), Adjoint()], ids=["centered", "adjoint"])
@pytest.mark.parametrize("hidden", [(4,), (4, 3)])
def test_gradients_of_all_cells_are_those_of_finite_differences(hidden, estimator):
    circuit = network(*hidden)
    x, labels_ = features(circuit), np.array([0, 1, 1, 0, 1])
    cost = SquaredError(0.3, -0.3)
    targets = np.where(labels_[:, None] == np.arange(2), 0.3, -0.3)
    rng = np.random.default_rng(0)
    with NativeSimulator(circuit) as simulator:

        def loss(values):
            return cost.value(simulator.solve(values, x).scores, targets).mean()

        signals = estimator.estimate(simulator, {}, x, targets, cost, rng).signals
        for at, parameter in circuit.parameters.items():
            g = parameter.value
            expected = np.zeros_like(g)
            for k in range(0, len(g), 3):
                step = 1e-3 * g[k] * np.eye(len(g))[k]
                expected[k] = (loss({at: g + step}) - loss({at: g - step})) / (2 * step[k])
            found = dense(signals[at])[::3]
            assert found == pytest.approx(expected[::3], abs=1e-6 * np.abs(found).max())


@pytest.mark.parametrize("estimator", [Centered(1e-6), Adjoint()], ids=["centered", "adjoint"])
def test_gradients_by_inputs_are_those_of_finite_differences(estimator):
    circuit = network(4)
    x, targets = features(circuit), np.tile([0.3, -0.3], (5, 1))
    cost, step = SquaredError(0.3, -0.3), 1e-3
    with NativeSimulator(circuit) as simulator:
        found = estimator.estimate(simulator, {}, x, targets, cost, np.random.default_rng(0)).inputs
        for k in range(circuit.inputs.count):
            ahead, behind = (cost.value(simulator.solve({}, x + d).scores, targets) for d in step * DIRECTIONS[:, k])
            assert found[:, k] == pytest.approx((ahead - behind) / (2 * step), abs=1e-5 * np.abs(found).max())


def test_ngspice_with_the_reduced_circuit_finds_the_same_gradients():
    circuit = network(4)
    x, targets = features(circuit), np.tile([0.3, -0.3], (5, 1))
    cost = SquaredError(0.3, -0.3)
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        for estimator in (Centered(1e-6), Adjoint()):
            a, b = (
                estimator.estimate(engine, {}, x, targets, cost, np.random.default_rng(0)).signals
                for engine in (native, ngspice)
            )
            for at in a:
                assert dense(b[at]) == pytest.approx(dense(a[at]), abs=1e-7 * np.abs(dense(a[at])).max())


def test_amplifiers_that_differ_leave_no_energy_where_wires_join_their_neurons():
    gains = {"forward1.gain": np.array([4, 4, 4.4, 4])}
    apart = network(4, wires=Wires(column=100), behind=None).with_values(gains)
    assert find_layers(apart).even
    assert symmetry(apart).exact
    joined = network(4, behind=None).with_values(gains)
    assert not find_layers(joined).even
    assert "no co-content fits all amplifiers" in symmetry(joined).reason
    x, targets, cost = features(joined), np.tile([0.3, -0.3], (5, 1)), SquaredError(0.3, -0.3)
    with NativeSimulator(joined) as native, NgspiceSimulator(joined) as ngspice:
        a, b = (
            Adjoint().estimate(engine, {}, x, targets, cost, np.random.default_rng(0)) for engine in (native, ngspice)
        )
    assert not a.points.messages
    assert a.points.voltages == pytest.approx(b.points.voltages, abs=VOLTS)
    for at, found in a.gradients.items():
        assert found == pytest.approx(b.gradients[at], abs=1e-7 * np.abs(found).max())


def test_sixty_rows_and_twenty_columns_in_ngspice_with_all_nodes():
    circuit = build_network(
        [Inputs(29), Crossbar(20, wires=Wires(1, 1)), DiodePair("d1n4148"), Amplifier(4.0), Crossbar(2), OutputPairs()]
    )
    assert len(circuit.named("crossbar1")) == 60 * 20
    whole, x = ladder(circuit), features(circuit, 1)
    with NgspiceSimulator(whole) as simulator, NativeSimulator(circuit) as native:
        expected = simulator.solve({}, x).voltages[..., : len(circuit.nodes)]
        assert native.solve({}, x).voltages == pytest.approx(expected, abs=VOLTS)


def test_what_is_linear_at_a_neuron_counts_all_that_stands_for_the_wires():
    circuit = network(4, 3)
    layers = find_layers(circuit)
    plain = reduced(circuit)
    found = linear_conductances(layers)
    for hidden, linear in zip(layers.hidden, found, strict=True):
        at_node, at_output = (
            sum(
                np.bincount(ends, bank.conductance, len(circuit.nodes))
                for bank in plain.of_kind(Resistors)
                for ends in (bank.positive, bank.negative)
            )[nodes]
            for nodes in (hidden.nodes, hidden.driven[-1])
        )
        assert linear == pytest.approx(at_node + hidden.forward * hidden.back * at_output, rel=1e-12)


def test_a_chip_with_wires_has_cells_that_differ_too():
    circuit = network(4)
    chip = Mismatch(conductance=0.1).numbered(circuit, 0)
    assert isinstance(chip.named("crossbar1"), WiredCrossbar)
    assert chip.bank("crossbar1", WiredCrossbar).wires == WIRES
    assert not np.allclose(chip.values()["crossbar1.conductance"], circuit.values()["crossbar1.conductance"])
