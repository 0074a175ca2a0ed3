"""A sheet is an honest schematic: nothing overlaps, every pin is on its net, nets meet nowhere, twice the same."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from ebana_like.elements import Bank
from ebana_like.elements.bank import KINDS
from ebana_like.figures import save_schematic, schematic
from ebana_like.figures.sheets import Laid, drawn_netlist, lay_out, sheet_of
from ebana_like.figures.sheets.parts import INPUT, TRAINED
from ebana_like.figures.sheets.shapes import width
from ebana_like.netlist import read_netlist
from ebana_like.units import short

MODELS = """
.model n npn(is=1e-14 bf=200)
.model p pnp(is=1e-14 bf=100)
.model d d(is=1e-14)
.model mn nmos(vto=1 kp=1m)
.model mp pmos(vto=-1 kp=1m)
.model jn njf(vto=-2)
.end
"""
CIRCUITS = {
    "common emitter": """common emitter
VCC vcc 0 12
Vin in 0 0
Rs in base 10k
R1 vcc base 47k
R2 base 0 10k
RC vcc coll 4.7k
RE emit 0 1k
Q1 coll base emit n""",
    "long-tailed pair": """long-tailed pair
VCC vcc 0 12
VEE vee 0 -12
V1 in1 0 0
V2 in2 0 0
RC1 vcc o1 10k
RC2 vcc o2 10k
Q1 o1 in1 e n
Q2 o2 in2 e n
RT e vee 10k""",
    "class AB": """class AB
VCC vcc 0 12
VEE vee 0 -12
Vin in 0 0
R1 vcc b1 4.7k
D1 b1 in d
D2 in b2 d
R2 b2 vee 4.7k
Q1 vcc b1 e1 n
Q2 vee b2 e2 p
R3 e1 out 1
R4 out e2 1
RL out 0 8""",
    "op amps": """op amps
Vin in 0 1
R1 in n1 10k
R2 n1 o1 47k
E1 o1 0 0 n1 100k
R3 o1 n2 10k
E2 out 0 n2 0 2
RL out 0 2k""",
    "bridge": """bridge
I1 0 top 1m
R1 top a 1k
R2 a 0 1k
R3 top b 1k
R4 b 0 1.2k
R5 a b 10k""",
    "controlled sources": """controlled sources
Vin in 0 1
R1 in a 1k
Vm a b 0
R2 b 0 1k
F1 0 c Vm 2
R3 c 0 1k
G1 d 0 c b 1m
R4 d in 1k
H1 e d Vm 100
R5 e 0 1k
E1 f e c 0 -2
R6 f 0 1k""",
    "field-effect transistors": """field-effect transistors
