"""What has no effect on an operating point is read and named once; what has is never left out without a word."""

import re

import pytest
from click.testing import CliRunner

from ebana_like.cli.main import main
from ebana_like.cli.netlists import spelled
from ebana_like.elements import Diodes, Resistors
from ebana_like.errors import NetlistError
from ebana_like.netlist import load_netlist, read_netlist
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.deck.spelling import spelling

DIVIDER = "title\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n"

NOTED = [
    (".options post bypass=1 reltol=1e-4 noinit", "not read: options post, bypass, noinit"),
    (".ic v(b)=3", "initial conditions hold for a .tran"),
    (".nodeset v(b)=3", "may settle at another"),
    (".csparam x=1", "hands a number to .control"),
    (".step param p 1 2 1", "without steps"),
    (".control\nshell rm -rf /\nalter r1 `id`\n*# quit\n.endc", "nothing of what stands up to .endc is read"),
    (".control\nshell rm -rf /\n.end", "nothing of what stands up to .endc is read"),
    (".end\nr3 b 0 1e9", "this text behind .end is read"),
    (".param p=1 p=2", None),
    (".param p=1\n.param p=2", "the last value counts"),
    (".model dd d is=1n\n.model dd d is=2n", "the first one counts"),
    (".subckt s a\nr1 a 0 1k\n.ends t", "the subcircuit that ends here is called s"),
    (".subckt s a\nr1 a 0 1k\n.ends\n.subckt s a\nr1 a 0 2k\n.ends", "a second subcircuit s is not used"),
    (".if (1)\n.param p=3\n.endif", ".param inside .if counts whatever the condition"),
]


@pytest.mark.parametrize(("text", "note"), NOTED)
def test_what_has_no_effect_is_noted_once_and_refused_when_strict(text, note):
    netlist = read_netlist(f"{DIVIDER}{text}\n", "my.cir")
    assert len(netlist.notes) == (note is not None)
    if note is None:
        return
    assert re.match(r"my\.cir, line \d+: ", netlist.notes[0])
    assert note in netlist.notes[0]
    with pytest.raises(NetlistError, match=r"my\.cir, line \d+: .*it is refused because reading is strict"):
        read_netlist(f"{DIVIDER}{text}\n", "my.cir", strict=True)


def test_like_lines_make_one_note():
    netlist = read_netlist(DIVIDER + ".ic v(b)=3\n" * 5, "my.cir")
    (note,) = netlist.notes
    assert note.startswith("my.cir, line 5 and 4 more: .ic")


def test_an_own_netlist_says_nothing(tmp_path):
    assert (
        load_netlist_of(tmp_path, DIVIDER + ".op\n.options reltol=1e-6 gmin=1e-12\n.print op v(b)\n.end\n").notes == ()
    )


def load_netlist_of(folder, text):
    (folder / "my.cir").write_text(text)
    return load_netlist(folder / "my.cir")


@pytest.mark.parametrize("text", [".options defm=2", ".options rshunt=1k", ".options defl=1u", ".alter", ".hdl x"])
def test_what_would_change_the_circuit_is_refused(text):
    with pytest.raises(NetlistError, match=r"my\.cir, line 5"):
        read_netlist(f"{DIVIDER}{text}\n", "my.cir")


def test_which_definition_counts():
    """Measured with ngspice 39: the last parameter, the first model, the first subcircuit."""
    circuit = read_netlist(
        DIVIDER + ".param p=1k\n.param p=3k p=4k\nr3 b 0 {p}\nd1 b 0 dd\n.model dd d is=1n\n.model dd d is=2n\n"
        "x1 b s\n.subckt s a\nr1 a 0 7\n.ends t\n.macro s a\nr1 a 0 8\n.eom\n"
    ).circuit
    resistors = circuit.bank("resistors", Resistors)
    values = dict(zip(resistors.labels, 1 / resistors.conductance, strict=True))
    assert (values["r3"], values["r_x1_r1"]) == pytest.approx((4e3, 7.0))
    assert circuit.of_kind(Diodes)[0].model.saturation_current == 1e-9


