"""Lines that few netlists have mean what ngspice 39 was measured to make of them; volts are its own."""

import numpy as np
import pytest

from ebana_like.errors import NetlistError
from ebana_like.expressions import evaluate
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.read import foreign_circuit, read_netlist
from ebana_like.simulators import engine_for, simulator

SWITCHES = """V1 1 0 2
R1 1 2 1k
Vm 2 0 0
V5 5 0 1
R5 5 6 1k
W2 6 0 Vm w2 on
.model w2 csw it=3m ih=0.2m ron=10 roff=1meg
R7 5 7 1k
W3 7 0 Vm w3
.model w3 csw it=1m ih=0.5m ron=10 roff=1meg
R8 5 8 1k
W4 8 0 Vm w4 on
.model w4 csw it=2m ih=0.5m ron=10 roff=1meg"""

MEASURED = {
    "noise and distortion are nothing at DC": (
        "V1 1 0 trnoise(1m 1n 0 0)\nR1 1 0 1k\nV2 2 0 3 trnoise(1m 1n 0 0)\nR2 2 0 1k\nV3 3 0 dc 4 trrandom(2 1m 0 1)\n"
        "R3 3 0 1\nV4 4 0 dc 2 ac 1 distof1 1 distof2 0 0\nR4 4 0 1",
        {"1": 0.0, "2": 3.0, "3": 4.0, "4": 2.0},
    ),
    "a bracket alone": ("V1 1 0 2\nR1 1 2 1k\n)\nR2 2 0 1k", {"2": 1.0}),
    "words behind .ends": ("V1 1 0 2\nX1 1 0 s\n.subckt s a b\nR1 a c 1k\nR2 c b 1k\n.ends s 10", {"x1.c": 1.0}),
    "resistors of voltages": (
        "V1 1 0 2\nR1 1 2 1k\nR2 2 0 r={500+100*V(1)}\nR3 1 3 1k\nR4 3 0 R='1k*(1+V(3))'\nR5 1 4 1k\n"
        "R6 4 0 {1k*(1+V(4))}",
        {"2": 2 * 700 / 1700, "3": 2**0.5, "4": 2**0.5},
    ),
    "temperature coefficients of expressions": (
        ".temp 77\nV1 1 0 2\nR1 1 2 1k\nB1 2 0 i=v(2)*1m tc1=0.01 m=2\nR5 1 5 r={1k+v(1)*100} tc1=0.01\nR6 5 0 1k",
        {"2": 0.5, "5": 2 / 2.8},
    ),
    "a temperature that follows from a parameter": (
        ".param t=77\n.temp {t-27}\nV1 1 0 2\nR1 1 2 {1k*temper}\nR2 2 0 50k",
        {"2": 1.0},
    ),
    "a MESFET": (
        "V1 1 0 3\nVg g 0 -0.5\nR1 1 2 1k\nZ1 2 g 0 zm\n.model zm nmf vto=-2 beta=1m lambda=0.05",
        {"2": 1.345674},
    ),
    "models by length and width": (
        "V1 1 0 3\nVg g 0 2\nR1 1 2 1k\nM1 2 g 0 0 nm l=2u w=20u\nR3 1 3 1k\nM2 3 g 0 0 nm l=1u w=20u\n"
        ".model nm.1 nmos level=8 vth0=0.7 lmin=1u lmax=10u wmin=1u wmax=100u\n"
        ".model nm.2 nmos level=8 vth0=0.5 lmin=0.1u lmax=1u wmin=1u wmax=100u",
        {"2": 2.611067, "3": 2.308569},
    ),
    "switches that a current closes": (SWITCHES, {"6": 1e6 / 1.001e6, "7": 10 / 1010, "8": 1e6 / 1.001e6}),
}


@pytest.mark.parametrize("name", MEASURED)
def test_it_means_what_ngspice_makes_of_it(name):
    lines, volts = MEASURED[name]
    deck = read_deck(f"t\n{lines}\n.end\n", "t")
    circuit = foreign_circuit(deck)
    with simulator(engine_for(circuit), circuit) as engine:
        found = dict(zip(circuit.nodes, engine.solve({}, np.zeros((1, 0))).voltages[0, 0], strict=True))
    for node, value in volts.items():
        assert found[deck.nodes[node]] == pytest.approx(
            value, abs=1e-6 if value in (1.345674, 2.611067, 2.308569) else 1e-9
        )


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("V1 1 0 trrandom(2 1m 0 1)\nR1 1 0 1", "it begins with a random value, another one in each run; write DC"),
        ("V1 1 0 1\nW1 1 0 V1 s\n.model s sw vt=1", "this switch needs one of type csw"),
        ("V1 1 0 1\nW1 1 0 R1 s\n.model s csw it=1", "i(r1) is not the current of a voltage source"),
        (
            "V1 1 0 1\nM1 1 1 0 0 n l=1 w=1\n.model n.1 nmos lmin=1u lmax=2u wmin=1u wmax=2u",
            "none of n.1 is for this length and width, by lmin, lmax, wmin and wmax",
        ),
    ],
)
def test_what_cannot_be_is_named(lines, reason):
    with pytest.raises(NetlistError) as caught:
        foreign_circuit(read_deck(f"t\n{lines}\n.end\n", "t"))
    assert reason in str(caught.value)


def test_the_temperature_stands_beside_a_parameter_that_stays_open():
    text = "t\n.temp 77\n.param p=2\nV1 1 0 1\nR1 1 0 {p*temper}\nR2 1 0 {100*temper}\n.end\n"
    deck = read_deck(text, "t", None, ["p"])
    opened = next(element for element in deck.elements if element.path == "r1")
    assert (opened.value, evaluate(opened.formulas[""], lambda leaf: 3.0)) == ("154.0", 231.0)
    assert deck.elements_ask == {"r1": {"p"}}  # that two elements follow the temperature ties them to nothing


@pytest.mark.parametrize(
    "fed", ["i1 0 x 1m\ne1 o 0 x 0 1\nr3 o 0 1k", "g1 x 0 b 0 1m", "f1 x 0 v1 1", "e1 o 0 x 0 1\nr3 o 0 1k"]
)
def test_a_node_that_is_fed_or_watched_alone_floats(fed):
    with pytest.raises(NetlistError, match='node "x" floats'):
        read_netlist(f"title\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n{fed}\n.end\n")
