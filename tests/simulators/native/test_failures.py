"""A point that has no solution, or none that was found, is named and spoils no other."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import VCVS, CurrentSources, Resistors
from ebana_like.errors import CircuitError, SettingError, SimulatorError
from ebana_like.learning.costs import SquaredError
from ebana_like.netlist import read_netlist
from ebana_like.networks import Currents, SwitchedTargets
from ebana_like.nudges import nudging_of
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.native import compiled, newton, rescue
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.native.layers.layered import LayeredCircuit

BAD = 2

RUNS = {"numpy": newton.newton, "compiled": compiled.run}


@pytest.fixture
def contradiction(divider):
    """The divider, and beside it a follower whose input hangs on its own output: no voltage lets 1 uA leave."""
    ground, held, driven = np.array([0]), np.array([3]), np.array([4])
    follower = VCVS("follower", ("efollower",), driven, ground, held, ground, np.ones(1))
    tie = Resistors("tie", ("rtie",), driven, held, np.array([1e-6]))
    feed = CurrentSources("feed", ("ifeed",), ground, held, np.array([1e-6]))
    return replace(divider, nodes=(*divider.nodes, "held", "driven"), banks=(*divider.banks, follower, tie, feed))


def features(circuit):
    return np.random.default_rng(0).uniform(-3, 3, (5, circuit.inputs.count))


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_sample_that_fails_is_named_with_its_worst_node(run, network, monkeypatch):
    """Two iterations are enough for a sample whose voltages are all zero, and for no other."""
    circuit = network(bias=0)
    volts = features(circuit)
    volts[[0, 1, 3, 4]] = 0
    monkeypatch.setattr(newton, "ITERATIONS", 2)
    monkeypatch.setattr(rescue, "SMALLEST_RISE", 0.05)
    solved = GeneralEngine(circuit, run).solve({}, volts, None)
    assert solved.converged[0].tolist() == [True, True, False, True, True]
    assert np.isnan(solved.voltages[0, BAD]).all()
    assert not np.isnan(solved.voltages[0, [0, 1, 3, 4]]).any()
    assert list(solved.messages) == [BAD]
    assert "Kirchhoff's law is off by" in solved.messages[BAD]
    assert any(f'at node "{node}"' in solved.messages[BAD] for node in circuit.nodes)


@pytest.mark.parametrize("hidden", [(8,), (6, 5)], ids=len)
def test_a_sample_that_cannot_be_nudged_spoils_no_other(hidden, network):
    """A target that is no number: its sample has a free state but no nudged one."""
    circuit = network(hidden=hidden)
    volts, targets, betas = features(circuit), np.zeros((5, 1)), np.full((2, 5), 1e-6)
    expected = NativeSimulator(circuit).solve({}, volts, nudging_of(circuit, SquaredError(), targets, betas))
    targets[BAD] = np.nan
    points = NativeSimulator(circuit).solve({}, volts, nudging_of(circuit, SquaredError(), targets, betas))
    others = np.arange(5) != BAD
    assert points.usable.tolist() == others.tolist()
    assert points.converged[0].all()
    assert np.isnan(points.voltages[1:, BAD]).all()
    assert np.abs(points.voltages[:, others] - expected.voltages[:, others]).max() < 1e-12
    assert list(points.messages) == [BAD]
    assert 'at node "y0p"' in points.messages[BAD]


def test_what_the_general_engine_rescues_is_an_answer_with_a_message(network, stimuli, monkeypatch):
    circuit = network(hidden=(6, 5))
    volts, pull = stimuli(circuit)
    expected = NativeSimulator(circuit).solve({}, volts, pull)
    solve = LayeredCircuit.solve

    def losing(self, *arguments):
        voltages, iterations = solve(self, *arguments)
        voltages[-1], iterations[-1] = np.nan, 0
        return voltages, iterations

    monkeypatch.setattr(LayeredCircuit, "solve", losing)
    points = NativeSimulator(circuit).solve({}, volts, pull)
    assert points.usable.all()
    assert set(points.messages) == set(range(len(volts)))
    assert "solved by the general engine" in points.messages[0]
    assert np.abs(points.voltages - expected.voltages).max() < 1e-12


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("way", ["gmin", "source"])
def test_stepping_finds_what_newton_alone_does_not(way, run, network, monkeypatch):
    """Hard diodes take up to 12 iterations from 0 V, where 10 are allowed here; either way of stepping gets there."""
    circuit = network(model="ideal", gain=4.0, feedback=4.0)
    volts = features(circuit)
    expected = GeneralEngine(circuit).solve({}, volts, None)
    monkeypatch.setattr(newton, "ITERATIONS", 10)
    if way == "source":
        monkeypatch.setattr(rescue, "_gmin_stepping", lambda *_: None)
    solved = GeneralEngine(circuit, run).solve({}, volts, None)
    assert solved.converged.all()
    assert f"solved by {way} stepping" in solved.messages.values()
    assert np.abs(solved.voltages - expected.voltages).max() < 1e-12


def test_a_circuit_without_a_solution_is_said_to_have_none(contradiction):
    points = NativeSimulator(contradiction).solve({}, np.array([[1.0], [2.0]]))
    assert not points.converged.any()
    assert np.isnan(points.voltages).all()
    assert set(points.messages) == {0, 1}


def test_held_currents_cannot_load_outputs(network, stimuli):
    circuit, switched = network(Currents()), network(SwitchedTargets())
    volts, pull = stimuli(switched)
    with pytest.raises(SimulatorError, match="in this circuit nudge.amperes must be driven"):
        NativeSimulator(circuit).solve({}, volts, pull)


def test_arguments_that_do_not_fit_are_refused(network):
    circuit = network()
    simulator = NativeSimulator(circuit)
    with pytest.raises(SettingError, match="shape"):
        simulator.solve({}, np.zeros((3, 7)))
    with pytest.raises(SimulatorError, match="crossbar1"):
        simulator.solve({"crossbar1.conductance": np.ones(3)}, np.zeros((3, 2)))
    with pytest.raises(CircuitError, match="no bank"):
        simulator.solve({"crossbar9.conductance": np.ones(3)}, np.zeros((3, 2)))


def test_where_strong_conductances_meet_no_current_rounding_is_no_failure():
    """5 V meet 100 mS and 5 pA: Kirchhoff's law cannot be met to 1e-18 A, for a voltage's last bit carries 1e-16 A."""
    text = "t\nv1 in 0 5\nr1 in a 10\nr2 a b 10\nd1 0 b dm\n.model dm d(is=1e-14 n=1)\n.end"
    circuit = read_netlist(text, "x").circuit
    features = np.zeros((1, circuit.inputs.count))
    with NativeSimulator(circuit) as native, NgspiceSimulator(circuit) as ngspice:
        found = native.solve({}, features)
        expected = ngspice.solve({}, features)
    assert found.messages == {}
    np.testing.assert_allclose(found.voltages, expected.voltages, rtol=0, atol=1e-14)
