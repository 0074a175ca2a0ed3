"""What does a subcircuit define? Nodes, parameters, models, statements, and the branches of an .if they stand in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ebana_like.netlist.deck.functions import Defined
from ebana_like.netlist.deck.lines import Line

NAME = re.compile(r"[a-z_]\w*", re.ASCII)

_EXPRESSION = re.compile(r"\{[^{}]*\}|'[^']*'")

_AMONG_NODES = [["nmos"], ["pmos"], ["vdmos"], ["npn"], ["pnp"]]
"""Types of models of devices that may have more nodes or fewer."""


class Branch(NamedTuple):
    """A branch of an `.if`: taken where its condition holds and none before it does.

    condition: the line that has it; None for an `.else`. before: the lines of the branches before it.
    outer: the branch that the whole `.if` stands in, one of depth less.
    """

    condition: Line | None
    before: tuple[Line, ...]
    outer: "Branch | None"
    depth: int


@dataclass(eq=False)
class Subcircuit:
    """A subcircuit's definition, or the netlist itself.

    pins: names of its nodes. defaults: parameters that an instance may set. parameters: its own `.param` lines.
    functions: its own `.func` lines, of several of one name the last.
    models: `.model` lines by name, the first one counts. blocks: subcircuits defined inside.
    statements: elements and annotations, in order. branches: of an `.if`, by the position of statements in them.
    """

    name: str
    line: Line | None = None
    pins: tuple[str, ...] = ()
    defaults: dict[str, tuple[str, Line]] = field(default_factory=dict)
    parameters: dict[str, tuple[str, Line]] = field(default_factory=dict)
    functions: dict[str, Defined] = field(default_factory=dict)
    models: dict[str, list[tuple[Line, Branch | None]]] = field(default_factory=dict)
    blocks: dict[str, "Subcircuit"] = field(default_factory=dict)
    statements: list[Line] = field(default_factory=list)
    branches: dict[int, Branch] = field(default_factory=dict)

    def knows(self, parameter: str) -> bool:
        """Whether an instance may set it: it has a default, or, as LTspice takes for enough, it is used inside."""
        return parameter in self.defaults or parameter in self._used

    def transistors(self) -> Iterator[str]:
        """Yield the names of models, here and inside, that ngspice looks for among the words of a line."""
        for name, lines in self.models.items():
            if any(line.words()[2:3] in _AMONG_NODES for line, _ in lines):
                yield name
        for block in self.blocks.values():
            yield from block.transistors()

    @cached_property
    def _used(self) -> frozenset[str]:
        """Names in its expressions."""
        lines = (*self.statements, *(line for lines in self.models.values() for line, _ in lines))
        expressions = (part for line in lines for part in _EXPRESSION.findall(line.text.lower()))
        return frozenset(name for expression in expressions for name in NAME.findall(expression))