VDD vdd 0 5
Vin in 0 2
M1 out in 0 0 mn w=10u l=1u
M2 out in vdd vdd mp
J1 vdd out s jn
R1 s 0 1k
M3 vdd s t 0 mn
R2 t 0 1k""",
}


CIRCUITS["marks beside wires"] = """marks beside wires
VCC vcc_of_the_whole_board 0 5
R1 vcc_of_the_whole_board a 1k
R2 a 0 1k
Q1 vcc_of_the_whole_board a b n
R3 b 0 1k
E1 c 0 vcc_of_the_whole_board b 1k
R4 c b 1k"""


def crossbar(rows: int, columns: int) -> str:
    lines = [f"V{k} in{k} 0 {k}" for k in range(rows)]
    lines += [f"R{k}{j} in{k} out{j} {k + j + 1}k" for k in range(rows) for j in range(columns)]
    return "\n".join(["crossbar", *lines, *(f"RL{j} out{j} 0 1k" for j in range(columns))])


CIRCUITS["crossbar"] = crossbar(4, 4)


def random(seed: int) -> str:
    """Resistors and transistors between a handful of nodes, whether that makes sense or not."""
    generator = np.random.default_rng(seed)
    nodes = ["0", "vcc", "a", "b", "c", "e", "f"]
    lines = ["VCC vcc 0 5", *(f"R{n} {n} 0 1k" for n in nodes[2:])]
    for k in range(8):
        ends = generator.choice(nodes, 3, replace=False)
        lines.append(f"Q{k} {' '.join(ends)} n" if k < 3 else f"Rx{k} {ends[0]} {ends[1]} 1k")
    return "\n".join(["random", *lines])


CIRCUITS |= {f"random {seed}": random(seed) for seed in range(2)}


@pytest.fixture(scope="module", params=CIRCUITS)
def laid(request) -> Laid:
    return lay_out(sheet_of(read_netlist(CIRCUITS[request.param] + MODELS).circuit))


def meet(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def boxes_of_tags(laid):
    for net, wires in laid.routed.wires.items():
        for (x, y), (side, _) in wires.tags:
            ends = x, x + side * width(net)
            yield min(ends), y - 0.5, max(ends), y + 0.5


def test_no_symbol_and_no_text_covers_another(laid):
    boxes = [one.box for one in laid.placed] + [name.box for name in laid.names] + list(boxes_of_tags(laid))
    assert len(laid.placed) == len(laid.parts)
    for a, b in combinations(boxes, 2):
        assert not meet(a, b)
    for one in laid.placed:
        for text in one.shape.texts:
            assert one.shape.box[0] <= text.box[0]
            assert text.box[2] <= one.shape.box[2]


def test_no_wire_runs_across_a_symbol_or_a_name(laid):
    boxes = [one.box for one in laid.placed] + [name.box for name in laid.names]
    for wires in laid.routed.wires.values():
        for (ax, ay), (bx, by) in wires.runs:
            for box in boxes:
                assert not meet((ax, ay, bx, by), box)


def test_every_pin_is_joined_to_its_net_by_wire_or_name(laid):
    for net, wires in laid.routed.wires.items():
        pins = {one.at(pin) for one in laid.placed for pin in one.shape.pins if pin.net == net and not pin.mark}
        reached = defaultdict(set)
        for a, b in wires.edges:
            assert abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1
            reached[a].add(b)
            reached[b].add(a)
        groups = []
        while pins:
            group, waiting = set(), [min(pins)]
            while waiting:
                at = waiting.pop()
                if at not in group:
                    group.add(at)
                    waiting += reached[at]
            groups.append(group)
            pins -= group
        tagged = [any(at in group for at, _ in wires.tags) for group in groups]
        assert len(groups) == 1 or all(tagged)
    marked = [pin for one in laid.placed for pin in one.shape.pins if pin.mark]
    assert all(pin.net == laid.sheet.ground or pin.net in laid.sheet.rails for pin in marked)
    drawn = {pin.net for one in laid.placed for pin in one.shape.pins if not pin.mark}
    assert drawn == set(laid.routed.wires)


def test_different_nets_meet_only_where_they_cross(laid):
    leaving = {}
    for net, wires in laid.routed.wires.items():
        ways = defaultdict(set)
        for a, b in wires.edges:
            ways[a].add((b[0] - a[0], b[1] - a[1]))
            ways[b].add((a[0] - b[0], a[1] - b[1]))
        for at, directions in ways.items():
            leaving.setdefault(at, []).append((net, directions))
    pins = {one.at(pin): pin.net for one in laid.placed for pin in one.shape.pins}
    for at, through in leaving.items():
        assert len(through) <= 2
        if len(through) == 2:
            assert sorted(map(sorted, (ways for _, ways in through))) == [[(-1, 0), (1, 0)], [(0, -1), (0, 1)]]
        assert pins.get(at, through[0][0]) == through[0][0]


def test_currents_flow_down_and_signals_to_the_right():
    laid = lay_out(sheet_of(read_netlist(CIRCUITS["common emitter"] + MODELS).circuit))
    at = {part.name: one for part, one in zip(laid.parts, laid.placed, strict=True)}
    assert at["rc"].y > at["q1"].y > at["re"].y
    assert at["r1"].y > at["r2"].y
    assert at["vin"].x < at["rs"].x < at["r1"].x < at["q1"].x
    assert {at[name].shape.turn for name in ("rc", "re", "r1", "r2", "vin")} == {"down"}
    # rails are symbols at every pin, their sources stand apart
    assert laid.sheet.rails == {"vcc": "up"}
    assert [part.name for part in laid.sheet.supplies] == ["vcc"]


def test_the_same_circuit_gives_the_same_picture(tmp_path):
    circuit = read_netlist(CIRCUITS["class AB"] + MODELS).circuit
    for name in ("a.svg", "b.svg"):
        save_schematic(circuit, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert schematic(circuit) == schematic(circuit)


def test_names_and_values_are_shown_as_netlists_have_them():
    circuit = read_netlist(CIRCUITS["op amps"] + MODELS).circuit
    texts = {text.strip() for text in ElementTree.fromstring(schematic(circuit)).itertext()}
    assert {
        "r1",
        "10k",
        "47k",
        "2k",
        "e1",
        "\N{MULTIPLICATION SIGN}100k",
        "\N{MULTIPLICATION SIGN}2",
        "vin",
        "1V",
        "out",
        "in",
        "n1",
    } <= texts


def test_names_are_shown_as_they_are_and_long_ones_shortened(tmp_path):
    long = "R" + 190 * "x"
    path = tmp_path / "a.cir"
    path.write_text(
        f"A\nV1 n$1 0 1\nR<2>&x n$1 a$b$c 1k\n{long} a$b$c 0 1k\n{long}2 a$b$c black 1k\nR5 black 0 1k\n.end\n"
    )
    circuit, more = drawn_netlist(path.read_text(), path)
    texts = {text.strip() for text in ElementTree.fromstring(schematic(circuit, more)).itertext() if text.strip()}
    assert {"n$1", "R<2>&x", "a$b$c", "black"} <= texts
    assert len({text for text in texts if text.startswith("Rxx")}) == 2
    assert max(map(len, texts)) == 28
    for name in ("a.svg", "a.png"):
        save_schematic(circuit, tmp_path / name, more=more)


def test_a_crossbar_is_drawn_as_one_with_its_rows_at_the_inputs():
    circuit = read_netlist(CIRCUITS["crossbar"] + MODELS).circuit
    sheet = sheet_of(circuit)
    (part,) = (part for part in sheet.parts if part.symbol == "crossbar")
    assert [part.pins[f"row {k}"] for k in range(4)] == ["in0", "in1", "in2", "in3"]
    assert [part.pins[f"column {k}"] for k in range(4)] == ["out0", "out1", "out2", "out3"]
    assert [cell.name for cell in part.cells] == [f"r{k}{j}" for k in range(4) for j in range(4)]
    assert len(sheet.parts) == 1 + 4 + 4
    texts = {text.strip() for text in ElementTree.fromstring(schematic(circuit)).itertext()}
    assert {"r00", "r33", "7k", "rl0", "out3"} <= texts


def test_an_element_that_others_defined_is_a_labelled_box():
    @dataclass(frozen=True, eq=False)
    class Boxed(Bank):
        kind = "boxed"
        letter = "z"
        terminals = ("positive", "negative", "sense")
        sense: np.ndarray

        def spice_lines(self, nodes):
            return []

    del KINDS["boxed"]  # for other tests
    circuit = read_netlist("a\nV1 a 0 1\nR1 a b 1k\nR2 b 0 1k\n.end\n").circuit
    one, zero, two = np.array([1]), np.array([0]), np.array([2])
    sheet = sheet_of(circuit)
    other = type(circuit)(
        circuit.title, circuit.nodes, (*circuit.banks, Boxed("boxes", ("z1",), one, zero, two)),
        circuit.inputs, circuit.outputs, circuit.driven,
    )  # fmt: skip
    assert len(sheet_of(other).parts) == len(sheet.parts) + 1
    texts = {text.strip() for text in ElementTree.fromstring(schematic(other)).itertext()}
    assert {"z1", "boxed", "positive", "negative", "sense"} <= texts


def test_a_netlist_of_another_program_is_drawn_as_it_is_spelled_and_with_what_it_asks_for():
    path = Path(__file__).parents[2] / "netlists/foreign/preamplifier.cir"
    sheet = sheet_of(*drawn_netlist(path.read_text(), path))
    parts = {part.name: part for part in (*sheet.parts, *sheet.supplies)}
    assert parts["C1"].pins == {"positive": "/IN", "negative": "Net-_C1-Pad2_"}
    assert parts["C1"].texts == ("4.7\N{MICRO SIGN}",)
    assert parts["Q2"].texts == ("Q2N3906",)
    assert parts["R2"].texts == ("220k",)
    assert {name for name, part in parts.items() if part.role == TRAINED} == {"R3", "R6", "R7", "R8"}
    assert {name for name, part in parts.items() if part.role == INPUT} == {"V2"}
    assert sheet.rails == {"+15V": "up"}
    assert parts["/OUT"].symbol == "port"


def test_what_follows_a_trained_parameter_is_marked_and_inner_capacitors_have_their_nodes(tmp_path):
    path = tmp_path / "a.cir"
    path.write_text(
        """A
