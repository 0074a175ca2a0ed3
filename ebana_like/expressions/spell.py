"""How is a tree written for ngspice? As what stands behind `v=` or `i=` of a B source, in parentheses throughout."""

from collections.abc import Callable

from ebana_like.expressions.functions import FUNCTIONS
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
    written = FUNCTIONS[tree.function].written
    if written is None:
        raise ValueError(f"ngspice's behavioural sources have no function {tree.function!r}")
    return written([spell(argument, word) for argument in tree.arguments])
