"""Functions that a netlist defines, and parameters that are kept open."""

import pytest

from ebana_like.elements import Resistors, VoltageSources
from ebana_like.errors import NetlistError
from ebana_like.expressions import Call, Name, Number, by_name, evaluate
from ebana_like.netlist import read_netlist
from ebana_like.netlist.deck import read_deck

DEFINED = {
    ".func h(x) {x*2}": 8.0,
    ".func h(x) = {x*2}": 8.0,
    ".func h (x) 'x*2'": 8.0,
    ".func h( x ) { x * a }": 8.0,
    ".param h(x)={x*2}": 8.0,
    ".func h(x) {3}\n.func h(x) {x*x+b}": 19.0,
    ".func h(x) {g(x,b)+g(b,x)}\n.func g(x,y) {x/y}": 25 / 12,
    ".func h(x) {x > b ? x : g()}\n.func g() {a}": 4.0,
    ".func sqrt(x) {x*7}\n.func h(x) {sqrt(x)}": 28.0,
    ".func h(a) {a*a+b}": 19.0,
}


def sources(text):
    (found,) = [bank for bank in read_netlist(text).circuit.of_kind(VoltageSources) if len(bank)]
    return dict(zip(found.labels, found.voltage.tolist(), strict=True))


@pytest.mark.parametrize("lines", DEFINED)
def test_functions_have_the_values_that_ngspice_gives_them(lines, ngspice):
    text = f"title\n*# set numdgt=16\n.param a=2 b=3\n{lines}\nv1 n 0 {{h(4)}}\nr1 n 0 1\n.op\n.end\n"
    assert sources(text)["v1"] == pytest.approx(DEFINED[lines], rel=1e-15)
    assert ngspice(text)["n"] == pytest.approx(DEFINED[lines], rel=1e-12)


def test_a_function_belongs_to_its_subcircuit_and_sees_the_parameters_where_it_is_called(ngspice):
    text = (
        "title\n*# set numdgt=16\n.param a=2\n.func k(x) {x*a}\nx1 n 0 s a=5\nx2 m 0 t\nv5 z 0 {k(1)}\nr5 z 0 1\n"
        "r1 n 0 1\nr2 m 0 1\n.subckt s p q a=1\nv1 p q {k(4)}\n.ends\n"
        ".subckt t p q\n.func k(x) {x*7}\nv1 p q {k(1)}\n.ends\n.op\n.end\n"
    )
    assert sources(text) == {"v_x1_v1": 20.0, "v_x2_v1": 7.0, "v5": 2.0}
    solved = ngspice(text)
    assert [solved[node] for node in ("n", "m", "z")] == pytest.approx([20, 7, 2], rel=1e-12)


REFUSED = {
    ".func h(x) {h(x)}": "the function h is defined by itself",
    ".func h(x) {g(x)}\n.func g(x) {h(x)}": "the function h is defined by itself",
    ".func h(x,x) {x}": "must be up to 50 different names",
    ".func h(x y) {x}": "must be up to 50 different names",
    ".func h {x}": "expected a function as in",
    ".func h(x,y) {x}": "h takes 2 arguments, not 1",
    ".func h(x) {x*2} k(y) {y}": "not understood",
    ".func h(x) {k(x)}": "there is no function 'k'",
    ".func h(x) {2*v(n)}": "only behavioural sources",
    "\n".join([".func h(x) {f0(x)}", *(f".func f{k}(x) {{f{k + 1}(x)}}" for k in range(40)), ".func f40(x) {x}"]): (
        "more than 20 functions"
    ),
    "\n".join(
        [".func f0(x) {x+1}", *(f".func f{k + 1}(x) {{f{k}(f{k}(x))}}" for k in range(18)), ".func h(x) {f18(x)}"]
    ): ("nested more than 100 deep|more than 20,000 parts"),
    "\n".join(
        [".func f0(x) {x*x}", *(f".func f{k + 1}(x) {{f{k}(x)*f{k}(x)}}" for k in range(18)), ".func h(x) {f18(x)}"]
    ): ("more than 20,000 parts"),
}


@pytest.mark.parametrize("lines", REFUSED)
def test_functions_that_grow_without_end_or_say_nothing_are_refused(lines):
    with pytest.raises(NetlistError, match=REFUSED[lines]):
        read_netlist(f"title\n.param a=2 b=3\n{lines}\nv1 n 0 {{h(4)}}\nr1 n 0 1\n")


def test_calls_of_nothing_but_themselves_cost_nothing():
    chain = "\n".join([".func f0(x) {x}", *(f".func f{k + 1}(x) {{f{k}(f{k}(x))}}" for k in range(18))])
    assert sources(f"title\n{chain}\nv1 n 0 {{f18(4)}}\nr1 n 0 1\n") == {"v1": 4.0}


OPEN = """title
.param pos=0.25 total={10k} top={total*pos} unused=7
r1 a b {top}
r2 b 0 {total*(1-pos)}
r3 b 0 {total}
v1 a 0 1
x1 a 0 stage gain={2*pos}
x2 a 0 stage
.subckt stage in out gain=3
r1 in out {1k*gain}
.ends
"""


def formulas(text, *paths):
    return {each.path: (each.value, each.formulas.get("")) for each in read_deck(text, "text", None, paths).elements}


def test_open_parameters_leave_formulas():
    found = formulas(OPEN, "pos", "x2.gain")
    assert {path: float(value) for path, (value, _) in found.items()} == {
        **{"r1": 2500.0, "r2": 7500.0, "r3": 10e3, "v1": 1.0, "x1.r1": 500.0, "x2.r1": 3000.0}
    }
    assert found["r1"][1] == Call("*", (Number(10e3), Name("pos")))
    assert found["r3"][1] is found["v1"][1] is None
    assert found["x2.r1"][1] == Call("*", (Number(1e3), Name("x2.gain")))
    at = {"pos": 0.5, "x2.gain": 7.0}
    values = {path: evaluate(tree, by_name(at.__getitem__)) for path, (_, tree) in found.items() if tree is not None}
    assert values == {"r1": 5e3, "r2": 5e3, "x1.r1": 1e3, "x2.r1": 7e3}


def test_an_inner_open_parameter_hides_what_it_is_given():
    found = formulas(OPEN, "x1.gain")
    assert [path for path, (_, formula) in found.items() if formula is not None] == ["x1.r1"]
    assert found["x1.r1"] == ("500.0", Call("*", (Number(1e3), Name("x1.gain"))))


@pytest.mark.parametrize("path", ["unused", "x1.pos", "poss"])
def test_open_parameters_that_nothing_follows_are_named(path):
    with pytest.raises(NetlistError, match=f'no element follows a parameter "{path}"'):
        formulas(OPEN, path)


def test_reading_without_open_parameters_gives_no_formula():
    assert all(formula is None for _, formula in formulas(OPEN).values())


def test_open_or_not_the_circuit_is_the_same():
    (resistors,) = read_netlist(OPEN).circuit.of_kind(Resistors)
    found = formulas(OPEN, "pos", "total")
    values = [float(value) for path, (value, _) in found.items() if path != "v1"]
    assert (1 / resistors.conductance).tolist() == pytest.approx(values, rel=1e-15)
