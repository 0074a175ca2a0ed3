"""What is an expression? A tree: numbers, names, voltages and currents, and functions called with such trees.

Operators are functions too: `a - b` is `+(a, neg(b))`. Trees are made by the parser and by `fold`, never from text that
was not understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

MOST_PARTS, DEEPEST = 20_000, 100
"""Leaves and calls of one tree, and calls inside each other."""


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Name:
    """A parameter, by its name or its path."""

    name: str


@dataclass(frozen=True)
class Voltage:
    """The voltage between two nodes, volts."""

    positive: str
    negative: str = "0"


@dataclass(frozen=True)
class Current:
    """The current through a voltage source from its positive to its negative node, amperes."""

    source: str


Leaf = Number | Name | Voltage | Current


@dataclass(frozen=True)
class Call:
    """A function of `FUNCTIONS` and its arguments.

    parts, depth: leaves and calls in it, and calls inside each other. conditional: whether a `?` is among them.
    Raises ValueError where the tree grows beyond `MOST_PARTS` or `DEEPEST`.
    """

    function: str
    arguments: tuple["Tree", ...]
    parts: int = field(init=False, repr=False, compare=False)
    depth: int = field(init=False, repr=False, compare=False)
    conditional: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        calls = [argument for argument in self.arguments if isinstance(argument, Call)]
        parts = 1 + len(self.arguments) - len(calls) + sum(call.parts for call in calls)
        depth = 1 + max((call.depth for call in calls), default=0)
        if parts > MOST_PARTS:
            raise ValueError(f"the expression has more than {MOST_PARTS:,} parts")
        if depth > DEEPEST:
            raise ValueError(f"the expression is nested more than {DEEPEST} deep; name parts of it by .param or .func")
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "depth", depth)
        object.__setattr__(self, "conditional", self.function == "?" or any(call.conditional for call in calls))


Tree = Leaf | Call


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Yield the leaves of a tree from left to right, as often as they stand in it."""
    if isinstance(tree, Call):
        yield from chain.from_iterable(map(leaves, tree.arguments))
    else:
        yield tree


def names(tree: Tree) -> frozenset[str]:
    """Return the names in a tree."""
    return frozenset(leaf.name for leaf in leaves(tree) if isinstance(leaf, Name))
