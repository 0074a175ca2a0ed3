"""What is a switch at DC? Closed from one voltage on: with hysteresis it stands as it began, and one edge counts."""

import math

from ebana_like.elements import ModelCard
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.deck.lines import Line


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
