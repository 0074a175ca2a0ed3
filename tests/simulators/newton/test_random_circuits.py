"""Random circuits of all elements have the node voltages that the ngspice program gives them."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_circuits import KINDS, random_circuit

from ebana_like.netlist import Netlist, write_netlist
from ebana_like.simulators.newton import NewtonSimulator

CIRCUITS = 200
AGREEMENT = 1e-9  # volts


@settings(max_examples=CIRCUITS, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=14))
def test_ngspice_agrees(seed, kinds, ngspice):
    circuit, volts = random_circuit(seed, kinds)
    points = NewtonSimulator(circuit).solve({}, np.array([[volts]]))
    assert points.converged.all(), points.messages
    solved = ngspice(write_netlist(Netlist(circuit)))
    for name, voltage in zip(circuit.nodes[1:], points.voltages[0, 0, 1:].tolist(), strict=True):
        assert abs(solved[name] - voltage) < AGREEMENT
