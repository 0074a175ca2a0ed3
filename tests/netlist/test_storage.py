"""What only time knows is read from netlists and written again, and changes nothing at DC."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.elements.waveform import Line, Waveform
from ebana_like.errors import CircuitError
from ebana_like.netlist import Netlist, read_netlist, write_netlist
from ebana_like.simulators import NativeSimulator

TEXT = """a filter with a transformer
.param big=2u
v1 in 0 dc 0.5 ac 2 90 sin(0.25 1 1k 1m 5 30)
i2 0 out pulse(0 1m 1u 1n 1n 1m 2m)
v3 e 0 pwl(0 0 1m 1 2m 0.5) r=1m td=0.1m
r1 in a 1k
c1 a 0 {big} ic=0.5
l1 a b 1m
l2 out 0 4m ic=1m
k1 l1 l2 0.5
r2 b 0 10
r3 out 0 1k
r4 e 0 1k
f1 0 out l1 2
x1 a out tank
c9 a open 1n
.subckt tank p q
l1 p m 3m
c1 m q 1n m=2
r1 m q 5
.ends
.tran 1u 1m
.end
"""


@pytest.fixture
def circuit():
    return read_netlist(TEXT).circuit


def test_a_netlist_says_what_its_circuit_stores(circuit):
    stored, nodes = circuit.storage, circuit.nodes
    of = stored.capacitors
    assert of.capacitance.tolist() == [2e-6, 2e-9]
    assert [(nodes[p], nodes[n]) for p, n in zip(of.positive, of.negative, strict=True)] == [
        ("a", "0"),
        ("x1_m", "out"),
    ]
    assert of.initial.tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert stored.inductors.inductance.tolist() == [1e-3, 4e-3, 3e-3]
    assert stored.inductors.initial.tolist() == pytest.approx([np.nan, 1e-3, np.nan], nan_ok=True)
    assert stored.inductances[0, 1] == stored.inductances[1, 0] == pytest.approx(0.5 * 2e-3)
    assert stored.waveforms["v1"] == Waveform("sin", (0.25, 1, 1e3, 1e-3, 5, 30))
    assert stored.waveforms["v3"] == Waveform("pwl", (0, 0, 1e-3, 1, 2e-3, 0.5), 1e-4, 1e-3)
    assert stored.phasors == {"v1": (2.0, 90.0)}
    assert len(stored.unread) == 1
    assert "c9 is not read: it hangs at a node" in stored.unread[0]


def test_it_comes_back_as_it_was_written(circuit):
    text = write_netlist(Netlist(circuit))
    back = read_netlist(text).circuit
    assert back.nodes == circuit.nodes
    for before, after in zip(circuit.banks, back.banks, strict=True):
        assert before.labels == after.labels
        assert all(np.array_equal(value, after.arrays()[name]) for name, value in before.arrays().items())
    for before, after in zip(circuit.storage.banks, back.storage.banks, strict=True):
        assert before.labels == after.labels
        assert all(np.array_equal(v, after.arrays()[name], equal_nan=True) for name, v in before.arrays().items())
    for name in ("couplings", "waveforms", "phasors"):
        assert getattr(back.storage, name) == getattr(circuit.storage, name)
    assert write_netlist(Netlist(back)) == text


def test_spice_finds_the_same_operating_point_with_it(circuit, ngspice):
    with NativeSimulator(circuit) as simulator:
        ours = simulator.solve({}, np.zeros((1, 0))).voltages[0, 0]
    found = ngspice(write_netlist(Netlist(circuit)))
    assert ours == pytest.approx([0.0, *(found[node] for node in circuit.nodes[1:])], rel=1e-9, abs=1e-12)


def test_wires_and_sources_of_what_is_stored_must_be_there(circuit):
    other = replace(circuit.storage.inductors, labels=("lva", "lvb", "lvc"))
    with pytest.raises(CircuitError, match='the inductor lva needs a voltage source "va" of 0 V'):
        replace(circuit, storage=replace(circuit.storage, inductors=other, couplings=()))
    waveforms = {"nothing": Waveform("sin", (0, 1))}
    with pytest.raises(CircuitError, match='a waveform for "nothing", which is no source'):
        replace(circuit, storage=replace(circuit.storage, waveforms=waveforms))


WAVEFORMS = [
    ("sin", (0.25, 1, 1e3, 1e-4, 500, 30)),
    ("sin", (0, 1)),
    ("pulse", (0, 5, 1e-4, 1e-5, 2e-5, 1e-4, 3e-4)),
    ("pulse", (1, 2, 0, 0, 0, 2e-4, 4e-4)),
    ("pulse", (1, 2, 0, 1e-5, 1e-5, 1e-4, 2e-4, 2)),
    ("exp", (0, 1, 1e-4, 1e-4, 5e-4, 2e-4)),
    ("pwl", (0, 0, 1e-4, 1, 3e-4, -1)),
    ("sffm", (0, 1, 5e3, 2, 1e3)),
    ("am", (1, 2, 1e3, 5e3, 1e-4)),
]


@pytest.mark.parametrize(("function", "numbers"), WAVEFORMS)
def test_a_function_of_time_has_ngspices_values(function, numbers, ngspice_vectors):
    waveform = Waveform(function, numbers)
    vectors = ngspice_vectors(f"t\nv1 a 0 {waveform.text}\nr1 a 0 1\n.tran 5u 1m\n.end\n")
    # ngspice steps exactly onto corners; where rounding puts a time on a vertical edge is its own matter
    assert waveform.values(vectors["time"], Line(5e-6, 1e-3)) == pytest.approx(vectors["a"], rel=1e-9, abs=1e-9)


def test_corners_of_a_pulse_are_its_edges():
    found = Waveform("pulse", (0, 5, 1e-4, 1e-5, 2e-5, 1e-4, 3e-4)).corners(Line(1e-6, 5e-4))
    assert found == pytest.approx([1e-4, 1.1e-4, 2.1e-4, 2.3e-4, 4e-4, 4.1e-4])
