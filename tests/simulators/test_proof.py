"""An answer is checked by the laws we know: right ones hold, wrong ones are found and named."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements import VoltageSources
from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.ngspice.proof import Points, Proof
from tests.random_circuits import KINDS, random_circuit

TOLERANCE = 1e-12


def points(circuit, features):
    with NativeSimulator(circuit) as simulator:
        solved = simulator.solve({}, features)
    voltages = circuit.inputs.voltages(features)
    return given(solved.voltages[0][:, 1:], voltages)


def given(results, voltages=None):
    """Points whose inputs are driven, or that stand as the circuit does."""
    driven = np.zeros((len(results), 0)) if voltages is None else voltages
    return Points(
        np.ascontiguousarray(results), driven, np.zeros((len(results), 0)), {}, np.full(len(results), TOLERANCE)
    )


def proof_of(circuit):
    return Proof(circuit, [circuit.bank(circuit.inputs.bank, VoltageSources)])


@pytest.mark.parametrize("seed", range(20))
def test_operating_points_hold_and_one_moved_by_a_microvolt_does_not(seed):
    circuit, volts = random_circuit(seed, list(KINDS) * 2)
    right = points(circuit, np.array([[volts], [-volts]]))
    proof = proof_of(circuit)
    assert proof.complete
    assert proof.check(right).holds.all()
    rng = np.random.default_rng(seed)
    for node in rng.choice(np.arange(1, len(circuit.nodes)), 5, replace=False):
        moved = right.results.copy()
        moved[1, node - 1] += 1e-6
        assert proof.check(replace(right, results=moved)).holds.tolist() == [True, False]


def test_a_source_at_another_voltage_is_found():
    circuit, volts = random_circuit(0, ["resistor", "diode"])
    right = points(circuit, np.array([[volts]]))
    verdict = proof_of(circuit).check(replace(right, voltages=right.voltages + 1e-6))
    assert not verdict.holds.any()
    assert verdict.broken(0, circuit.nodes) == "a source is off by 1.0e-06 V"


def test_the_node_that_is_off_is_named():
    circuit = read_netlist("t\nv1 in 0 1\nr1 in a 1k\nr2 a b 1k\nr3 b 0 1k\n.end", "x").circuit
    verdict = Proof(circuit).check(given(np.array([[1.0, 2 / 3, 1 / 3 + 1e-3]])))
    assert circuit.nodes[verdict.worst[0]] == "b"
    assert verdict.missing[0] == pytest.approx(2e-6)


def test_nodes_around_a_device_are_left_out_and_the_others_checked():
    text = "t\nv1 in 0 1\nr1 in a 1k\nr2 a 0 1k\nr3 in b 1k\nd1 b 0 dm\n.model dm d(is=1n rs=10)\n.end"
    circuit = read_netlist(text, "x").circuit
    proof = Proof(circuit)
    assert not proof.complete
    at = {name: k for k, name in enumerate(circuit.nodes)}
    voltages = np.zeros((3, len(circuit.nodes)))
    voltages[:, at["in"]], voltages[:, at["a"]] = 1.0, 0.5
    voltages[1, at["b"]] = 0.4  # whatever it is
    voltages[2, at["a"]] = 0.501
    assert proof.check(given(voltages[:, 1:])).holds.tolist() == [True, True, False]


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_where_a_copy_takes_all_of_a_current_away_nothing_is_proven_and_all_is_solved(engine):
    """What the source carries is not to be had from the node behind it, where its current and the copy cancel."""
    circuit = read_netlist("t\nv1 in 0 1\nr1 in a 1k\nva a b 0\nfa b 0 va 1\nr2 b 0 1k\n.end", "x").circuit
    assert not Proof(circuit).complete
    with engine(circuit) as simulator:
        points = simulator.solve({}, np.zeros((1, circuit.inputs.count)))
    assert points.messages == {}
    np.testing.assert_allclose(points.voltages[0, 0], [0, 1, 0, 0], atol=1e-12)
