"""Which resistors are a name, two nodes and a number? Nearly all; they are read by the column, not one by one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from ebana_like.elements.written import Columns
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.lines import Line

_WORD = r"[^\s(),={}'\"]+"
PLAIN = re.compile(rf"([rR]\w*)\s+({_WORD})\s+({_WORD})\s+((?=[\d.]*[1-9])(?:\d+\.?\d*|\.\d+)[a-zA-Z\d+-]*)", re.ASCII)
"""The line of such a resistor: its name, nodes and value, which is not zero."""


@dataclass(eq=False)
class Plain:
    """Resistors one after the other, a column of each: lines, paths, labels, flat nodes and ohms as text."""

    lines: list[Line] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    far: list[str] = field(default_factory=list)
    ohms: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        pairs = zip(self.near, self.far, strict=True)
        return map(Element, self.lines, self.paths, self.labels, pairs, self.ohms)


class Rows(Sequence[Element]):
    """Elements in the order of a text, as they are read: one by one, or by the column."""

    def __init__(self, read: Sequence[Element | Plain]) -> None:
        self.read = read

    @cached_property
    def _each(self) -> list[Element]:
        return list(chain.from_iterable((entry,) if isinstance(entry, Element) else entry for entry in self.read))

    def __len__(self) -> int:
        return sum(1 if isinstance(entry, Element) else len(entry.lines) for entry in self.read)

    def __getitem__(self, k):  # type: ignore[no-untyped-def]
        return self._each[k]

    def __iter__(self) -> Iterator[Element]:
        return iter(self._each)

    @cached_property
    def labels(self) -> list[str]:
        """Their labels."""
        return list(chain.from_iterable([e.label] if isinstance(e, Element) else e.labels for e in self.read))

    @cached_property
    def columns(self) -> Columns:
        """Labels, first two nodes and values."""
        found = Columns([], [], [], [])
        for entry in self.read:
            if isinstance(entry, Element):
                for column, value in zip(found, (entry.label, *entry.nodes[:2], entry.value), strict=True):
                    column.append(value)
            else:
                for column, values in zip(found, (entry.labels, entry.near, entry.far, entry.ohms), strict=True):
                    column += values
        return found
