"""Settling times, time constants and energies of circuits in which they have formulas."""

import numpy as np
import pytest

from ebana_like.analysis.settling import energy, pace, right_from, settling_times
from ebana_like.errors import CircuitError
from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator
from ebana_like.systems import Start, Transient

RC = read_netlist("t\nv1 a 0 2\nr1 a b 1k\nc1 b 0 1n\n.end\n").circuit
NONE = np.zeros((1, 0))


@pytest.fixture(scope="module")
def charging():
    start = Start(np.zeros((1, 3)), np.zeros((1, 0)))
    with NativeSimulator(RC) as simulator:
        return simulator.follow({}, NONE, Transient(np.linspace(0, 2e-5, 4001), start=start))


def test_a_capacitor_has_settled_within_a_hundredth_after_ln_100_time_constants(charging):
    final = np.array([[0.0, 2.0, 2.0]])
    found = settling_times(charging.times, charging.voltages[..., 2:], final[:, 2:], 0.01)
    assert found == pytest.approx([1e-6 * np.log(100)], rel=2e-3)  # to one step of 5 ns
    assert np.isnan(settling_times(charging.times[:800], charging.voltages[:, :800, 2:], final[:, 2:], 0.01)).all()


def test_charging_takes_twice_what_is_stored(charging):
    assert energy(charging)[0, -1] == pytest.approx(1e-9 * 2**2, rel=1e-4)


def test_the_pace_is_that_of_the_eigenvalues():
    two = read_netlist("t\nv1 a 0 0\nr1 a b 1k\nc1 b 0 1n\nr2 a c 10k\nc2 c 0 2n\n.end\n").circuit
    found = pace(two, {}, np.zeros((1, 4)))
    assert (found.fastest, found.slowest) == pytest.approx((1e-6, 2e-5), rel=1e-9)
    ringing = read_netlist("t\nv1 a 0 0\nr1 a b 10\nl1 b c 1m\nc1 c 0 1n\n.end\n").circuit
    assert pace(ringing, {}, np.zeros((1, len(ringing.nodes)))).slowest == pytest.approx(2 * 1e-3 / 10, rel=1e-6)


def test_what_has_no_pace_is_refused():
    with pytest.raises(CircuitError, match="nothing in this circuit stores"):
        pace(read_netlist("t\nv1 a 0 1\nr1 a 0 1\n.end\n").circuit, {}, np.zeros((1, 2)))
    growing = read_netlist("t\nv1 a 0 1\nr1 a b 1k\nr2 b 0 -500\nc1 b 0 1n\n.end\n").circuit
    with pytest.raises(CircuitError, match="does not settle"):
        pace(growing, {}, np.zeros((1, 3)))


def test_answers_are_right_from_the_last_wrong_one_on():
    times = np.arange(4.0)
    right = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [1, 1, 1, 0]], dtype=bool)
    assert right_from(times, right).tolist() == pytest.approx([0.0, 3.0, np.nan], nan_ok=True)
