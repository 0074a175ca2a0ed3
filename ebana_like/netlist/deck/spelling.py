"""What does the person call it? The names in a netlist's text, as they are spelled there, by the portable ones."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
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
    leading: dict[str, str] = {}  # what elements are called, which nodes and parameters may be too: Vdd VDD 0 5
    others: dict[str, str] = {}
    for line in text.split("\n")[1:]:
        words = [] if line.lstrip().startswith("*") else WORD.findall(line)
        if words and words[0][0] not in ".+":
            leading.setdefault(words[0].lower(), words.pop(0))
        for word in words:
            others.setdefault(word.lower(), word)
    of_elements, of_others = ChainMap(leading, others), ChainMap(others, leading)
    elements = {each.label: _spelled(each.path, of_elements) for each in deck.stored()}
    elements |= {element.label: _spelled(element.path, of_elements) for element in deck.elements}
    return Spelling(
        {portable: _spelled(name, of_others) for name, portable in deck.nodes.items()},
        elements,
        partial(_spelled, first=of_others),
    )


def _spelled(name: str, first: Mapping[str, str]) -> str:
    return first.get(name) or ".".join(first.get(part) or _inductor(part, first) for part in name.split("."))


def _inductor(name: str, first: Mapping[str, str]) -> str:
    """Return what an inductor is called, which has a v before its name where it is a source, as a W has a b."""
    return first.get(name[1:], name) if name.startswith(("vl", "bw")) else name


def load_spelling(path: Path) -> Spelling:
    """Return the names in a netlist file. Raises NetlistError as the deck's reader does."""
    text, _ = read_text(path)
    return spelling(read_deck(text, str(path), path.parent), text)


def as_spelled(circuit: Circuit, names: Spelling) -> Circuit:
    """Return a circuit with the person's names of nodes and elements, to be shown: programs may not take them."""

    banks = tuple(bank.renamed(names.elements) for bank in circuit.banks)
    nodes = tuple(names.nodes.get(node, node) for node in circuit.nodes)
    return replace(circuit, nodes=nodes, banks=banks, storage=NOTHING_STORED)
