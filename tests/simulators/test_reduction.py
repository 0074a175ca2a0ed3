"""A circuit whose inputs are replaced by currents has the voltages of the whole circuit."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.circuit import Circuit
from ebana_like.elements import VCVS, CurrentSources, Diodes, Range, Resistors, VoltageSources
from ebana_like.learning import Centered, SquaredError
from ebana_like.netlist import diode_model
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.nudges import Currents, nudging_of
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.ngspice.reduction import WORTHWHILE, norton_reduction

SOLVED = 1e-12  # volts: ngspice stops when its step is below reltol = 1e-12 of voltages around 1 V
BETA = 1e-7


def network(features, hidden, outputs, nudging=None, **inputs):
    layers = [Inputs(features, **inputs), Crossbar(hidden), DiodePair("schottky"), Amplifier(gain=4)]
    return build_network([*layers, Crossbar(2 * outputs), OutputPairs()], seed=5, nudging=nudging)


def drawn(circuit, seed):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(1e-6, 1e-4, g.shape) for name, g in circuit.values().items()}


def reduced_and_restored(circuit, conductances, features, operating_point):
    """Voltages (batch, nodes) of the full circuit, from a reduced one whose resistors and currents were changed."""
    reduction = norton_reduction(circuit, worthwhile=0)
    conductances = {address.partition(".")[0]: g for address, g in conductances.items()}
    matrices = reduction.matrices(conductances)
    assert reduction.banks
    voltages = []
    for sample in features:
        currents = reduction.currents(matrices, sample[None])[0]
        banks = []
        for bank in reduction.circuit.banks:
            if bank.name in reduction.sources:
                amperes, currents = currents[: len(bank)], currents[len(bank) :]
                bank = replace(bank, amperes=amperes)
            elif bank.name in matrices:
                bank = replace(bank, conductance=matrices[bank.name].sum(axis=1))
            elif bank.name in conductances:
                bank = replace(bank, conductance=conductances[bank.name])
            banks.append(bank)
        voltages.append(operating_point(replace(reduction.circuit, banks=tuple(banks))))
    return reduction.restore(np.array([voltages]), features)[0]


@pytest.mark.parametrize("inputs", [{}, {"bias": 0.0}, {"doubled": False}], ids=["doubled", "no bias", "single"])
def test_the_reduced_circuit_has_the_same_voltages(nudging, inputs, operating_point):
    circuit = network(3, 4, 2, nudging, **inputs)
    features = np.random.default_rng(1).uniform(-3, 3, (4, 3))
    conductances = drawn(circuit, 2)
    voltages = reduced_and_restored(circuit, conductances, features, operating_point)
    for sample, found in zip(features, voltages, strict=True):
        expected = operating_point(circuit.with_values(conductances).with_features(sample))
        read = range(len(found)) if circuit.driven.way == "current" else not_behind_open_switch(circuit)
        assert found[read] == pytest.approx(expected[read], abs=SOLVED)


def not_behind_open_switch(circuit):
    """Nodes but those that hang on an open switch's 1e-18 S, which rounding moves by 1e-11 V."""
    return [k for k, node in enumerate(circuit.nodes) if not node.startswith("nudge")]


def test_input_nodes_and_sources_are_gone():
    circuit = network(3, 4, 2)
    reduced = norton_reduction(circuit, worthwhile=0).circuit
    assert set(circuit.nodes) - set(reduced.nodes) == {"x0p", "x0n", "x1p", "x1n", "x2p", "x2n", "biasp", "biasn"}
    assert len(reduced.bank("crossbar1", Resistors)) == 4


def two_ways(extra=()):
    """Two banks from one input to one node, the second with its ends the other way round, and whatever else."""
    ground, source, out = np.array([0]), np.array([1]), np.array([2])
    return Circuit(
        "two ways",
        ("0", "x", "y"),
        (
            VoltageSources("inputs", ("vx",), source, ground, np.array([1.0])),
            Resistors(
                "there", ("rthere",), source, out, np.array([2e-6]), trainable={"conductance": Range(1e-7, 1e-4)}
            ),
            Resistors("back", ("rback",), out, source, np.array([1e-6])),
            Resistors("load", ("rload",), out, ground, np.array([1e-6])),
            CurrentSources("nudge", ("irthere",), ground, out, np.zeros(1)),
            *extra,
        ),
        InputPorts("inputs", np.array([0]), np.array([1.0])),
        OutputPorts(out, ground),
        Currents.driven("nudge"),
    )


def test_several_banks_may_meet_at_a_node(operating_point):
    circuit = two_ways()
    conductances = {bank.name: bank.conductance for bank in circuit.of_kind(Resistors)}
    voltages = reduced_and_restored(circuit, conductances, np.array([[2.0]]), operating_point)
    assert voltages[0] == pytest.approx([0, 2, 1.5])  # 3 uS above 1 uS


