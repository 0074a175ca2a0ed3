"""What in a netlist was read and has no effect here? One note for each kind of thing, with its first line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ebana_like.netlist.deck.lines import Line

MOST = 30
"""Notes that are made in full; of more kinds only the number is given."""


@dataclass
class Notes:
    """Gathers notes while a netlist is read.

    strict: whether the first one is raised as a NetlistError instead.
    """

    strict: bool = False
    _first: dict[str, Line] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def add(self, line: Line, what: str) -> None:
        """Note what a line says that is not done as it says, and why that changes nothing, or what is done instead."""
        if self.strict:
            raise line.error(f"{what}; it is refused because reading is strict")
        self._first.setdefault(what, line)
        self._count[what] = self._count.get(what, 0) + 1

    def said(self) -> tuple[str, ...]:
        """Return the notes, a line each, in the order of the text."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        for what, line in list(self._first.items())[:MOST]:
            more = self._count[what] - 1
            others = f" and {more:,} more" if more else ""
            yield f"{line.source}, line {line.number}{others}: {what}"
        if len(self._first) > MOST:
            yield f"and {len(self._first) - MOST:,} more notes of this kind"
