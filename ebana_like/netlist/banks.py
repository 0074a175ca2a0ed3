"""Which bank do elements of one kind make? The way back from text to arrays, one function a kind."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from ebana_like.circuit import GROUND
from ebana_like.elements import Bank, Conditions, Diodes, IntArray, NegativeResistors, Resistors, SpiceDiodes
from ebana_like.elements.bank import KINDS
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import alone_in_size
from ebana_like.elements.written import Written, columns_of
from ebana_like.netlist.deck import Element
from ebana_like.netlist.deck.cards import acts_beyond_the_law
from ebana_like.netlist.deck.kinds.plain import Rows
from ebana_like.netlist.deck.readers import not_understood


class Nodes:
    """Numbers of nodes, in the order in which banks name them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {GROUND: 0}

    def number(self, name: str) -> int:
        """Return the number of a node."""
        return self.numbers.setdefault(name, len(self.numbers))

    def column(self, elements: Sequence[Written], position: int) -> IntArray:
        """Return the number of one node of each element, (n,)."""
        numbers = self.numbers
        return np.array([numbers.setdefault(e.nodes[position], len(numbers)) for e in elements], dtype=np.intp)

    def ends(self, elements: Sequence[Written], last: int = 1) -> tuple[IntArray, IntArray]:
        """Return the numbers of two nodes of each element, (n,) each."""
        numbers = self.numbers
        _, near, far, _ = columns_of(elements)
        far = far if last == 1 else [e.nodes[last] for e in elements]
        for node in dict.fromkeys(chain.from_iterable(zip(near, far, strict=True))):
            numbers.setdefault(node, len(numbers))
        one, other = (np.fromiter(map(numbers.__getitem__, ends), np.intp, len(ends)) for ends in (near, far))
        return one, other


def kind_of(element: Element, conditions: Conditions) -> str:
    """Return the kind of bank an element belongs to in a netlist that says nothing of banks."""
    if element.kind:
        return element.kind
    if element.letter == Diodes.letter and element.card is not None:
        ours = alone_in_size(element.sizes) and not acts_beyond_the_law(element.card) and conditions.gmin == GMIN
        return Diodes.kind if ours else SpiceDiodes.kind
    if element.letter == Resistors.letter:
        return NegativeResistors.kind if element.value[:1] == "-" else Resistors.kind
    if element.letter not in _OURS:
        raise not_understood(element.line, element.letter)
    return _OURS[element.letter]


def build_bank(kind: str, name: str, elements: Rows, nodes: Nodes, conditions: Conditions) -> Bank:
    """Return the bank of these elements. Raises NetlistError naming the line that does not fit."""
    bank = KINDS[kind]
    for k, label in enumerate(elements.labels):
        if label[0] != bank.letter:
            raise elements[k].error(f'expected a {kind}, whose name begins with "{bank.letter}"')
    found = bank.read(name, elements, nodes)
    if not isinstance(found, Diodes):
        return found.under(conditions)
    if conditions.gmin != GMIN:
        raise elements[0].error(f"the law of diodes here holds for a gmin of {GMIN:g} S, not {conditions.gmin:g}")
    return found.under(conditions)


_OURS = {bank.letter: bank.kind for bank in reversed(KINDS.values())}
"""What letters stand for, of the kinds this package has itself: the first of each."""
