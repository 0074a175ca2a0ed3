"""Netlists from KiCad, LTspice and PySpice are read as ngspice reads them, or refused by line."""

import re

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit as PySpiceCircuit
from PySpice.Spice.Netlist import SubCircuit
from PySpice.Unit import u_kOhm, u_MOhm, u_mV, u_nA, u_uF

from ebana_like.elements import BipolarTransistors, Diodes, JFETs, MOSFETs, Resistors, SpiceDiodes, VoltageSources
from ebana_like.errors import CircuitError, NetlistError
from ebana_like.netlist import Netlist, from_pyspice, load_netlist, read_netlist, write_netlist
from ebana_like.simulators import NativeSimulator, NgspiceSimulator

KICAD = """.title KiCad schematic
.include "parts.inc"
V1 /in GND DC 5 AC 1
R1 /in Net-_D1-A_ 1k ; series
D1 Net-_D1-A_ GND D1N4148
C1 /in 0 100n
L1 Net-_D1-A_ /out 10u
XU1 /out Net-_R2-Pad2_ amp g=2
R2 Net-_R2-Pad2_ GND {rload*2}
.param rload=4.7k
.subckt amp in out g=1 rin={2*g*1k}
* the gain
Rin in 0 {rin}
E1 m 0 in 0
+ {g}
Rout m out 100
.ends amp
.tran 1u 1m
.save all
.end
"""

PARTS = ".model D1N4148 D(Is=2.52n N=1.752 Rs=.568 Bv=75 Cjo=4p Mfg=x)\n"

LTSPICE = """* C:\\Users\\me\\Draft1.asc
V1 N001 0 SINE(0.7 1 1k) AC 1
R1 N001 N002 2.2K tol=1%
M1 N002 N002 0 0 NMOS1 l=1\u00b5 w=10u
Q1 N001 N002 N003 0 2N3904
R2 N003 0 1Meg
J1 N001 0 N004 JN
R3 N004 0 100
G1 0 N005 N002 0 1m
R4 N005 0 1k
V2 N003 N006 0
R5 N006 0 10k
F1 0 N007 V2 2
H1 N008 0 V2 5
R6 N007 0 1k
R7 N008 0 1k
.model NMOS1 NMOS(kp=1e-4 vto=0.5)
.model 2N3904 NPN(IS=1E-14 VAF=100 Bf=300 Vceo=40 mfg=Fairchild)
.model JN NJF(beta=1m vto=-2)
.op
.backanno
.end
"""


@pytest.fixture
def kicad(tmp_path):
    (tmp_path / "parts.inc").write_text(PARTS)
    (tmp_path / "my.cir").write_text(KICAD)
    return load_netlist(tmp_path / "my.cir").circuit


def free(circuit, simulator=NgspiceSimulator):
    with simulator(circuit) as engine:
        points = engine.solve({}, np.zeros((1, 0)))
    assert points.usable.all(), points.messages
    return dict(zip(circuit.nodes, points.voltages[0, 0], strict=True))


def test_a_netlist_from_kicad(kicad):
    assert set(kicad.nodes) == {"0", "in", "net__d1_a", "out", "xu1_m", "net__r2_pad2"}
    resistors = kicad.bank("resistors", Resistors)
    values = dict(zip(resistors.labels, 1 / resistors.conductance, strict=True))
    assert values == pytest.approx({"r1": 1e3, "r_xu1_rin": 4e3, "r_xu1_rout": 100.0, "r2": 9.4e3}, rel=1e-15)
    (diode,) = kicad.of_kind(SpiceDiodes)
    assert diode.model.parameters == {"is": "2.52e-09", "n": "1.752", "rs": "0.568", "bv": "75.0", "cjo": "4e-12"}
    short = kicad.bank("voltage_sources", VoltageSources)
    assert dict(zip(short.labels, short.voltage, strict=True)) == {"v1": 5.0, "vl1": 0.0}


def test_ngspice_finds_the_same_voltages_in_what_was_read_as_in_the_netlist_itself(kicad, ngspice):
    flat = KICAD.replace('.include "parts.inc"', PARTS.replace("Mfg=x", "")).replace(".tran 1u 1m\n.save all", ".op")
    direct = ngspice(flat.replace(".end\n", ".print op v(net-_d1-a_) v(net-_r2-pad2_) v(/out)\n.end\n"))
    ours = free(kicad)
    for theirs, mine in (("net-_d1-a_", "net__d1_a"), ("net-_r2-pad2_", "net__r2_pad2"), ("/out", "out")):
        # ngspice's default tolerance is a thousandth, and it prints seven digits
        assert ours[mine] == pytest.approx(direct[theirs], rel=2e-3)


