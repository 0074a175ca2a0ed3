"""Compiled modified nodal analysis gives what ngspice and the numpy engine give, for circuits of all elements."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_circuits import KINDS, random_circuit

from ebana_like.elements import VCVS, CurrentSources, Resistors
from ebana_like.netlist import Netlist, write_netlist
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native import general
from ebana_like.simulators.newton import mna
from ebana_like.simulators.newton.mna import GeneralEngine

IN_NGSPICE, ON_BOTH = 30, 170
AGREEMENT, ROUNDING = 1e-9, 1e-12  # volts

random_kinds = st.lists(st.sampled_from(KINDS), min_size=2, max_size=14)


@settings(max_examples=IN_NGSPICE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), kinds=random_kinds)
def test_ngspice_agrees_on_random_circuits(seed, kinds, ngspice):
    circuit, volts = random_circuit(seed, kinds)
    points = NativeSimulator(circuit).solve({}, np.array([[volts]]))
    assert points.converged.all(), points.messages
    solved = ngspice(write_netlist(Netlist(circuit)))
    for name, voltage in zip(circuit.nodes[1:], points.voltages[0, 0, 1:].tolist(), strict=True):
        assert abs(solved[name] - voltage) < AGREEMENT


@settings(max_examples=ON_BOTH)
@given(seed=st.integers(0, 2**32 - 1), kinds=random_kinds)
def test_numpy_agrees_on_random_circuits(seed, kinds):
    circuit, volts = random_circuit(seed, kinds)
    points = NativeSimulator(circuit).solve({}, np.array([[volts]]))
    expected = GeneralEngine(circuit).solve({}, np.array([[volts]]), None)
    assert points.converged.all(), points.messages
    assert np.abs(points.voltages - expected.voltages).max() < ROUNDING * max(1, np.abs(expected.voltages).max())


@pytest.mark.parametrize("stepping", ["gmin", "source"])
def test_stepping_finds_what_newton_alone_does_not(stepping, network, monkeypatch):
    circuit = network(model="ideal", gain=4.0, feedback=4.0)
    volts = np.random.default_rng(0).uniform(-3, 3, (5, 2))
    expected = GeneralEngine(circuit).solve({}, volts, None)
    monkeypatch.setattr(mna, "ITERATIONS", 10)
    if stepping == "source":
        monkeypatch.setattr(mna, "_gmin_stepping", lambda *_: None)
    solved = GeneralEngine(circuit, general.run).solve({}, volts, None)
    assert solved.converged.all()
    assert f"solved by {stepping} stepping" in solved.messages.values()
    assert np.abs(solved.voltages - expected.voltages).max() < 1e-12


def test_a_circuit_without_a_solution_is_said_to_have_none(divider):
    """Beside the divider a follower whose input hangs on its own output: no voltage lets 1 uA leave."""
    ground, held, driven = np.array([0]), np.array([3]), np.array([4])
    follower = VCVS("follower", ("efollower",), driven, ground, held, ground, np.ones(1))
    tie = Resistors("tie", ("rtie",), driven, held, np.array([1e-6]))
    feed = CurrentSources("feed", ("ifeed",), ground, held, np.array([1e-6]))
    circuit = replace(divider, nodes=(*divider.nodes, "held", "driven"), banks=(*divider.banks, follower, tie, feed))
    points = NativeSimulator(circuit).solve({}, np.array([[1.0], [2.0]]))
    assert not points.converged.any()
    assert np.isnan(points.voltages).all()
    assert set(points.messages) == {0, 1}
