"""What does a netlist's text say that its circuit does not know? Capacitors, and what its `@fit` lines ask for."""

from contextlib import suppress
from pathlib import Path

from ebana_like.circuit import Circuit
from ebana_like.errors import NetlistError, SettingError
from ebana_like.expressions.numbers import spice_number
from ebana_like.figures.sheets.parts import Beside, Part
from ebana_like.fitting.chosen import chosen
from ebana_like.fitting.columns import carriers, columns
from ebana_like.fitting.possible import possible
from ebana_like.fitting.settings import NOTE, FitSettings, noted
from ebana_like.netlist.deck import Deck, Line, read_deck
from ebana_like.netlist.deck.patch import Places
from ebana_like.netlist.deck.spelling import Spelling, as_spelled, spelling
from ebana_like.netlist.read import foreign_circuit
from ebana_like.units import short


def drawn_netlist(text: str, path: Path, asked: FitSettings | None = None) -> tuple[Circuit, Beside]:
    """Return the circuit of a netlist's text in the person's own names, and what else is to be drawn of it.

    path: of the file that the text stands in, or that it came from. asked: what is trained, put in and read out; as the
    text says unless given. Raises NetlistError as the reader does.
    """
    deck = read_deck(text, str(path), path.parent, how=None if asked is None else asked.reading)
    circuit, names = foreign_circuit(deck), spelling(deck, text)
    asked = _asked(deck) if asked is None else asked
    parts = []
    for capacitor in deck.capacitors():
        ends = [names.nodes.get(node) or names.spelled(node) for node in capacitor.nodes]
        pins = dict(zip(("positive", "negative"), ends, strict=True))
        parts.append(Part(names.spelled(capacitor.path), "capacitor", pins, (_short(capacitor.value),)))
    inductances = {
        names.elements[element.label]: _short(element.line.words()[3])
        for element in deck.elements
        if names.elements[element.label].rpartition(".")[2][0] in "lL"
    }
    sources = {element.path: names.elements[element.label] for element in deck.elements}
    return as_spelled(circuit, names), Beside(
        parts=tuple(parts),
        values=inductances,
        inputs=frozenset(sources[name] for name, _, _ in carriers(asked.inputs) if name in sources),
        outputs=_outputs(asked.outputs, deck, names),
        trained=_trained(circuit, asked, deck, names, Places(deck, text)),
        spelled=names.spelled,
    )


def _asked(deck: Deck) -> FitSettings:
    """Return what the text asks to be trained; nothing where it has no such lines, or no right ones."""
    with suppress(SettingError):
        if any(isinstance(line, Line) and line.text.startswith(NOTE) for line in deck.statements):
            return noted(deck, ("data",))
    return FitSettings(train="")


def _short(value: str) -> str:
    """Return a value as the person would write it; as it stands where it is no number."""
    with suppress(ValueError):
        return short(spice_number(value))
    return value


def _outputs(text: str, deck: Deck, names: Spelling) -> tuple[str, ...]:
    """Return the nets of outputs such as `out` or `a-b`; names may have a minus in them."""
    found: dict[str, None] = {}
    for word, _ in columns(text):
        word = word.lower()
        splits = [(word,), *((word[:k], word[k + 1 :]) for k, letter in enumerate(word) if letter == "-")]
        fitting = next((ends for ends in splits if all(end in deck.nodes for end in ends)), ())
        found |= dict.fromkeys(names.nodes[deck.nodes[end]] for end in fitting)
    return tuple(found)


def _trained(circuit: Circuit, asked: FitSettings, deck: Deck, names: Spelling, places: Places) -> frozenset[str]:
    """Return the elements that are trained, or follow a parameter that is."""
    found: set[str] = set()
    carrying = [source for source, _, _ in carriers(asked.inputs)]
    with suppress(SettingError, NetlistError):
        wanted = chosen(circuit, deck, asked.train) if asked.train else []
        for each in possible(wanted, circuit, places, carrying)[0]:
            found |= {names.elements[element.label] for element in each.elements}
            if each.parameter:
                found |= {names.elements[e.label] for e in deck.elements if _follows(e.path, each.parameter, deck)}
    return frozenset(found)


def _follows(path: str, parameter: str, deck: Deck) -> bool:
    """Whether the value of an element follows a parameter, maybe through others."""
    waiting, seen = list(deck.elements_ask.get(path, ())), set()
    while waiting:
        at = waiting.pop()
        if at == parameter:
            return True
        if at not in seen:
            seen.add(at)
            waiting += deck.parameters_ask.get(at, ())
    return False
