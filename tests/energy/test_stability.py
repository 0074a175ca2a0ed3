"""Stable, unstable and undecided points of circuits whose eigenvalues are known by hand."""

import numpy as np
import pytest

from ebana_like.energy.stability import stability
from ebana_like.errors import SimulatorError
from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator
from ebana_like.simulators.ngspice.bench import DeviceBench

LATCH = """latch
v1 in 0 0
r1 in a 1k
e1 b 0 a 0 {gain}
r2 b a 1k
r3 a 0 1k
.end"""


def circuit(text):
    return read_netlist(text, "x").circuit


def test_one_node_is_held_by_the_sum_of_its_conductances():
    found = stability(circuit("t\nv1 in 0 1\nr1 in a 1k\nr2 a 0 500\n.end"), np.array([0, 1, 1 / 3]))
    assert (found.smallest, found.node, found.warning) == (pytest.approx(3e-3), "a", "")


def test_a_divider_of_two_nodes_is_held_by_the_smaller_eigenvalue():
    found = stability(circuit("t\nv1 in 0 1\nr1 in a 1k\nr2 a b 1k\nr3 b 0 1k\n.end"), np.array([0, 1, 2 / 3, 1 / 3]))
    assert found.smallest == pytest.approx(1e-3)
    assert found.largest == pytest.approx(3e-3)


@pytest.mark.parametrize(("gain", "smallest"), [(2, 1e-3), (4, -1e-3)])
def test_positive_feedback_beyond_what_resistors_take_is_unstable(gain, smallest):
    """J = 3 mS - gain / 1 kOhm at the node a; the amplifier's own node follows."""
    found = stability(circuit(LATCH.format(gain=gain)), np.zeros(4))
    assert found.smallest == pytest.approx(smallest)
    assert ("unstable" in found.warning) == (smallest < 0)


def test_feedback_that_takes_back_all_that_resistors_hold_decides_nothing():
    found = stability(circuit(LATCH.format(gain=3)), np.zeros(4))
    assert found.singular
    assert "does not decide" in found.warning


def test_a_bidirectional_amplifier_of_gain_one_is_a_transformer():
    text = "t\nv1 in 0 1\nr1 in h 1k\ne1 a 0 h 0 1\nvm a b 0\nf1 h 0 vm 1\nr2 b 0 1k\n.end"
    found = stability(circuit(text), np.array([0, 1, 0.5, 0.5, 0.5]))
    assert found.smallest == pytest.approx((2e-3) / 2, rel=0.6)
    assert found.warning == ""


def test_a_node_that_a_diode_holds_as_by_a_wire_does_not_drown_the_others():
    """A diode of 1e61 S in series with 1 kOhm, and a node beside it that 1 mS and 0.5 mS hold."""
    text = "t\nv1 in 0 1\nr1 in a 1k\nd1 a b m\nr2 b 0 1k\nr3 in c 1k\nr4 c 0 2k\n.model m d(is=1e-9 n=0.05)\n.end"
    found = stability(circuit(text), np.array([0, 1, 0.6, 0.4, 0.7]))
    assert found.smallest == pytest.approx(1e-3)  # of both ends of the diode: 2 mS on two capacitors
    assert found.warning == ""


FLIP_FLOP = """two transistors, each holding the other
v1 in 0 {gate}
vdd vdd 0 3
r1 vdd a {load}
r2 vdd b {load}
m1 a b 0 0 n w=10u l=1u
m2 b a 0 0 n w=10u l=1u
r3 in a 1meg
.model n nmos(vto=0.7 kp=1e-4)
.end"""


@pytest.mark.parametrize(("load", "stable"), [("100", True), ("10k", False)])
def test_a_latch_of_transistors_balanced_on_its_edge_is_told(load, stable):
    """J = 1 / load - gm where both transistors, in saturation, are alike; 1 MOhm tips them so little that they stay."""
    latch = circuit(FLIP_FLOP.format(load=load, gate=1))
    with NgspiceSimulator(latch) as simulator:
        points = simulator.solve({}, np.zeros((1, latch.inputs.count)))
    assert ("unstable" in points.messages.get(0, "")) is not stable


def test_an_answer_stands_where_its_stability_cannot_be_asked(monkeypatch):
    def fails(bench, points):
        raise SimulatorError("no device answers")

    monkeypatch.setattr(DeviceBench, "measure", fails)
    latch = circuit(FLIP_FLOP.format(load="10k", gate=1))
    with NgspiceSimulator(latch) as simulator:
        points = simulator.solve({}, np.zeros((1, latch.inputs.count)))
    assert points.converged.all()
    assert points.messages == {}


def test_devices_only_spice_knows_leave_it_open():
    assert stability(circuit("t\nv1 a 0 1\nr1 a b 1k\nd1 b 0 m\n.model m d(is=1n rs=1)\n.end"), np.zeros(3)) is None


@pytest.mark.parametrize("engine", [NativeSimulator, NgspiceSimulator])
def test_engines_say_that_a_point_is_unstable_and_say_it_once(engine):
    latch = circuit(LATCH.format(gain=4))
    features = np.zeros((2, latch.inputs.count))
    with engine(latch) as simulator:
        assert "unstable" in simulator.solve({}, features).messages[0]
        assert simulator.solve({}, features).messages == {}
