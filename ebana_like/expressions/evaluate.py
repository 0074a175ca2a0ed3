"""What is the value of a tree? A number where all its leaves have one, a smaller tree where some do; or arrays."""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ebana_like.expressions.functions import FUNCTIONS
from ebana_like.expressions.tree import Call, Current, Leaf, Name, Number, Tree, Voltage

NO_VALUE = "the expression has no value"


def evaluate(tree: Tree, leaf: Callable[[Leaf], float]) -> float:
    """Return the value of a tree.

    leaf: returns the value of a name, voltage or current. Of a condition only the side that holds is looked at.
    Raises ValueError where it has no finite value.
    """
    value = _value(tree, leaf)
    if not math.isfinite(value):
        raise ValueError("the expression has no finite value")
    return value


def _value(tree: Tree, leaf: Callable[[Leaf], float]) -> float:
    if isinstance(tree, Number):
        return tree.value
    if not isinstance(tree, Call):
        return leaf(tree)
    if tree.function == "?":
        condition, yes, no = tree.arguments
        return _value(yes if _value(condition, leaf) != 0 else no, leaf)
    return _called(tree.function, [_value(argument, leaf) for argument in tree.arguments])


def _called(name: str, arguments: list[float]) -> float:
    try:
        return float(FUNCTIONS[name].number(*arguments))
    except (ArithmeticError, TypeError) as error:
        raise ValueError(NO_VALUE) from error
    except ValueError as error:
        raise ValueError(NO_VALUE if str(error).startswith("math domain") else str(error)) from error


def by_name(value: Callable[[str], float]) -> Callable[[Leaf], float]:
    """Return the values of leaves of which all are names."""

    def leaf(found: Leaf) -> float:
        if isinstance(found, Name):
            return value(found.name)
        raise ValueError("voltages and currents belong into behavioural sources (B, E, G)")

    return leaf


def fold(tree: Tree, lookup: Callable[[Name | Voltage | Current], "Tree | None"]) -> Tree:
    """Return the tree with what is known put in, and worked out as far as that goes.

    lookup: returns what stands for a leaf; None where it stays. What has no value stays too: it may stand on the side
    of a condition that never holds.
    """
    if isinstance(tree, Number):
        return tree
    if not isinstance(tree, Call):
        found = lookup(tree)
        return tree if found is None else found
    if tree.function == "?":
        condition = fold(tree.arguments[0], lookup)
        if isinstance(condition, Number):
            return fold(tree.arguments[1 if condition.value != 0 else 2], lookup)
        return Call("?", (condition, *(fold(argument, lookup) for argument in tree.arguments[1:])))
    arguments = tuple(fold(argument, lookup) for argument in tree.arguments)
    known = [argument.value for argument in arguments if isinstance(argument, Number)]
    if len(known) == len(arguments):
        try:
            value = _called(tree.function, known)
        except ValueError:
            return Call(tree.function, arguments)
        if math.isfinite(value):
            return Number(value)
    return Call(tree.function, arguments)


def array(tree: Tree, leaf: Callable[[Name | Voltage | Current], Any], xp: ModuleType) -> Any:
    """Return the value of a tree for arrays: what forward-mode automatic differentiation goes through.

    leaf: returns the values of a name, voltage or current. xp: the library of the arrays (array API: numpy, jax.numpy).
    What has no value is nan.
    """
    if isinstance(tree, Number):
        return tree.value
    if not isinstance(tree, Call):
        return leaf(tree)
    return FUNCTIONS[tree.function].array(xp, *(array(argument, leaf, xp) for argument in tree.arguments))
