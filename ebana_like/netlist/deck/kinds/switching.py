"""What is a switch at DC? Closed from one voltage on: with hysteresis it stands as it began, and one edge counts."""

import math

from ebana_like.elements import ModelCard
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.deck.kinds.resistance import Place
from ebana_like.netlist.deck.lines import Line

HYSTERESIS = "switches with a hysteresis are read as what they are at DC"
"""Why a switch is not followed in time."""


def current_switch(line: Line, words: list[str], place: Place) -> Line:
    """Return the behavioural source that a W line is at DC: a current that follows from that of the source it watches.

    Inside of a hysteresis above zero it is open, whatever the line says of how it begins, as ngspice 39 was measured to
    do. Raises NetlistError for what is not understood.
    """
    words = words[:-1] if words[-1] in ("on", "off") and len(words) > 5 else words
    if len(words) != 5:
        raise line.error('expected 5 words as in "W1 a b vmeter model"')
    name, positive, negative, meter, model = words
    card = place.card(line, model)
    if card.type != "csw":
        raise line.error(f"model {card.name} is of type {card.type}; this switch needs one of type csw")
    where = f"{line.source}, line {line.number}"
    values = {word: number(card.parameters.get(word, usual), where) for word, usual in _CURRENT_SWITCH.items()}
    if not (values["ron"] > 0 and values["roff"] > 0):
        raise line.error(f"ron is {values['ron']:g} and roff {values['roff']:g}; both must be above zero")
    if values["ih"]:
        place.keep_unread(line, words[0], HYSTERESIS)
    edge, comparison = values["it"] + values["ih"], ">" if values["ih"] > 0 else ">="
    law = f"v({positive},{negative})*(i({meter}){comparison}{edge!r}?{1 / values['ron']!r}:{1 / values['roff']!r})"
    return line._replace(text=f"b{name} {positive} {negative} i={{{law}}}")


_CURRENT_SWITCH = {"it": "0", "ih": "0", "ron": "1", "roff": "1e12"}
"""Parameters of its model, and what ngspice takes where they are not given."""


def at_dc(line: Line, card: ModelCard, begins: str) -> ModelCard:
    """Return the model without hysteresis that closes where this one does, as ngspice 39 was measured to.

    begins: "on" or "off", how it stands before there is a voltage. Inside of a hysteresis above zero it stays so,
    inside of one below zero it is closed. Raises NetlistError for a model of another type.
    """
    if card.type != "sw":
        raise line.error(f"model {card.name} is of type {card.type}; a switch needs one of type sw")
    where = f"{line.source}, line {line.number}"
    threshold, hysteresis = (number(card.parameters.get(name, "0"), where) for name in ("vt", "vh"))
    if not hysteresis:
        return card
    edge = threshold - abs(hysteresis)
    if hysteresis > 0 and begins == "off":
        edge = math.nextafter(threshold + hysteresis, math.inf)  # at the edge itself it is still open
    kept = {name: value for name, value in card.parameters.items() if name in ("ron", "roff")}
    return ModelCard(f"{card.name}_{begins}", card.type, {"vt": repr(edge), **kept})
