"""What a behavioural source's expression says is what ngspice takes it for: as numbers, as arrays, and written anew."""

import math
import random

import numpy as np
import pytest

from ebana_like.expressions import (
    FUNCTIONS,
    Call,
    Current,
    Name,
    Number,
    Voltage,
    array,
    evaluate,
    fold,
    leaves,
    names,
    parse,
    spell,
)

VOLTS = {"a": 2.0, "b": -0.75, "c": 0.4}
CONTROL = [f"v({node})" for node in VOLTS] + ["v(a,b)", "i(vm)"]
AMPERES = 0.45
ONE = [name for name, f in FUNCTIONS.items() if name in f.behaviour and f.most == 1]
TWO = [name for f in FUNCTIONS.values() for name in f.behaviour if f.most == 2]


def leaf(found):
    if isinstance(found, Voltage):
        return VOLTS.get(found.positive, 0.0) - VOLTS.get(found.negative, 0.0)
    assert found == Current("vm")
    return AMPERES


def expression(rng, depth=3):
    kind = rng.random()
    if depth == 0 or kind < 0.15:
        return rng.choice([*CONTROL, "1.7", "2", "3k", ".3", "1e-1"])
    if kind < 0.25:
        return "-" + expression(rng, depth - 1)
    if kind < 0.4:
        return f"({expression(rng, depth - 1)})"
    if kind < 0.5:
        return f"{rng.choice(ONE)}({expression(rng, depth - 1)})"
    if kind < 0.6:
        name = rng.choice(TWO)
        # of other powers ngspice wants a slope at zero volts, where it begins, and stops where there is none
        second = rng.choice("23") if name in ("pow", "pwr") else expression(rng, depth - 1)
        return f"{name}({expression(rng, depth - 1)}, {second})"
    if kind < 0.65:
        return f"{expression(rng, depth - 1)} > {expression(rng, depth - 1)} ? {rng.choice(CONTROL)} : 2"
    if kind < 0.75:
        return f"{expression(rng, depth - 1)}{rng.choice(['**', '^'])}{rng.choice('23')}"
    operators = ["+", "-", "*", "/", "+", "-", "*", "/", "<", ">=", "==", "!=", "&&", "||"]
    return expression(rng, depth - 1) + rng.choice(operators) + expression(rng, depth - 1)


def parts(tree):
    yield tree
    for argument in getattr(tree, "arguments", ()):
        yield from parts(argument)


def accepted(count):
    """Distinct expressions that are understood and have a value that loses no digits, with their trees."""
    rng, found = random.Random(7), {}
    while len(found) < count:
        text = expression(rng)
        try:
            tree = parse(text, behaviour=True)
            value = evaluate(tree, leaf)
        except ValueError:
            continue
        if value == 0 or 1e-6 < abs(value) < 1e6:
            found[text] = tree, value
    return found


TOGETHER = 10
"""Expressions in one circuit; ngspice does not solve all of them in one."""

ACCEPTED = accepted(300)


def sources(laws):
    lines = [f"v{node} {node} 0 {volts}\nr{node} {node} 0 1\n" for node, volts in VOLTS.items()]
    lines += [f"iv 0 m {AMPERES}\nvm m 0 0\n"]
    lines += [f"b{k} n{k} 0 v={law}\nr{k} n{k} 0 1\n" for k, law in enumerate(laws)]
    return f"title\n*# set numdgt=16\n{''.join(lines)}.op\n.end\n"


def word(found):
    return f"v({found.positive},{found.negative})" if isinstance(found, Voltage) else f"i({found.source})"


@pytest.mark.parametrize("written", ["as it stands", "anew"])
def test_hundreds_of_behavioural_expressions_have_the_values_that_ngspice_gives_them(written, ngspice):
    texts = list(ACCEPTED)
    laws = texts if written == "as it stands" else [spell(ACCEPTED[text][0], word) for text in texts]
    theirs = {}
    for first in range(0, len(texts), TOGETHER):
        solved = ngspice(sources(laws[first : first + TOGETHER]))
        theirs |= {text: solved[f"n{k}"] for k, text in enumerate(texts[first : first + TOGETHER])}
    ours = {text: value for text, (_, value) in ACCEPTED.items()}
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)  # its iteration stops at reltol of the step


