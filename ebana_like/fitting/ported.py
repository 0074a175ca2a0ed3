"""How does a netlist become a circuit that learns? What is named in it is given ports, ranges, and shared values."""

from pathlib import Path

from ebana_like.circuit import Circuit
from ebana_like.errors import SettingError
from ebana_like.fitting.chosen import Chosen, chosen
from ebana_like.fitting.columns import carriers
from ebana_like.fitting.followers import NO_FOLLOWERS, alike, followers
from ebana_like.fitting.ports import with_ports
from ebana_like.fitting.possible import possible
from ebana_like.fitting.read_back import read_back
from ebana_like.fitting.settings import FitSettings
from ebana_like.fitting.span import spans
from ebana_like.fitting.trained import Trained
from ebana_like.netlist.deck import Deck, read_deck
from ebana_like.netlist.deck.patch import Places
from ebana_like.netlist.deck.reading import reading
from ebana_like.netlist.deck.spelling import spelling
from ebana_like.netlist.read import foreign_circuit


def ported(deck: Deck, text: str, folder: Path, settings: FitSettings) -> tuple[Circuit, tuple[Trained, ...]]:
    """Return the circuit of a deck with ports, and what is trained in it.

    text: what the deck was read from. folder: that files it includes are relative to.
    Raises SettingError, NetlistError or CircuitError naming what cannot be.
    """
    source = deck.source
    foreign = foreign_circuit(deck)
    wanted = _wanted(foreign, deck, text, settings)
    limits = spans(settings.range, settings.g_low, settings.g_high, settings.scale, wanted)
    following = NO_FOLLOWERS
    if opened := alike(deck, wanted):
        deck = read_deck(text, deck.source, folder, opened)
        foreign = foreign_circuit(deck)
        wanted = _wanted(foreign, deck, text, settings)
        following = followers(deck, Places(deck, text), wanted, limits)
    places, names = Places(deck, text), spelling(deck, text).elements
    asked = settings.inputs, settings.outputs
    circuit, at = with_ports(foreign, deck, *asked, wanted, limits, following)
    trained, values = [], circuit.values()
    for each, where in zip(wanted, at, strict=True):
        came = float(values[where.address][where.position])
        if each.parameter:
            place = places.of_parameter(each.parameter)
            trained.append(Trained(each.name, "", where.address, where.position, False, place=place, came=came))
            continue
        first, *others = each.elements
        name = f"{names[first.label]}{each.name.removeprefix(first.path)}"
        quantity = circuit.addressed(where.address).quantities[each.quantity]
        trained.append(
            Trained(
                f"{name} (and {len(others)} more)" if others else name,
                quantity.reciprocal or quantity.unit,
                where.address,
                where.position,
                bool(quantity.reciprocal),
                place=places.of_value(each.elements, each.quantity),
                came=came,
            )
        )

    def read(text: str) -> Circuit:
        return foreign_circuit(read_deck(text, source, folder))

    return circuit, read_back(trained, circuit, text, read)


def _wanted(circuit: Circuit, deck: Deck, text: str, settings: FitSettings) -> list[Chosen]:
    """Return what is to be trained; what patterns match and cannot be is noted, or refused where notes are."""
    carrying = [source for source, _, _ in carriers(settings.inputs)]
    found, notes = possible(chosen(circuit, deck, settings.train), circuit, Places(deck, text), carrying)
    if notes and reading().strict:
        raise SettingError(f"{notes[0]}; it is refused because reading is strict")
    reading().told(notes)
    return found
