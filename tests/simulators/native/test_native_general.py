"""Random circuits of all elements have the node voltages that ngspice gives them, compiled or in numpy."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_circuits import KINDS, random_circuit

from ebana_like.netlist import Netlist, write_netlist
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.general import GeneralEngine

CIRCUITS = 200
AGREEMENT, ROUNDING = 1e-9, 1e-12  # volts

random_kinds = st.lists(st.sampled_from(KINDS), min_size=2, max_size=14)


@settings(max_examples=CIRCUITS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), kinds=random_kinds)
def test_ngspice_agrees_on_random_circuits(seed, kinds, ngspice):
    circuit, volts = random_circuit(seed, kinds)
    points = NativeSimulator(circuit).solve({}, np.array([[volts]]))
    assert points.converged.all(), points.messages
    solved = ngspice(write_netlist(Netlist(circuit)))
    for name, voltage in zip(circuit.nodes[1:], points.voltages[0, 0, 1:].tolist(), strict=True):
        assert abs(solved[name] - voltage) < AGREEMENT


@pytest.mark.thorough
@settings(max_examples=CIRCUITS)
@given(seed=st.integers(0, 2**32 - 1), kinds=random_kinds)
def test_numpy_agrees_on_random_circuits(seed, kinds):
    circuit, volts = random_circuit(seed, kinds)
    points = NativeSimulator(circuit).solve({}, np.array([[volts]]))
    expected = GeneralEngine(circuit).solve({}, np.array([[volts]]), None)
    assert points.converged.all(), points.messages
    assert np.abs(points.voltages - expected.voltages).max() < ROUNDING * max(1, np.abs(expected.voltages).max())