@np.errstate(all="ignore")  # on the side of a condition that does not hold
def test_arrays_have_the_values_of_numbers():
    for text, (tree, value) in ACCEPTED.items():
        found = array(tree, lambda at: np.full(2, leaf(at)), np)
        assert np.broadcast_to(found, 2) == pytest.approx([value, value], rel=1e-12, abs=1e-15), text


def test_jax_gives_values_and_slopes():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        tree = parse("v(a)>0 ? sqrt(v(a)) + v(a)^3 : 0*ln(v(a))", behaviour=True)
        at = jax.numpy.array([4.0, -1.0])
        value, slope = jax.jvp(lambda v: array(tree, lambda _: v, jax.numpy), (at,), (jax.numpy.ones(2),))
    assert value.tolist()[0] == 66.0
    assert slope.tolist()[0] == 0.25 + 48


TABLES = {
    "table(v(a), -1,5, 1,7)": 7.0,
    "table(v(a), -1,5, 1,7, 3,0)": 3.5,
    "table(v(b), -1,5, 1,7)": 5.25,
    "table(v(b), 0,5, 1,7)": 5.0,
    "pwl(v(a), -1,5, 1,7)": 8.0,
}


def test_tables_end_flat_and_pwl_goes_on(ngspice):
    trees = {text: parse(text, behaviour=True) for text in TABLES}
    assert {text: evaluate(tree, leaf) for text, tree in trees.items()} == TABLES
    solved = ngspice(sources([spell(fold(tree, lambda _: None), word) for tree in trees.values()]))
    assert {text: solved[f"n{k}"] for k, text in enumerate(TABLES)} == pytest.approx(TABLES, rel=1e-12)


def test_what_is_known_is_put_in_and_worked_out():
    tree = parse("gain*2*v(a) + (mode > 0 ? sqrt(mode) : ln(mode)) + offset", behaviour=True)
    known = {"gain": Number(3.0), "mode": Number(-1.0)}
    with pytest.raises(ValueError, match="has no value"):
        evaluate(
            fold(
                tree,
                lambda at: {**known, "offset": Number(0.0)}.get(at.name, at) if isinstance(at, Name) else Number(1.0),
            ),
            leaf,
        )
    folded = fold(tree, lambda at: {**known, "mode": Number(4.0)}.get(at.name) if isinstance(at, Name) else None)
    assert folded == Call("+", (Call("*", (Number(6.0), Voltage("a"))), Number(2.0), Name("offset")))
    assert names(folded) == {"offset"}
    assert [type(each) for each in leaves(folded)] == [Number, Voltage, Number, Name]


REFUSED = {
    "v(a)&v(b)": "write && for and",
    "v(a)=2": "write == to compare",
    "v(a)**2**3": "a power of a power needs parentheses",
    "1<v(a)<3": "comparison of a comparison",
    "limit(v(a),0,1)": "limit draws a random value in ngspice",
    "v(a) > 0 ? v(b) > 0 ? 1 : 2 : 3": "put it in parentheses",
    "v(a) > 0 ? 1": "has no second value",
    "i(r1,r2)": "a current is that of one",
    "pwl(v(a), 1, 2)": "pwl takes at least 5 arguments",
    "v(a": "a parenthesis is not closed",
    "v(a b)": "a parenthesis is not closed",
    "v()": "v\\( asks for the voltage of a node",
    "sqr(v(a))": "no function 'sqr'",
    "`ls`": "not understood",
    "v(a)\n.include x": "not understood",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_one_meaning_is_refused(text):
    with pytest.raises(ValueError, match=REFUSED[text]):
        parse(text, behaviour=True)


def test_parameters_ask_for_no_voltage():
    with pytest.raises(ValueError, match="only behavioural sources"):
        parse("2*v(a)")


LONG = ["(" * 500 + "1" + ")" * 500, "!" * 1500 + "1", "1?" * 900, "1" + "*2" * 900, "a?1:" * 450 + "2"]


@pytest.mark.parametrize("behaviour", [False, True])
@pytest.mark.parametrize("text", LONG)
def test_no_expression_exhausts_the_stack(text, behaviour):
    with pytest.raises(ValueError, match="nested more than|between \\? and :"):
        parse(text, behaviour=behaviour)


def test_sums_are_as_long_as_they_like():
    assert evaluate(parse("1" + "+1" * 900), leaf) == 901
    assert math.isclose(evaluate(parse("1" + "-v(a)" * 3000, behaviour=True), leaf), -5999)
