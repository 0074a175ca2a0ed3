"""What does the person call it? The names in a netlist's text, as they are spelled there, by the portable ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.netlist.deck.deck import Deck

_WORD = re.compile(r"[^\s(),={}'\"]+")


@dataclass(frozen=True)
class Spelling:
    """The person's names of nodes, and of elements, by the portable ones; inner ones with their subcircuits, X1.R1."""

    nodes: Mapping[str, str]
    elements: Mapping[str, str]


def spelling(deck: Deck, text: str) -> Spelling:
    """Return the names of a deck as its text spells them; those of included files in lower case.

    text: what the deck was read from.
    """
    first: dict[str, str] = {}
    for line in text.split("\n")[1:]:
        if not line.lstrip().startswith("*"):
            for word in _WORD.findall(line):
                first.setdefault(word.lower(), word)

    def spelled(name: str) -> str:
        return first.get(name) or ".".join(first.get(part, part) for part in name.split("."))

    return Spelling(
        {portable: spelled(name) for name, portable in deck.nodes.items()},
        {element.label: spelled(element.path) for element in deck.elements},
    )
