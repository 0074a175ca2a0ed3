"""How large is a resistor whose line says more than a number? As ngspice computes it from model, geometry and heat."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ebana_like.elements import ModelCard
from ebana_like.elements.conditions import Conditions
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.deck.lines import Line

SHORT = "1e-3"
"""Ohms that ngspice takes for zero, without a word."""

_NO_EFFECT = frozenset({"tol", "pwr", "noisy", "ac", "bv_max"})
"""On a DC operating point."""

_NUMBERS = frozenset({"m", "scale", "l", "w", "temp", "dtemp", "tc1", "tc2", "tce"})

MODEL_TYPES = ("r", "res")
_IN_CARDS = {"rsh": 0.0, "r": 0.0, "l": 10e-6, "w": 10e-6, "narrow": 0.0, "short": 0.0, "tc1": 0.0, "tc2": 0.0}
_ALSO_CALLED = {
    "res": "r",
    "resistance": "r",
    "defw": "w",
    "dw": "narrow",
    "dlr": "short",
    "tc1r": "tc1",
    "tc2r": "tc2",
}
_CARDS_WITHOUT_EFFECT = frozenset({"kf", "af", "lf", "wf", "ef", "bv_max"})


class Place(Protocol):
    """What a resistor's words mean where it stands."""

    @property
    def conditions(self) -> Conditions: ...
    def number(self, line: Line, word: str) -> str: ...
    def card(self, line: Line, name: str) -> ModelCard: ...
    def has_card(self, name: str) -> bool: ...
    def remark(self, line: Line, what: str) -> None: ...
    def keep_unread(self, line: Line, name: str, reason: str) -> None: ...


def resistance(line: Line, given: Sequence[str], pairs: Mapping[str, Sequence[str]], place: Place) -> tuple[str, float]:
    """Return a resistor's value, ohms, as text, and how many times that it has under the circuit's conditions.

    given: words behind the nodes: a value and a model, of which one may be left out. pairs: what is given by name.
    Raises NetlistError for words that ngspice does not understand either.
    """
    names = [word for word in given if place.has_card(word)]
    values = [word for word in given if word not in names]
    card = _card(line, names[0], place) if names else {}
    if len(names) > 1 or len(values) > 1:
        raise line.error(f'expected 4 words as in "R1 a b 1k", or a model behind them; there are {3 + len(given)}')
    named = {name: value for name, value in pairs.items() if name not in _NO_EFFECT}
    values += named.pop("r", [])
    heat = dict(zip(("tc1", "tc2"), named.pop("tc", []), strict=False))
    if unknown := set(named) - _NUMBERS:
        raise line.error(f'the parameter "{min(unknown)}" is not understood')
    own = {name: float(place.number(line, word)) for name, word in heat.items()}
    own |= {name: float(place.number(line, value[0])) for name, value in named.items()}
    text = place.number(line, values[-1]) if values else _by_geometry(line, own, card)
    if float(text) == 0:
        place.remark(line, "a resistance of zero is 1 mOhm, as in ngspice")
        text = SHORT
    multiplied = own.get("m", 1.0)
    if not multiplied > 0:
        raise line.error(f"m is {multiplied:g}; expected a number above zero of resistors side by side")
    return text, own.get("scale", 1.0) * _warmed(own, card, place.conditions) / multiplied


def _by_geometry(line: Line, own: Mapping[str, float], card: Mapping[str, float]) -> str:
    """Return the resistance of a sheet, or the model's own."""
    sheet, length = card.get("rsh", 0.0), own.get("l", card.get("l", 0.0))
    if not card or not (sheet * length or card["r"]):
        raise line.error('expected 4 words as in "R1 a b 1k"; neither the line nor a model gives a resistance')
    if not sheet * length:
        return repr(card["r"])
    width = own.get("w", card["w"]) - 2 * card["narrow"]
    if not width > 0:
        raise line.error(f"the resistor is {width:g} m wide; expected more than zero")
    return repr(sheet * (length - 2 * card["short"]) / width)


def _warmed(own: Mapping[str, float], card: Mapping[str, float], conditions: Conditions) -> float:
    """Return by how much heat changes a resistance."""
    celsius = own.get("temp", conditions.celsius + own.get("dtemp", 0.0))
    warmer = celsius - card.get("tnom", conditions.nominal)
    exponent = own.get("tce", card.get("tce"))
    if exponent is not None:
        return float(1.01 ** (exponent * warmer))
    first, second = (own.get(name, card.get(name, 0.0)) for name in ("tc1", "tc2"))
    return 1 + warmer * (first + warmer * second)


def _card(line: Line, name: str, place: Place) -> dict[str, float]:
    """Return the numbers of a resistor's model, with the usual ones where it says nothing."""
    model = place.card(line, name)
    if model.type not in MODEL_TYPES:
        raise line.error(f"model {name} is of type {model.type}; a resistor's is of type r")
    found = dict(_IN_CARDS)
    for parameter, value in model.parameters.items():
        parameter = _ALSO_CALLED.get(parameter, parameter)
        if parameter in (*_IN_CARDS, "tnom", "tce"):
            found[parameter] = number(value, f"{line.source}, line {line.number}")
        elif parameter not in _CARDS_WITHOUT_EFFECT:
            place.remark(line, f"not read: {parameter} of the model {name}, which ngspice ignores too")
    return found