def test_a_netlist_from_ltspice(ngspice):
    circuit = read_netlist(LTSPICE, "Draft1.net").circuit
    assert circuit.title == "C: Users me Draft1.asc"
    kinds = [type(bank) for bank in circuit.banks]
    assert {MOSFETs, BipolarTransistors, JFETs} < set(kinds)
    (transistor,) = circuit.of_kind(MOSFETs)
    assert transistor.sizes == ("l=1e-06 w=1e-05",)
    ours = free(circuit)
    nodes = [f"n00{k}" for k in range(1, 9)]
    direct = ngspice(
        LTSPICE.replace("\u00b5", "u")
        .replace(" tol=1%", "")
        .replace(" Vceo=40 mfg=Fairchild", "")
        .replace("SINE(0.7 1 1k)", "DC 0.7")
        .replace(".backanno", ".print op " + " ".join(f"v({node})" for node in nodes))
    )
    for node in nodes:
        assert ours[node] == pytest.approx(direct[node], rel=2e-3, abs=1e-6)


def test_what_is_read_comes_back_bit_for_bit_once_written(kicad):
    for circuit in (kicad, read_netlist(LTSPICE).circuit):
        text = write_netlist(Netlist(circuit))
        assert write_netlist(read_netlist(text)) == text


def pyspice():
    class Lamp(SubCircuit):
        def __init__(self, name):
            super().__init__(name, "a", "b")
            self.R(1, "a", "m", 1 @ u_kOhm)
            self.D(1, "m", "b", model="dd")

    circuit = PySpiceCircuit("two lamps")
    circuit.V("supply", "top", circuit.gnd, 700 @ u_mV)
    circuit.R("load", "top", "x", 4.7 @ u_MOhm)
    circuit.C(1, "x", circuit.gnd, 1 @ u_uF)
    circuit.subcircuit(Lamp("lamp"))
    circuit.X("1", "lamp", "x", circuit.gnd)
    circuit.X("2", "lamp", "top", "x")
    circuit.model("dd", "D", IS=4 @ u_nA, N=1.5)
    circuit.SinusoidalVoltageSource("wave", "w", circuit.gnd, amplitude=1)
    circuit.VCVS(1, "e", 0, "x", 0, voltage_gain=3)
    circuit.R("e", "e", "w", "{2*big}")
    circuit.parameter("big", 500)
    return circuit


def test_a_pyspice_circuit_and_its_text():
    circuit = from_pyspice(pyspice())
    assert write_netlist(Netlist(circuit)) == write_netlist(read_netlist(str(pyspice())))
    (diodes,) = circuit.of_kind(Diodes)
    assert diodes.labels == ("d_x1_d1", "d_x2_d1")
    assert (diodes.model.saturation_current, diodes.model.emission) == (4e-9, 1.5)
    resistors = circuit.bank("resistors", Resistors)
    assert dict(zip(resistors.labels, 1 / resistors.conductance, strict=True)) == pytest.approx(
        {"r_x1_r1": 1e3, "r_x2_r1": 1e3, "rload": 4.7e6, "re": 1e3}, rel=1e-15
    )


def test_both_engines_agree_where_the_elements_laws_are_known():
    text = "h and g\nv1 a 0 1\nr1 a b 1k\nd1 b 0 m\nv2 c b 0\nr2 c 0 2k\ng1 0 d b 0 1m\nr3 d 0 3k\nh1 e 0 v2 500\n"
    circuit = read_netlist(text + "r4 e f 1k\nf1 f 0 v2 3\nr5 f 0 1k\n.model m d is=1n n=1.2\n").circuit
    ngspice, native = free(circuit), free(circuit, NativeSimulator)
    assert native == pytest.approx(ngspice, abs=1e-12)  # what is left of Newton's last step
    assert native["e"] == pytest.approx(-500 * native["b"] / 2e3, rel=1e-12)
    assert native["d"] == pytest.approx(3 * native["b"], rel=1e-12)


