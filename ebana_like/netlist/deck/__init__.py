"""Netlists as text: from any SPICE text to flat elements. Nothing of a text goes further that is not understood."""

from ebana_like.netlist.deck.deck import Deck, load_deck, read_deck
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.lines import ANNOTATION, Line

__all__ = ["ANNOTATION", "Deck", "Element", "Line", "load_deck", "read_deck"]