def test_branches_of_conditions():
    text = """title
v1 a 0 1
.param p={1-1}
x1 a s q=1
x2 a s q=0
x3 a s
.subckt s a q={0}
.if (q)
.model dd d is=1n
r1 a 0 1
.if(p)
r2 a 0 2
.else
r2 a 0 3
.endif
.elseif ((q-1)*(q+2))
.model dd d is=2n
r1 a 0 4
.else
r9 a 0 9
.endif
d1 a 0 dd
.ends
.end
"""
    circuit = read_netlist(text).circuit
    resistors = circuit.bank("resistors", Resistors)
    values = dict(zip(resistors.labels, 1 / resistors.conductance, strict=True))
    assert values == pytest.approx({"r_x1_r1": 1, "r_x1_r2": 3, "r_x2_r1": 4, "r_x3_r1": 4})
    assert [bank.model.saturation_current for bank in circuit.of_kind(Diodes)] == [1e-9, 2e-9]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (".if (1)", "this .if has no .endif"),
        (".endif", "there is no .if"),
        (".else", "there is no .if"),
        (".if (1)\n.else\n.else\n.endif", "there is no .if for this line to continue"),
        (".subckt s a\n.if (1)\n.ends", "this .if has no .endif"),
        (".if (1)\n" * 30, "more than 20 deep"),
        (".if (1)\n" + ".elseif (1)\n" * 300, "more than 200 branches"),
        (".if (nothing)\nr9 a 0 1\n.endif", 'there is no parameter "nothing"'),
    ],
)
def test_conditions_that_are_not_whole_are_refused(text, reason):
    with pytest.raises(NetlistError, match=rf"my\.cir, line \d+: .*{reason}"):
        read_netlist(f"{DIVIDER}{text}\n", "my.cir")


def test_commands_say_the_notes_once_and_take_strict(tmp_path):
    (tmp_path / "my.cir").write_text(DIVIDER + ".ic v(b)=3\n.end\n")
    done = CliRunner().invoke(main, ["voltages", str(tmp_path / "my.cir"), "--engine", "native"])
    assert done.exit_code == 0
    assert done.output.count("note: ") == 1
    assert "my.cir, line 5: .ic not read" in done.output
    done = CliRunner().invoke(main, ["voltages", str(tmp_path / "my.cir"), "--strict"])
    assert done.exit_code == 1
    assert "it is refused because reading is strict" in done.output


NAMED = """.title KiCad schematic
V1 /IN 0 1
R1 /IN Net-(D1-K) 1k
D1 Net-(D1-K) /OUT DX
X1 /OUT /Z AMP
R5 /Z 0 1k
C5 /Z 0 1n
.subckt AMP a b
D2 a m DX
R1 m b 1k
C1 m b 1n
.ends
.model DX D(IS=1n RS=1)
.end
"""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("d1 is a spice diode", "D1 is a spice diode"),
        ("d_x1_d2 and r5 (r_x1_r1).", "X1.D2 and R5 (X1.R1)."),
        ("c5 and c_x1_c1", "C5 and X1.C1"),
        ('a push at node "x1_m" grows', 'a push at node "X1.m" grows'),
        ('at node "out" or "in"', 'at node "/OUT" or "/IN"'),
        ("no way out of net_d1_k", "no way out of Net-(D1-K)"),
        ("made: runs/d1/r5.cir, r5_2", "made: runs/d1/r5.cir, r5_2"),
        ("Net-(D1-K) stays", "Net-(D1-K) stays"),
    ],
)
def test_messages_have_the_persons_own_names(message, expected):
    deck = read_deck(NAMED, "my.cir")
    called = spelling(deck, NAMED)
    assert spelled(message, {**called.nodes, **called.elements}) == expected


def test_a_source_and_its_node_may_be_called_the_same():
    text = "t\n.param rl=2k\nVdd VDD 0 5\nX1 VDD out S1\nRL out 0 {rl}\n.subckt S1 a b\nR1 a b 1k\n.ends\n.end\n"
    called = spelling(read_deck(text, "my.cir"), text)
    assert (called.nodes["vdd"], called.elements["vdd"]) == ("VDD", "Vdd")
    assert (called.elements["rl"], called.elements["r_x1_r1"]) == ("RL", "X1.R1")


def test_a_command_speaks_of_elements_by_their_own_names(tmp_path):
    (tmp_path / "my.cir").write_text(NAMED)
    done = CliRunner().invoke(main, ["voltages", str(tmp_path / "my.cir"), "--engine", "native"])
    assert done.exit_code == 1
    assert "D1 is a spice diode" in done.output