def test_native_refuses_devices_by_name():
    with pytest.raises(CircuitError, match="m1 is a mosfet; only ngspice knows its law: use --engine ngspice"):
        NativeSimulator(read_netlist(LTSPICE).circuit)


def read_one(line, *, more=""):
    return read_netlist(f"title\nvone a 0 1\nrone a b 1k\nrtwo b 0 1k\n{line}\n{more}.model dd d\n", "my.cir").circuit


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("rx a b 1M", 1e-3),
        ("rx a b 1MEG", 1e6),
        ("rx a b 1MegOhm", 1e6),
        ("RX A B 2.2k $ comment", 2.2e3),
        ("rx a b 3 // comment", 3.0),
        ("rx a b 10mil", 254e-6),
        ("rx a b r=47 tc1=1e-3", 47.0),
        ("rx a b\n+\n* between\n+ 5", 5.0),
        ("rx a b {2*(3+1)**2/4 - -1}", 9.0),
        ("rx a b '1k+1m'", 1000.001),
        ("rx a b {max(p, min(7, q))}\n.param q=p*2 p = 3\n", 6.0),
        (".param a={sqrt(16)} b='a*10'\nrx a b {b}", 40.0),
        ("rx (a,b) 5", 5.0),
    ],
)
def test_how_values_are_written(line, value):
    resistors = read_one(line).bank("resistors", Resistors)
    assert 1 / resistors.conductance[resistors.labels.index("rx")] == pytest.approx(value, rel=1e-15)


