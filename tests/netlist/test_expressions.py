"""Whatever expression is read has the value that ngspice gives it; all else is refused."""

import random

import pytest

from ebana_like.elements import VoltageSources
from ebana_like.errors import NetlistError
from ebana_like.expressions import by_name, evaluate, parse
from ebana_like.netlist import read_netlist

PARAMETERS = {"a": 2.0, "b": 3.0, "c": 0.5, "d1": -1.25}
VALUES = ["1.7", ".3", "2", "3", "7.", "0.11", "1k", "2.3m", "1.5e-3meg", "4e1", "5kohm", "1us", *PARAMETERS]
FUNCTIONS = {
    **dict.fromkeys(("sqrt", "exp", "ln", "log", "log10", "abs", "floor", "ceil", "sin", "cos", "tan", "atan"), 1),
    **dict.fromkeys(("sqr", "int", "nint", "sgn", "sinh", "cosh", "tanh", "asin", "acos", "arctan"), 1),
    **dict.fromkeys(("asinh", "acosh", "atanh"), 1),
    **dict.fromkeys(("min", "max", "pow", "pwr"), 2),
    "ternary_fcn": 3,
}
COMPARED = ["%", "\\", "==", "!=", "<>", "<", ">", "<=", ">=", "&&", "||"]
HOW_MANY = 800


def parameter(name):
    if name not in PARAMETERS:
        raise ValueError(f"no {name}")
    return PARAMETERS[name]


def expression(rng, depth=3):
    """A random text: signs, spaces and operators where a person could put them, also where none should be."""
    space = rng.choice(["", "", " "])
    kind = rng.random()
    if depth == 0 or kind < 0.15:
        return rng.choice(VALUES)
    if kind < 0.25:
        return rng.choice(["-", "-", "+"]) + space + expression(rng, depth - 1)
    if kind < 0.4:
        return f"({space}{expression(rng, depth - 1)}{space})"
    if kind < 0.55:
        name = rng.choice(list(FUNCTIONS))
        return f"{name}({','.join(space + expression(rng, depth - 1) for _ in range(FUNCTIONS[name]))})"
    if kind < 0.6:
        parts = [expression(rng, depth - 1) for _ in range(3)]
        return f"{parts[0]}{space}?{space}{parts[1]}{space}:{space}{parts[2]}"
    if kind < 0.65:
        return f"!{expression(rng, depth - 1)}"
    operator = rng.choice(["+", "-", "*", "/", "+", "-", "*", "/", "**", *COMPARED])
    return expression(rng, depth - 1) + space + operator + space + expression(rng, depth - 1)


def accepted():
    """Distinct expressions that are understood here, of a size that does not lose digits, with their values."""
    rng, found, refused = random.Random(1), {}, 0
    while len(found) < HOW_MANY:
        text = expression(rng)
        try:
            value = evaluate(parse(text), by_name(parameter))
        except ValueError:
            refused += 1
            continue
        if text not in found and (value == 0 or 1e-6 < abs(value) < 1e6):
            found[text] = value
    assert refused > HOW_MANY / 10
    return found


def netlist(lines):
    given = " ".join(f"{name}={value}" for name, value in PARAMETERS.items())
    return f"title\n*# set numdgt=16\n.param {given}\n{lines}.op\n.end\n"


def test_hundreds_of_expressions_have_the_values_that_ngspice_gives_them(ngspice):
    """One that ngspice refuses would end its run without any value."""
    expected = accepted()
    lines = [f"v{k} n{k} 0 {{{text}}}\nr{k} n{k} 0 1\n" for k, text in enumerate(expected)]
    solved = ngspice(netlist("".join(lines)))
    theirs = {text: solved[f"n{k}"] for k, text in enumerate(expected)}
    # ngspice's suffixes and its decimal texts between two steps cost it a last digit or two each
    assert expected == pytest.approx(theirs, rel=1e-12, abs=1e-15)


SPELLED = {
    ".param x = 2 * 3k": 6000.0,
    ".param x={2 * 3k} y=1": 6000.0,
    ".param x='2 * 3k' y=1": 6000.0,
    ".param x=2*3k y=1": 6000.0,
    ".param y = 1 x = (1 + 2)": 3.0,
    ".param x=max(1, 2) y=3": 2.0,
    ".param x=y*2 y=3": 6.0,
    ".param x=-2": -2.0,
    ".param y=2 x=-y": -2.0,
    ".param x={-2**2}": -4.0,
    ".param x={(-2)**2}": 4.0,
    ".param x={pow(-2,3)}": -8.0,
    ".param x={5*-2+1}": -9.0,
    ".param x={1--1}": 2.0,
    ".param x={--2}": 2.0,
    ".param x={2**-2*8}": 2.0,
    ".param x=y*2 y=3\n+ z=4": 6.0,
    ".param pi=3 x={2*pi}": 6.0,
}


