"""What does the line of a capacitor, an inductor or a coupling say? Numbers, or why they are not read."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ebana_like.errors import NetlistError
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings
from ebana_like.netlist.deck.words import named_values

_QUANTITY = {"c": ("c", "capacitance"), "l": ("l", "inductance")}
_INDIFFERENT = frozenset({"tc", "tc1", "tc2", "temp", "dtemp"})
"""What changes a value with the temperature; it is not read where the temperature is another than the nominal one."""


class Stored(NamedTuple):
    """Something that stores.

    label: portable; of an inductor "l" and the label of the wire that it is at DC. nodes: portable names, empty for
    those that no element has; of a coupling the labels of its inductors. value: farads, henries or the factor.
    initial: what `ic=` says. reason: why it is not read. path: what the person calls it.
    """

    line: Line
    label: str
    nodes: tuple[str, ...]
    value: float = 0.0
    initial: float | None = None
    reason: str = ""
    path: str = ""


def stored(line: Line, words: Sequence[str], place: Surroundings, node: Callable[[str], str]) -> Stored:
    """Return what a kept line says. node: the portable name of a node; empty where no element has it."""
    words = list(words)
    path, label = place.label(line, words[0])
    if words[0][0] == "l":
        label = _inductor(line, words[0], place)
    return _stored(line, label, words, place, node)._replace(path=path)


def _stored(line: Line, label: str, words: list[str], place: Surroundings, node: Callable[[str], str]) -> Stored:
    try:
        if words[0][0] == "k":
            if len(words) > 4:
                return Stored(line, label, (), reason="it couples more than two inductors; write a line for each two")
            coupled = tuple(_inductor(line, name, place) for name in words[1:3])
            factor = float(place.number(line, words[3]))
            reason = "" if -1 <= factor <= 1 else f"its factor is {factor:g}; it must be between -1 and 1"
            return Stored(line, label, coupled, factor, reason=reason)
        return _element(line, label, words, place, tuple(map(node, words[1:3])))
    except (NetlistError, ValueError) as error:
        return Stored(line, label, (), reason=str(error))


def _inductor(line: Line, name: str, place: Surroundings) -> str:
    return "l" + place.label(line, f"v{name}")[1]


def _element(line: Line, label: str, words: list[str], place: Surroundings, nodes: tuple[str, ...]) -> Stored:
    plain, pairs = named_values(line, words)
    quantity = next((name for name in _QUANTITY[words[0][0]] if name in pairs), "")
    if quantity:
        plain = [*plain, *pairs.pop(quantity)]
    if len(plain) != 4:
        return Stored(line, label, nodes, reason="its value is not one number")
    value = float(place.number(line, plain[3]))
    many = float(place.number(line, pairs.pop("m", ["1"])[0])) * float(place.number(line, pairs.pop("scale", ["1"])[0]))
    if many != 1:
        value = value * many if words[0][0] == "c" else value / many
    begins = pairs.pop("ic", None)
    conditions = place.conditions
    if conditions.celsius == conditions.nominal:
        pairs = {name: values for name, values in pairs.items() if name not in _INDIFFERENT}
    if pairs:
        return Stored(line, label, nodes, reason=f"{next(iter(pairs))}= is not understood")
    if not value > 0:
        return Stored(line, label, nodes, reason=f"its value is {value:g}; it must be above zero")
    if any(not name for name in nodes):
        return Stored(line, label, nodes, reason="it hangs at a node that nothing holds at DC; put a resistor there")
    return Stored(line, label, nodes, value, None if begins is None else float(place.number(line, begins[0])))