REFUSED = [
    ("rx a b 4k7", '"4k7" is not a number; programs disagree about it, write 4.7k'),
    ("xx a b s q=1\n.subckt s a b\nr1 a b {p}\n.ends\n.param p=1", 's has no parameter "q"'),
    ("dx a b mm\n.model mm d(ron=1 vfwd=0.4)", "ron makes the diode mm piecewise linear, which LTspice alone knows"),
    ("rx a b 1a", '"1a" is not a number; to some programs its a is ampere, to others atto: write 1 or 1e-18'),
    ("ix a b 2.5A", '"2.5a" is not a number; .*: write 2.5 or 2.5e-18'),
    ("rx a b 4meg7", "write 4.7meg"),
    ("rx a b 4R7", "write 4.7:"),
    ("rx a b {rlaod}\n.param rload=1", 'there is no parameter "rlaod"; did you mean "rload"'),
    ("dx a b ddd", 'there is no .model line for ddd; did you mean "dd"'),
    ("xx a b filtre\n.subckt filter a b\nr1 a b 1\n.ends", 'there is no .subckt filtre; did you mean "filter"'),
    ("rx a b 1k m=0", "m is 0; expected a number above zero"),
    ("rx a b 1k q=2", 'the parameter "q" is not understood'),
    ("rx a b 1k 5%", "or a model behind them; there are 5"),
    ("rx a b rr\n.model rr r", "neither the line nor a model gives a resistance"),
    ("rx a b dd 5", "model dd is of type d; a resistor's is of type r"),
    ("rx a b 1k rr w=1 tc1=1 temp=26", "there is no .model line for rr|expected 4 words"),
    ("sx a b a b dd", "model dd is of type d; a switch needs one of type sw"),
    ("sx a b a b ss\n.model ss sw ron=0", "ron=0 roff=1e.12; both must be above zero"),
    ("rx a b {nothing}", 'there is no parameter "nothing"'),
    ("rx a b {2^3}", r"write \*\* for a power"),
    ("rx a b {1/0}", "has no value"),
    ("rx a b {10**400}", "has no value"),
    ("rx a b {sqrt(-1)}", "the expression has no value"),
    ("rx a b {2**3**2}", "a power of a power needs parentheses"),
    ("rx a b {system(1)}", "there is no function 'system'"),
    ("rx a b {p}\n.param p={q} q={p}", "is defined by itself"),
    ("bx a b i=w(a)", "there is no function 'w'"),
    ("bx a b r=v(a)", 'expected "B1 a b I={V.c.'),
    ("kx r1 l2 0.9", 'expected a coupling as in "K1 L1 L2 0.9"'),
    ("nx a b mod", 'no element understood here begins with "n"'),
    ("dx a b nomodel", "there is no .model line for nomodel"),
    ("dx a dd", "dx has 1 nodes before its model; expected 2"),
    ("qx a dd", "qx has 1 nodes before its model; expected 3 or 4"),
    ("dx a b dd 1 2", "too many words behind the model"),
    ("dx a b dd areab=2", 'the parameter "areab" is not understood'),
    ("qx a b 0 dd", "model dd is of type d"),
    ("ex a 0 value={v(b)", "a parenthesis is not closed"),
    ("ex a 0 value={v(b)*limit(v(a),0,1)}", "limit draws a random value"),
    ("ex a 0 value={i(r1)}", "put a source of 0 V in series with r1 and name that"),
    ("ex a 0 poly(2) b 0 1 2", "expects 4 nodes, then coefficients"),
    ("ex a 0 poly(999) b 0 1 2", "at most 20 controls"),
    ("ex a 0 table {v(b)} = (0,0) (0,1)", "two points or more with rising x"),
    ("ex a 0 table {v(b)} = (0,0)", "two points or more with rising x"),
    ("ex a 0 laplace {v(b)} {1/(1+s)}", "is no name of a node"),
    ("fx a 0 value={v(b)}", r'expected "F1 a b POLY\(2\) V1 V2 0 1 1"'),
    ("bx a 0 v=pi*x", 'there is no parameter "x"'),
    ("bx a 0 v=pwl(v(b),1,2,0,3)", "with rising x"),
    ("bx a 0 v=pwl(v(b),1,2,v(b),3)", "the points of pwl must be numbers"),
    ("bx a 0 v=ln(-1)", "the expression has no value"),
    ("fx a 0 rone 2", '"rone" is no voltage source whose current could be copied'),
    ("vx a b random(1)", '"random" is not a number'),
    ("xx a b missing", "there is no .subckt missing"),
    (".options defm=2", "defm is 2; the elements' laws here hold for 1 only"),
    (".ends", "there is no .subckt for this line to end"),
    (".subckt s a b", "this subcircuit has no .ends"),
    (".subckt s a a\n.ends", "a node of the subcircuit stands twice"),
    ("+ 5\n* x", "expected 4 words"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_what_is_not_understood_is_refused_with_file_line_and_reason(line, reason):
    with pytest.raises(NetlistError, match=rf"^my\.cir, line \d+: .*{reason}") as caught:
        read_one(line)
    assert re.search(r": '[^\n]*'$", str(caught.value))  # the text itself


def test_a_subcircuits_model_and_global_nodes():
    text = """title
.global vdd
vdd vdd 0 5
x1 p stage is=1n
x2 p stage is=2n
rp p 0 1k
.subckt stage out params: is=1p
.model dd d is={is}
r1 vdd mid 1k
d1 mid out dd
.ends
"""
    circuit = read_netlist(text).circuit
    assert set(circuit.nodes) == {"0", "vdd", "p", "x1_mid", "x2_mid"}
    assert [(bank.model.name, bank.model.saturation_current) for bank in circuit.of_kind(Diodes)] == [
        ("dd", 1e-9),
        ("dd_2", 2e-9),
    ]


def test_a_parameter_without_a_default_may_be_given():
    """LTspice draws `XU1 a b buf g=3` for a subcircuit that says nothing of g."""
    subcircuit = ".subckt s a b\nr1 a b {1k*g}\n.model dd d is={i}\nd1 a b dd\n.ends\n"
    text = f"t\nv1 a 0 1\nx1 a b s g=3 i=1n\nr1 b 0 1k\n{subcircuit}"
    circuit = read_netlist(text).circuit
    assert circuit.bank("resistors", Resistors).conductance[0] == pytest.approx(1 / 3e3)
    assert circuit.of_kind(Diodes)[0].model.saturation_current == 1e-9


def test_libraries_and_their_sections(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "corner.lib").write_text(
        ".lib slow\n.model dd d is=1p\n.endl slow\n.lib fast\n.include 'deep.inc'\n.endl\n".replace("'", '"')
    )
    (tmp_path / "sub" / "deep.inc").write_text(".model dd d is=1n\n.end\n")
    for section, amperes in (("slow", 1e-12), ("FAST", 1e-9)):
        (tmp_path / "my.cir").write_text(f"t\n.lib sub/corner.lib {section}\nv1 a 0 1\nr1 a b 1\nd1 b 0 dd\n.end\n")
        (diodes,) = load_netlist(tmp_path / "my.cir").circuit.of_kind(Diodes)
        assert diodes.model.saturation_current == amperes
