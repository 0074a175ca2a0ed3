"""What does the line of a diode or a transistor say? Nodes, model, area and sizes."""

import math
from collections.abc import Mapping, Sequence

from ebana_like.elements import ModelCard
from ebana_like.elements.device import AREA
from ebana_like.elements.many_ended import MANY, WarmMOSFETs
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.known import sizes as sizes_of
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.number_text import NumberText
from ebana_like.netlist.deck.surroundings import Surroundings
from ebana_like.netlist.deck.words import named_values, refuse_unknown


def read_device(line: Line, words: list[str], place: Surroundings) -> Element:
    """Read a diode or transistor: nodes, model, maybe an area, sizes."""
    letter = words[0][0]
    nodes = _MODEL_AT[letter][0]
    if "off" in words[nodes:]:
        place.remark(line, "not read: OFF, which only helps to find an operating point; there may be several")
    warms = "thermal" in words[nodes:]
    words = [*words[:nodes], *(word for word in words[nodes:] if word not in ("off", "thermal"))]
    words, pairs = named_values(line, words)
    for name in _INITIAL.intersection(pairs):
        place.remark(line, f"not read: {name.upper()}= of devices, which holds for a .tran, no operating point")
        del pairs[name]
    possible = [k for k in _MODEL_AT[letter] if k < len(words)]
    at = next((k for k in possible if place.has_card(words[k]) or place.bins(words[k])), None)
    if at is None:
        at = max((k for k in possible if k in _USUALLY_AT[letter]), default=len(words) - 1)
    card = place.card(line, words[at] if place.has_card(words[at]) else _bin(line, words[at], pairs, place))
    if at not in _MODEL_AT[letter]:
        raise line.error(f"{words[0]} has {at - 1} nodes before its model; expected {' or '.join(_nodes(letter))}")
    refuse_unknown(line, set(pairs) - sizes_of(letter, card))
    alone = words[at + 1 :]
    if len(alone) > (letter != "m"):
        raise line.error("there are too many words behind the model")
    names, kind = _terminals(line, words[1:at], card, warms)
    numbers = _sizes(line, alone, pairs, place)
    sizes = [f"{name}={number}" if name else number for name, number in numbers.items()]
    sizes += ["thermal"] if warms and card.type in ("d", "vdmos") else []
    formulas = {name or AREA: number.formula for name, number in numbers.items() if isinstance(number, NumberText)}
    path, label = place.label(line, words[0])
    ends = place.nodes(line, names)
    return Element(line, path, label, ends, card=card, sizes=" ".join(sizes), formulas=formulas, kind=kind)


def _sizes(line: Line, alone: Sequence[str], pairs: Mapping[str, Sequence[str]], place: Surroundings) -> dict[str, str]:
    """Return the sizes behind a device's model, as numbers; that without a name has none."""
    numbers = {"": place.number(line, alone[0])} if alone else {}
    powers = _METRES if line.text[0] in "mM" and place.scale != 1 else {}
    for name, (value,) in pairs.items():
        number = place.number(line, value)
        numbers[name] = place.scaled(number, place.scale ** powers[name]) if name in powers else number
    return numbers


def _terminals(line: Line, names: list[str], card: ModelCard, warms: bool) -> tuple[list[str], str]:
    """Return the nodes of a device's terminals, and its kind where it has more of them than others of its letter."""
    letter, count = line.text[0].lower(), len(names)
    right = card.type in _TYPES[letter] and (card.type == "vdmos" or letter != "m" or count > 3)
    if card.type == "vdmos" and count == 5 and warms:
        return [*names, "0"], WarmMOSFETs.kind
    if not right or (count > 4 and card.type == "vdmos") or (letter == "d" and count == 3 and not warms):
        raise line.error(f"model {card.name} is of type {card.type}, or has another number of nodes")
    if kind := MANY.get((letter, count), ""):
        return [*names, "0"], kind
    if letter == "q" and count == 3:
        return [*names, "0"], ""
    if card.type == "vdmos":
        if names[2:] not in ([names[2]], [names[2]] * 2):
            word = line.words()[0]
            raise line.error(f"a vdmos has its bulk at its source; write {word} {' '.join(names[:3])} {card.name}")
        return [*names[:3], names[2]], ""
    return names, ""


def _nodes(letter: str) -> list[str]:
    """Return how many nodes a device may have, in words."""
    return [str(at - 1) for at in sorted(_USUALLY_AT[letter])]


def _bin(line: Line, name: str, pairs: Mapping[str, Sequence[str]], place: Surroundings) -> str:
    """Return which of the models NAME.1, NAME.2 ... is for the length and the width of a transistor."""
    bins = place.bins(name)
    for each in bins:
        limits = place.card(line, each).parameters
        if all(_fits(line, side, limits, pairs, place) for side in "lw"):
            return each
    if bins:
        raise line.error(f"none of {', '.join(bins)} is for this length and width, by lmin, lmax, wmin and wmax")
    return name


def _fits(
    line: Line, side: str, limits: Mapping[str, str], pairs: Mapping[str, Sequence[str]], place: Surroundings
) -> bool:
    """Whether a length or a width is within those of a model."""
    words = limits.get(f"{side}min"), *pairs.get(side, (None,)), limits.get(f"{side}max")
    low, own, high = (math.nan if word is None else float(place.number(line, word)) for word in words)
    return low <= own * place.scale < high


_METRES = {"l": 1, "w": 1, "pd": 1, "ps": 1, "ad": 2, "as": 2}
"""Sizes of MOS transistors, and how many lengths each is the product of."""

_INITIAL = frozenset({"ic", "icvbe", "icvce", "icvds", "icvgs", "icvbs"})

_USUALLY_AT = {"d": (3,), "q": (4, 5), "m": (5, 4), "j": (4,), "z": (4,)}
"""Where the model stands: behind as many nodes."""

_MODEL_AT = _USUALLY_AT | {"d": (3, 4), "q": (4, 5, 6), "m": (5, 4, 6, 7, 8)}
"""The same with devices of more terminals; the first place that has one counts."""

_TYPES = {
    "d": ("d",),
    "q": ("npn", "pnp"),
    "m": ("nmos", "pmos", "vdmos"),
    "j": ("njf", "pjf"),
    "z": ("nmf", "pmf", "nhfet", "phfet"),
}
