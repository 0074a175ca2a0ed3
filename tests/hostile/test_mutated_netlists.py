"""Texts with random damage are read or refused: no traceback, no hang, no file touched elsewhere.

EXAMPLES=10000 pytest tests/hostile/test_mutated_netlists.py   # as many as one likes
"""

import os
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ebana_like.errors import NetlistError, SettingError
from ebana_like.netlist import Netlist, load_netlist, write_netlist
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.nudges import NUDGES

EXAMPLES = int(os.environ.get("EXAMPLES", "150"))

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

WIDER = """everything that other programs write
.lib 'parts.inc' tt
.include "lib/more.inc"
.lib C:\\users\\me\\parts.inc
.param p=2 p=3 q='p+1'
.func f(x,y) {x*y+1}
.options post temp=40 tnom=25 gmin=1e-12 bypass=1
.temp 35
.ic v(a)=1
.nodeset v(b)=2
.step param p 1 2 1
.if (p==3 && q>1)
r0 in a rm l=10u w=1u m=2
.elseif (p<2 || !(q))
r0 in a 1k tc=1m,2u
.else
r0 in a p
.endif
.model rm r(rsh=50 tc1=1m tnom=30 foo=3)
v1 in 0 dc=2 ac=1
r1 a b -4k
r2 b 0 {f(1,2)*1k} temp=50 scale=2
r3 b 0 0
rc c 0 1k
s1 c a in 0 sm on
.model sm sw(vt=1 vh=.2 ron=10 roff=1meg lser=1)
rlm in lm 1k
l1 lm m 1u
l2 m 0 1u
k1 l1 l2 .9
d1 b 0 dd off ic=1,2 area=2
d2 b 0 dx temp=60
.model dx d level=1 level=3 is=1n is=2n mfg=x
m1 in b 0 0 mx
.model mx vdmos nchan vto=1 kp=1 ron=1 qg=1n
.macro half in out g=.5
e1 out 0 in 0 {g}
.eom other
x1 b h half g=2
rh h 0 1k
b1 e 0 v=v(a)>0.2 ? tanh(v(b)) : 2*v(a)
re e 0 1k
e2 g 0 poly(2) a 0 b 0 0 1 2
rg Net-(R9-Pad1) g 1k
r9 Net-(R9-Pad1) 0 1k
e3 j 0 table {v(a)} = (0,0) (1,4)
rj j 0 1k
g1 0 n value={v(a)*1m}
rn n 0 1k
.control
shell touch x
.endc
.end
r99 a 0 1meg
"""

TIMED = """lines and code models
v1 a 0 1
r1 a b 1k
t1 b g1 c g2 z0=50 td=1n ic=1,2,3,4
r2 g1 0 100
r3 g2 0 330
rc c 0 2k
o1 b 0 d 0 lo
rd d 0 1k
.model lo ltra rel=1.2 nocontrol r=125 g=0 l=9n c=20p len=.6
y1 b 0 e 0 tx len=3
re e 0 1k
.model tx txl r=12.45 l=9n g=0 c=.4p length=16
p1 b x 0 f y 0 cp
rf f 0 1k
.model cp cpl
+r=3.5 0 {p} length=24
u1 b h 0 ur l=50u n=6
rh h 0 1k
.model ur urc(rperl=1e6)
.param p=2.5
a1 a o1 ga
.model ga gain(in_offset=.1 gain={p} out_offset=.5)
a2 [a b %vd(a b)] o2 su
.model su summer(in_offset=[.1 -.2 0] in_gain=[1 2 -1])
a3 %vd(a b) %id(b 0) pw
.model pw pwl(x_array=[-1 0 1] y_array=[-1m 0 3m] fraction=TRUE input_domain=.1)
a4 %vnam v1 o4 li
.model li limit(out_lower_limit=-1 limit_range=.1)
a5 b %gd(o5 0) sw
r5 a o5 1k
.model sw aswitch(r_off=1e6 r_on=10 log=true)
a6 b o6 sx
.model sx s_xfer(num_coeff=[1 2] den_coeff=[2 4] int_ic=[.7])
a7 [b] [q] ad
a8 [q ~q] qq an
.model ad adc_bridge(in_low=.1)
.model an d_and
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
        *(
            ".if",
            ".elseif",
            ".else",
            ".endif",
            ".macro",
            ".eom",
            ".func",
            ".endc",
            ".temp",
            ".ic",
            ".step",
            ".param p=p",
        ),
        *(
            "m=",
            "tc=",
            "temp=",
            "off",
            "on",
            "k1",
            "b1",
            "s1",
            "poly(2)",
            "table",
            "value=",
            "C:\\",
            "../",
            "if(",
            "1?2:3",
        ),
        *("%vd", "%i", "%vnam", "%gd(", "[", "]", "null", "~b", "a9", "t9", "p9", "ltra", "cpl", "gain", "x_array=["),
        *("*#", "*ng_script", "*@", "* @format", "* @bank"),
    ]
)

with suppress(SettingError):  # plug-ins are looked for once, along Python's path: not while the guard watches
    NUDGES["none of that name"]

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
@given(start=st.sampled_from([FOREIGN, WIDER, WIDER, TIMED, OWN]), changes=st.lists(EDITS, max_size=4))
def test_a_mutated_netlist_is_read_or_refused_and_touches_nothing(start, changes, tmp_path, guard):
    text = start
    for change in changes:
        text = edited(text, change)
    (tmp_path / "parts.inc").write_text(INCLUDED)
    (tmp_path / "lib").mkdir(exist_ok=True)
    (tmp_path / "lib" / "more.inc").write_text(".model more d\n")
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
