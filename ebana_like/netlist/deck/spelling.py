"""What does the person call it? The names in a netlist's text, as they are spelled there, by the portable ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ebana_like.circuit import Circuit
from ebana_like.netlist.deck.deck import Deck, read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.lines import WORD
from ebana_like.storage import NOTHING_STORED


@dataclass(frozen=True)
class Spelling:
    """The person's names of nodes, and of elements, by the portable ones; inner ones with their subcircuits, X1.R1."""

    nodes: Mapping[str, str]
    elements: Mapping[str, str]
    spelled: Callable[[str], str] = str
    """Spells any name of the text, which is lower case elsewhere."""


def spelling(deck: Deck, text: str) -> Spelling:
    """Return the names of a deck as its text spells them; those of included files in lower case.

    text: what the deck was read from.
    """
    first: dict[str, str] = {}
    for line in text.split("\n")[1:]:
        if not line.lstrip().startswith("*"):
            for word in WORD.findall(line):
                first.setdefault(word.lower(), word)

    def spelled(name: str) -> str:
        return first.get(name) or ".".join(first.get(part) or inductor(part) for part in name.split("."))

    def inductor(name: str) -> str:  # has a v before its name where it is a source, as a W has a b
        return first.get(name[1:], name) if name.startswith(("vl", "bw")) else name

    elements = {each.label: spelled(each.path) for each in deck.stored()}
    elements |= {element.label: spelled(element.path) for element in deck.elements}
    return Spelling(
        {portable: spelled(name) for name, portable in deck.nodes.items()},
        elements,
        spelled,
    )


def load_spelling(path: Path) -> Spelling:
    """Return the names in a netlist file. Raises NetlistError as the deck's reader does."""
    text, _ = read_text(path)
    return spelling(read_deck(text, str(path), path.parent), text)


def as_spelled(circuit: Circuit, names: Spelling) -> Circuit:
    """Return a circuit with the person's names of nodes and elements, to be shown: programs may not take them."""

    banks = tuple(bank.renamed(names.elements) for bank in circuit.banks)
    nodes = tuple(names.nodes.get(node, node) for node in circuit.nodes)
    return replace(circuit, nodes=nodes, banks=banks, storage=NOTHING_STORED)
