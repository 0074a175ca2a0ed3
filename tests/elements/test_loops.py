"""Sources that decide each other's voltages in a loop are refused where nothing else decides them."""

import numpy as np
import pytest

from ebana_like.errors import CircuitError, NetlistError
from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator

REFUSED = {
    "e1 a 0 b 0 1\ne2 b 0 a 0 1": "e1, e2",
    "e1 a 0 b 0 4\ne2 b 0 a 0 0.25": "e1, e2",
    "e1 a 0 b 0 -0.1\ne2 b 0 a 0 -10": "e1, e2",
    "e1 a 0 a 0 1": "e1",
    "e1 a 0 b 0 2\ne2 b 0 c 0 5\ne3 c 0 a 0 0.1": "e1, e2, e3",
    "e1 a 0 b 0 1\nvm b m 0\ne2 m 0 a 0 1": "e1, e2",
    # the loop asks for V(c) = 0, and so does a source
    "e1 a 0 b c 1\ne2 b 0 a 0 1\nv2 c 0 1": "e1, e2",
}


def netlist(lines):
    return f"title\nv1 in 0 1\nr1 in a 1k\nr2 a b 1k\nr3 b c 1k\nr4 c 0 1k\n{lines}\n"


@pytest.mark.parametrize("lines", REFUSED)
def test_a_loop_that_nothing_decides_is_refused_by_its_elements(lines):
    with pytest.raises((CircuitError, NetlistError), match=rf": {REFUSED[lines]}: these voltage-controlled sources"):
        read_netlist(netlist(lines))


DECIDED = {
    "e1 a 0 b 0 1\ne2 b 0 a 0 0.5": {"a": 0.0, "b": 0.0},
    "e1 a 0 in a 1e6": {"a": 1e6 / (1e6 + 1)},  # a follower
    "e1 a 0 b 0 1": {"a": 0.0, "b": 0.0},
    "e1 b 0 a 0 1\ne2 c 0 b 0 1": {"a": 1.0, "b": 1.0, "c": 1.0},
    "e1 a 0 b c 1\ne2 b 0 a 0 1": {"c": 0.0},  # what a loop asks for, when something else can give way
}


@pytest.mark.parametrize("lines", DECIDED)
def test_loops_that_have_a_solution_are_let_through(lines):
    circuit = read_netlist(netlist(lines)).circuit
    with NativeSimulator(circuit) as native:
        points = native.solve({}, np.zeros((1, 0)))
    found = dict(zip(circuit.nodes, points.voltages[0, 0], strict=True))
    for node, volts in DECIDED[lines].items():
        assert found[node] == pytest.approx(volts, abs=1e-9)