* @fit outputs a-X1.m
* @fit train {pos}
.param pos=0.5 rest={1-pos}
V1 a 0 1
X1 a half
L1 a b 10u
R3 b 0 1k
.subckt half p
R1 p m {1k*rest}
R2 m 0 2k
C1 m p {10n*2}
C2 m free 1n
.ends
.end
"""
    )
    sheet = sheet_of(*drawn_netlist(path.read_text(), path))
    parts = {part.name: part for part in sheet.parts}
    assert {name for name, part in parts.items() if part.role == TRAINED} == {"X1.R1"}
    assert (parts["X1.C1"].pins["positive"], parts["X1.C1"].pins["negative"]) == ("X1.m", "a")
    assert parts["X1.C1"].texts == ("20n",)
    assert parts["X1.C2"].pins["negative"] == "X1.free"
    assert (parts["L1"].symbol, parts["L1"].texts) == ("inductor", ("10\N{MICRO SIGN}",))
    assert sheet.outputs == {"a", "X1.m"}


def test_behavioural_sources_are_drawn_with_their_expression(tmp_path):
    path = tmp_path / "a.cir"
    path.write_text(
        """A
V1 in 0 1
R1 in a 1k
R5 a 0 1k
B1 b 0 V={2*V(a)+tanh(V(in,a))}
R2 b c 1k
B2 c 0 I={1m*V(c)^2}
E1 d 0 VALUE={V(c)*I(V1)}
R3 d 0 1k
.end
"""
    )
    sheet = sheet_of(*drawn_netlist(path.read_text(), path))
    parts = {part.name: part for part in sheet.parts}
    assert set(parts) == {"V1", "R1", "R5", "B1", "R2", "B2", "E1", "R3"}
    assert (parts["B1"].symbol, parts["B1"].texts) == ("controlled_voltage", ("2*v(a)+tanh(v(in,a))",))
    assert (parts["B2"].symbol, parts["B2"].texts) == ("controlled_current", ("1m*v(c)^2",))
    assert parts["E1"].texts == ("v(c)*i(v1)",)
    assert parts["E1"].pins == {"positive": "d", "negative": "0"}
    assert parts["E1"].names == ("c",)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4700, "4.7k"),
        (1e-7, "100n"),
        (1e6, "1M"),
        (-12, "-12"),
        (0, "0"),
        (99.999, "100"),
        (999999, "1M"),
        (47.5, "47.5"),
    ],
)
def test_values_are_short(value, text):
    assert short(value) == text