def value_of_x(text):
    (source,) = [b for b in read_netlist(text).circuit.of_kind(VoltageSources) if len(b)]
    return source.voltage[0]


@pytest.mark.parametrize("line", SPELLED)
def test_how_parameters_are_spelled(line, ngspice):
    text = f"title\n*# set numdgt=16\n{line}\nvx n 0 {{x}}\nrx n 0 1\n.op\n.end\n"
    assert value_of_x(text) == pytest.approx(SPELLED[line], rel=1e-15)
    assert ngspice(text)["n"] == pytest.approx(SPELLED[line], rel=1e-15)


REFUSED = {
    # ngspice: 2, or no value at all; LTspice 6k
    ".param x = 2 * 3k y=1": r"ngspice ends the value of \"x\" at the space; write x=\{2 \* 3k\}",
    ".param x= 2 *3k y=1": "ends the value",
    ".param y=1 x = 2 * 3k": "ends the value",
    ".param x = (3 + 4) * 2": "ends the value",
    ".param x=max (1,2) y=1": "ends the value",
    # ngspice hangs, or takes it
    ".param y=1, x=2k": "separate them by spaces",
    ".param x=2k,": "separate them by spaces",
    ".param x=1,5": "separate them by spaces",
    ".param x={2}y={3}": "expected parameters",
    ".param x={1}+{2}": "expected parameters|not understood",
    ".param x=2 3": "ends before '3'",
    ".param x==2": "expected parameters",
    ".param x=2y=3": "expected parameters",
    ".param x=": "expected parameters",
    ".param =2": "expected parameters",
    # ngspice: none of these has a value
    **{f".param x={{{text}}}": 'no parameter "pi"' for text in ("pi", "2*pi")},
    **{f".param x={{{text}}}": "sign behind an operator" for text in ("2--y", "2-+1", "2*+3", "---2", "2*-(1)")},
    # ngspice: -4, 0.5, 9, 8; others 4, -8, -9, -8
    ".param y=3 x={2*-y+10}": r"sign behind an operator; write \(-y",
    ".param y=2 x={2*-y**2}": "sign behind an operator",
    ".param y=2 x=5*-y+1": "sign behind an operator",
    ".param x={2*-2**2}": "the power of a negative number",
    ".param x={(-2)**3}": "the power of a negative number",
    # ngspice 1e-3, LTspice 25.4e-6
    ".param x=1mil": "disagree about mil",
    ".param x={1mil*1e5}": "disagree about mil",
    ".param x={1milli}": "disagree about mil",
    # ngspice 1, LTspice 1e-18
    ".param x={1a}": '"1a" is not a number; to some programs its a is ampere, to others atto: write 1 or 1e-18',
    # ngspice 0.03
    ".param x={3e -2}": '"3e" is not a number',
    ".param x={1e}": '"1e" is not a number',
    ".param x={2,3}": "ends before ','",
    ".param x={2^3}": "exclusive-or in LTspice",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_ngspice_refuses_or_programs_disagree_about_is_refused(line):
    with pytest.raises(NetlistError, match=REFUSED[line]):
        read_netlist(f"title\n{line}\nvx n 0 {{x}}\nrx n 0 1\n")


def test_lines_may_end_as_on_old_macintoshes_but_not_both_ways():
    text = "title\nv1 n 0 3\n* note\nr1 n\n+ 0 1\n.end\n"
    assert read_netlist(text.replace("\n", "\r")).circuit.nodes == read_netlist(text).circuit.nodes == ("0", "n")
    assert read_netlist(text.replace("\n", "\r\n")).circuit.nodes == ("0", "n")
    with pytest.raises(NetlistError, match="line 3: there is a carriage return inside this line"):
        read_netlist(text.replace("* note\n", "* note\r"))


@pytest.mark.parametrize("text", ["just a title\n", "title\n* v1 a 0 1\n.end\n", "title\nc1 a 0 1u\n"])
def test_a_text_without_elements_is_no_netlist(text):
    with pytest.raises(NetlistError, match="has no element that carries direct current"):
        read_netlist(text)
