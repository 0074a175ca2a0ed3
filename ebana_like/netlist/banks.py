"""Which bank do elements of one kind make? The way back from text to arrays, one function a kind."""

from collections.abc import Callable, Sequence

import numpy as np

from ebana_like.circuit import GROUND
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    BipolarTransistors,
    CurrentControlled,
    CurrentSources,
    Devices,
    Diodes,
    FloatArray,
    IntArray,
    JFETs,
    MOSFETs,
    Resistors,
    SpiceDiodes,
    Switches,
    VoltageControlled,
    VoltageSources,
)
from ebana_like.elements.numbers import conductance, finite
from ebana_like.elements.switch import SWITCH_MODEL
from ebana_like.errors import CircuitError
from ebana_like.netlist.deck import Element
from ebana_like.netlist.deck.cards import acts_beyond_the_law, device_card, diode_law


class Nodes:
    """Numbers of nodes, in the order in which banks name them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {GROUND: 0}

    def column(self, elements: Sequence[Element], position: int) -> IntArray:
        """Return the number of one node of each element, (n,)."""
        numbers = self.numbers
        return np.array([numbers.setdefault(e.nodes[position], len(numbers)) for e in elements], dtype=np.intp)

    def ends(self, elements: Sequence[Element], last: int = 1) -> tuple[IntArray, IntArray]:
        """Return the numbers of two nodes of each element, (n,) each."""
        numbers = self.numbers
        pairs = [
            (numbers.setdefault(e.nodes[0], len(numbers)), numbers.setdefault(e.nodes[last], len(numbers)))
            for e in elements
        ]
        both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        return both[:, 0].copy(), both[:, 1].copy()


def kind_of(element: Element) -> str:
    """Return the kind of bank an element belongs to."""
    if element.letter == Diodes.letter and element.card is not None:
        ours = not element.sizes and not acts_beyond_the_law(element.card)
        return Diodes.kind if ours else SpiceDiodes.kind
    return _KINDS[element.letter]


def build_bank(
    kind: str, name: str, elements: Sequence[Element], nodes: Nodes, limits: tuple[float, float] | None = None
) -> Bank:
    """Return the bank of these elements.

    limits: range of trainable resistors, siemens. Raises NetlistError naming the line that does not fit.
    """
    letter = LETTERS[kind]
    for element in elements:
        if element.letter != letter:
            raise element.line.error(f'expected a {kind}, whose name begins with "{letter}"')
    labels = tuple(e.label for e in elements)
    if kind == Resistors.kind:
        siemens = _values(elements, conductance, "a resistance above zero")
        low, high = limits or (0.0, np.inf)
        return Resistors(name, labels, *nodes.ends(elements), siemens, limits is not None, low, high)
    if kind == VoltageSources.kind:
        return VoltageSources(name, labels, *nodes.ends(elements), _values(elements))
    if kind == CurrentSources.kind:
        return CurrentSources(name, labels, *nodes.ends(elements), _values(elements))
    if kind in _VOLTAGE_CONTROLLED:
        controls = nodes.ends(elements), nodes.column(elements, 2), nodes.column(elements, 3)
        ends, positive, negative = controls
        return _VOLTAGE_CONTROLLED[kind](name, labels, *ends, positive, negative, _values(elements))
    if kind in _CURRENT_CONTROLLED:
        control = tuple(e.control for e in elements)
        return _CURRENT_CONTROLLED[kind](name, labels, *nodes.ends(elements), control, _values(elements))
    return _of_one_card(kind, name, labels, elements, nodes)


def _of_one_card(kind: str, name: str, labels: tuple[str, ...], elements: Sequence[Element], nodes: Nodes) -> Bank:
    """Return a bank whose elements share a model card."""
    if not elements:
        raise CircuitError(f'bank "{name}" of kind {kind} has no elements, and so no model')
    first, card = elements[0], elements[0].card
    assert card is not None
    for element in elements:
        if element.card is not card:
            raise element.line.error(f'bank "{name}" needs one model; it uses {card.name} too')
    where = f"{first.line.source}, line {first.line.number}"
    if kind == Switches.kind:
        if card.card() != SWITCH_MODEL:
            raise first.line.error(f'switches must be of the model in "{SWITCH_MODEL}"')
        ends = nodes.ends(elements)
        return Switches(name, labels, *ends, nodes.column(elements, 2), nodes.column(elements, 3))
    if kind == Diodes.kind:
        sized = next((e for e in elements if e.sizes), None)
        if sized is not None:
            raise sized.line.error("a diode with a size has another law; its bank is of kind spice_diode")
        return Diodes(name, labels, *nodes.ends(elements), diode_law(card, where))
    sizes = tuple(e.sizes for e in elements)
    card = device_card(card, where)
    if kind == SpiceDiodes.kind:
        return SpiceDiodes(name, labels, *nodes.ends(elements), card, sizes)
    ends, control = nodes.ends(elements, last=2), nodes.column(elements, 1)
    if kind == JFETs.kind:
        return JFETs(name, labels, *ends, card, sizes, control)
    return _FOUR_TERMINALS[kind](name, labels, *ends, card, sizes, control, nodes.column(elements, 3))


def _values(
    elements: Sequence[Element], convert: Callable[[str], float] = finite, what: str = "a finite number"
) -> FloatArray:
    found = []
    for element in elements:
        try:
            found.append(convert(element.value))
        except (ValueError, ArithmeticError) as error:
            raise element.line.error(f'"{element.value}" is not {what}') from error
    return np.array(found, dtype=float)


_VOLTAGE_CONTROLLED: dict[str, type[VoltageControlled]] = {kind.kind: kind for kind in (VCVS, VCCS)}
_CURRENT_CONTROLLED: dict[str, type[CurrentControlled]] = {kind.kind: kind for kind in (CCCS, CCVS)}
_FOUR_TERMINALS: dict[str, type[BipolarTransistors] | type[MOSFETs]] = {
    kind.kind: kind for kind in (BipolarTransistors, MOSFETs)
}
_DEVICES: tuple[type[Devices], ...] = (SpiceDiodes, JFETs, BipolarTransistors, MOSFETs)
_CLASSES: tuple[type[Bank], ...] = (
    Resistors,
    Diodes,
    VoltageSources,
    CurrentSources,
    VCVS,
    CCCS,
    Switches,
    VCCS,
    CCVS,
    *_DEVICES,
)

LETTERS = {bank.kind: bank.letter for bank in _CLASSES}
"""The letter with which names of each kind begin."""

_KINDS = {bank.letter: bank.kind for bank in reversed(_CLASSES)}
