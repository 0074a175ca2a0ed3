"""How is a tree written for ngspice? As what stands behind `v=` or `i=` of a B source, in parentheses throughout."""

from collections.abc import Callable
from itertools import pairwise

from ebana_like.expressions.functions import FUNCTIONS, pieces
from ebana_like.expressions.tree import Call, Current, Name, Number, Tree, Voltage


def spell(tree: Tree, word: Callable[[Name | Voltage | Current], str]) -> str:
    """Return a tree as text.

    word: returns what stands for a name, voltage or current.
    Raises ValueError for a function that ngspice's behavioural sources do not know.
    """
    if isinstance(tree, Number):
        return repr(tree.value) if tree.value >= 0 else f"({tree.value!r})"
    if not isinstance(tree, Call):
        return word(tree)
    if tree.function in ("pwl", "table"):
        return spell(_lines(tree), word)
    written = FUNCTIONS[tree.function].written
    if written is None:
        raise ValueError(f"ngspice's behavioural sources have no function {tree.function!r}")
    return written([spell(argument, word) for argument in tree.arguments])


def _lines(call: Call) -> Tree:
    """Return lines through points as a sum of what each of them adds, by how far its part of x is passed.

    ngspice's own pwl beside a condition gives wrong values without a word.
    """
    at, *points = call.arguments
    x, y = pieces(tuple(point.value for point in points if isinstance(point, Number)))
    terms: list[Tree] = [Number(y[0])]
    for k, (low, high) in enumerate(pairwise(x)):
        reached = at
        if k > 0 or call.function == "table":
            reached = Call("max", (reached, Number(low)))
        if k < len(x) - 2 or call.function == "table":
            reached = Call("min", (reached, Number(high)))
        slope = Number((y[k + 1] - y[k]) / (high - low))
        terms.append(Call("*", (slope, Call("+", (reached, Number(-low))))))
    return Call("+", tuple(terms))
