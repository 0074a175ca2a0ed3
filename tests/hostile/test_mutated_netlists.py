"""Texts with random damage are read or refused: no traceback, no hang, no file touched elsewhere."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ebana_like.errors import NetlistError
from ebana_like.netlist import Netlist, load_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))

INCLUDED = ".lib tt\n.model dd d is=1n n=1.2\n.endl\n.model nn npn bf=100\n"

FOREIGN = """a netlist with everything
.include parts.inc
.lib "parts.inc" tt
.param p=2 q={p*3} r='q+1k'
.global vdd
.options reltol=1e-4 gmin=1e-12
.temp 27
Vdd vdd 0 DC 5 AC 1 SIN(0 1 1k) ; supply
v2 in 0 PULSE(1 2 0 1n 1n 1u 2u)
i1 0 in {1m/p}
R1 in a 4.7k tol=1%
+ tc1=1m
r2 a 0 {q*1k}
C1 a 0 1u
L1 a b 1m
D1 b 0 dd
d2 b 0 rs $ with resistance
.model rs d(is=1e-14 rs=2)
e1 c 0 a b 2
rc c 0 1k
g1 0 g a 0 1m
rg g 0 1k
vm b bm 0
rm bm 0 1k
f1 0 f vm 2
rf f 0 1k
h1 h 0 vm 3
rh h 0 1k
q1 vdd b e 0 nn
re e 0 1k
m1 vdd a s 0 mm w=10u l=1u
rs s 0 1k
.model mm nmos level=1 kp=20u
j1 vdd j js jj
rj j 0 1meg
rjs js 0 1k
.model jj njf
x1 in o stage params: g=2
ro o 0 1k
.subckt stage in out g=1
.subckt inner a b
r1 a b {r}
.ends
x1 in mid inner // nested
e1 out 0 mid 0 {g}
rmid mid 0 1k
.ends stage
* comment
.op
.end
"""

LAYERS = [Inputs(2), Crossbar(2), DiodePair(), Amplifier(), Crossbar(2), OutputPairs()]
OWN = write_netlist(Netlist(build_network(LAYERS, nudging=SwitchedTargets())))

PIECES = st.sampled_from(
    [
        *(
            ".include",
            ".lib",
            ".subckt",
            ".ends",
            ".param",
            ".model",
            ".end",
            ".control",
            ".global",
            ".options",
            ".endl",
        ),
        *("x1", "r1", "{", "}", "'", '"', "(", ")", "=", ",", ";", "$", "//", "*", "+", "`", "~", "/", "\\", ".."),
        *("{p}", "{1/0}", "{p**p}", "1e999", "1e-999", "-0", "nan", "inf", "4k7", "1a", "meg", "gnd", "0"),
        *("stage", "inner", "parts.inc", "/etc/passwd", "\n", "\t", "\r", "params:", "dc", "ac", "sin(", "pwl"),
        *("*#", "*ng_script", "*@", "* @format", "* @bank"),
    ]
)

EDITS = st.tuples(
    st.sampled_from(["line", "word", "character"]),
    st.sampled_from(["delete", "double", "replace", "insert"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.characters() | PIECES,
)


def edited(text, edit):
    """Delete, double, replace by another of its kind, or insert a piece."""
    unit, action, position, other, piece = edit
    parts = {
        "line": lambda: text.splitlines(keepends=True),
        "word": lambda: text.split(" "),
        "character": lambda: list(text),
    }[unit]()
    if not parts:
        return text
    k, glue = position % len(parts), " " if unit == "word" else ""
    parts[k] = {
        "delete": "",
        "double": parts[k] + glue + parts[k],
        "replace": parts[other % len(parts)],
        "insert": parts[k] + piece,
    }[action]
    return glue.join(parts)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from([FOREIGN, OWN]), changes=st.lists(EDITS, max_size=4))
def test_a_mutated_netlist_is_read_or_refused_and_touches_nothing(start, changes, tmp_path, guard):
    text = start
    for change in changes:
        text = edited(text, change)
    (tmp_path / "parts.inc").write_text(INCLUDED)
    (tmp_path / "my.cir").write_text(text, encoding="utf-8", errors="replace")
    with guard(tmp_path):
        try:
            netlist = load_netlist(tmp_path / "my.cir")
        except NetlistError:
            if not changes:
                raise
            return
    written = write_netlist(netlist)
    (tmp_path / "again.cir").write_text(written)
    with guard(tmp_path):
        assert write_netlist(load_netlist(tmp_path / "again.cir")) == written