def test_inputs_stay_where_something_else_needs_them():
    source, ground = np.array([1]), np.array([0])
    assert norton_reduction(two_ways(), worthwhile=0).banks
    leak = Resistors("leak", ("rleak",), source, ground, np.array([1e-6]))
    assert not norton_reduction(two_ways([leak]), worthwhile=0).banks
    assert not norton_reduction(two_ways()).banks  # too small to be worth it


def test_ngspice_solves_the_reduced_circuit_as_native_the_full_one(nudging):
    circuit = network(26, 20, 2, nudging)
    assert WORTHWHILE < len(circuit.bank("crossbar1", Resistors)) < 1.1 * WORTHWHILE
    rng = np.random.default_rng(1)
    features = rng.uniform(-3, 3, (7, 26))
    drive = nudging_of(circuit, SquaredError(), rng.uniform(-0.3, 0.3, (7, 2)), np.repeat([[BETA], [-BETA]], 7, axis=1))
    native = NativeSimulator(circuit)
    read = not_behind_open_switch(circuit)
    with NgspiceSimulator(circuit, workers=2) as simulator:
        assert simulator.reduced
        for conductances in (circuit.values(), drawn(circuit, 2), drawn(circuit, 3)):
            points = simulator.solve(conductances, features, drive)
            expected = native.solve(conductances, features, drive)
            assert points.converged.all()
            assert not points.messages
            assert (points.iterations > 1).all()
            assert points.voltages.shape == expected.voltages.shape
            assert points.voltages[..., read] == pytest.approx(expected.voltages[..., read], abs=SOLVED)
        free = simulator.solve(conductances, features[:1])
    assert free.voltages[0, 0, read] == pytest.approx(expected.voltages[0, 0, read], abs=SOLVED)


def test_a_small_circuit_is_solved_as_it_is():
    assert not NgspiceSimulator(network(2, 4, 2)).reduced


def runaway(resistors):
    """A diode fed back twice its own voltage: an input of 1 V through a microsiemens leaves it no operating point."""
    ground, source, node, doubled = (np.array([k]) for k in range(4))
    names = tuple(f"rw{k}" for k in range(resistors))
    sources, nodes = np.repeat(source, resistors), np.repeat(node, resistors)
    return Circuit(
        "runaway",
        ("0", "x", "h", "b"),
        (
            VoltageSources("inputs", ("vin",), source, ground, np.zeros(1)),
            Resistors(
                "weights",
                names,
                sources,
                nodes,
                np.full(resistors, 1e-6 / resistors),
                trainable={"conductance": Range(0, 1)},
            ),
            VCVS("feedback", ("eb",), doubled, ground, node, ground, np.array([2.0])),
            Diodes("diodes", ("db",), doubled, node, diode_model("silicon")),
            CurrentSources("nudge", ("inudge",), ground, node, np.zeros(1)),
        ),
        InputPorts("inputs", np.array([0]), np.array([1.0])),
        OutputPorts(node, ground),
        Currents.driven("nudge"),
    )


def test_a_point_without_solution_spoils_no_other():
    circuit = runaway(WORTHWHILE + 1)
    features = np.array([[0.1], [1.0], [0.2], [1.0], [0.1]])
    drive = nudging_of(circuit, SquaredError(), np.zeros((5, 1)), np.repeat([[1e-8], [-1e-8]], 5, axis=1))
    with NgspiceSimulator(circuit) as simulator:
        assert simulator.reduced
        points = simulator.solve(circuit.values(), features, drive)
    assert points.usable.tolist() == [True, False, True, False, True]
    # fed back so, the diode conducts more than its resistor: no stable point, which is said with the first one solved
    assert set(points.messages) == {0, 1, 3}
    assert "unstable" in points.messages[0]
    assert np.isnan(points.voltages[:, 1]).all()
    node = points.scores[points.usable, 0]
    residual = 1e-6 * (features[points.usable, 0] - node) + circuit.bank("diodes", Diodes).current(node)
    assert np.abs(residual).max() < 1e-17  # the solver's abstol of 1e-18 A, and rounding of currents around 1e-7 A


def test_gradients_of_an_image_sized_network_agree_with_native():
    circuit = network(784, 20, 10)
    rng = np.random.default_rng(4)
    features = rng.uniform(0, 4, (20, 784)) * (rng.random((20, 784)) < 0.2)  # most pixels of a digit are dark
    targets = np.eye(10)[rng.integers(10, size=20)]
    with NgspiceSimulator(circuit) as simulator:
        gradients = [
            Centered(BETA).estimate(engine, circuit.values(), features, targets, SquaredError(), rng).gradients
            for engine in (simulator, NativeSimulator(circuit))
        ]
    for name, expected in gradients[1].items():
        assert np.abs(gradients[0][name] - expected).max() < 1e-6 * np.abs(expected).max()
