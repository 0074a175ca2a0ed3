"""The loops that follow circuits in time have the functions and laws that the elements have."""

import numpy as np
import pytest

from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import junction_capacitance, junction_charge
from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.native.courses.junction_loops import diode_rows, laws
from ebana_like.simulators.native.courses.port_loops import eliminate, eliminate_with_exchange
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.simulators.native.courses.vectors import exponential, logarithm
from ebana_like.systems import Transient

ANTIPARALLEL = """three diodes at one port
v1 a 0 0
r1 a b 1k
c1 b 0 1p
d1 b 0 one
d2 0 b two
d3 b 0 two
d4 a b one
.model one d is=1e-12 n=1.5 cjo=2p vj=0.8 m=0.4 tt=5n
.model two d is=1e-9 n=1.2
.end
"""


def test_exponentials_and_logarithms_are_good_to_two_units_in_the_last_place():
    eps = np.finfo(float).eps
    for x in np.linspace(-700, 700, 1403).tolist():
        assert exponential(x) == pytest.approx(float(np.exp(x)), rel=2 * eps)
    for x in np.exp(np.linspace(-700, 700, 1403)).tolist():
        assert logarithm(x) == pytest.approx(float(np.log(x)), rel=2 * eps, abs=eps)


def test_diodes_at_one_port_add_up_whichever_way_round():
    circuit = read_netlist(ANTIPARALLEL).circuit
    equations = time_equations(circuit, circuit.values())
    diodes, own = diode_rows(equations.junctions, equations.drop_of)
    assert len(diodes.port) == 4
    assert len(own) == 2
    # far in reverse, around -3 N Vt, below and above FC VJ, and far forward
    drops = np.linspace(-2.0, 0.9, 291)
    found = [np.empty((2, len(drops))) for _ in range(4)]
    laws(diodes, np.stack([drops, drops]), *found)
    wanted = np.zeros((4, 2, len(drops)))
    of = equations.junctions
    for d in range(4):
        sign = diodes.sign[d]
        current, slope = junction(sign * drops, of.saturation[d], of.scale[d])
        charge = type(of.charge)(*(part[d] for part in of.charge))
        q = junction_charge(sign * drops, current - GMIN * sign * drops, charge)
        c = junction_capacitance(sign * drops, slope - GMIN, charge)
        wanted[:, diodes.port[d]] += sign * current, slope, sign * q, c
    assert sorted(diodes.sign.tolist()) == [-1.0, 1.0, 1.0, 1.0]
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-13, abs=1e-14 * np.abs(theirs).max())


@pytest.mark.parametrize("solve", [eliminate, eliminate_with_exchange])
def test_elimination_solves_every_samples_equations(solve):
    rng = np.random.default_rng(0)
    matrix, right = rng.normal(size=(5, 5, 7)) + 4 * np.eye(5)[..., None], rng.normal(size=(5, 7))
    wanted = np.linalg.solve(matrix.transpose(2, 0, 1), right.T[..., None])[..., 0].T
    solve(matrix.copy(), found := right.copy())
    assert found == pytest.approx(wanted, rel=1e-11)


def test_elimination_with_exchange_needs_no_pivot_where_it_stands_and_tells_where_there_is_no_solution():
    matrix = np.zeros((2, 2, 2))
    matrix[:, :, 0] = [[0, 1], [2, 0]]
    right = np.array([[3.0, 1.0], [4.0, 1.0]])
    eliminate_with_exchange(matrix, right)
    assert right[:, 0].tolist() == [2.0, 3.0]
    assert np.isnan(right[:, 1]).all()


def test_more_samples_than_stand_side_by_side_go_their_own_courses():
    text = "t\nv1 a 0 0\nr1 a b 1k\nd1 b 0 m\nc1 b 0 1n\n.model m d is=1e-12\n.end\n"
    circuit = read_netlist(text).circuit
    analysis = Transient.even(2e-6, 20)
    volts = np.linspace(-1, 1, 300)[:, None, None] * np.linspace(0, 1, 21)[:, None]
    with NativeSimulator(circuit) as simulator:
        together = simulator.follow({}, np.zeros((300, 0)), analysis, {"voltage_sources.voltage": volts})
        for sample in (0, 127, 128, 299):
            one = {"voltage_sources.voltage": volts[sample : sample + 1]}
            alone = simulator.follow({}, np.zeros((1, 0)), analysis, one)
            assert together.voltages[sample] == pytest.approx(alone.voltages[0], abs=1e-10)
    assert together.solved.all()
