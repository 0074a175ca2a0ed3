"""Which elements does a line of a code model describe? Behavioural ones, by what the model gives out at DC.

Models that work on events (digital ones) belong to time: they are left out where nothing analog follows them.
"""

import re
from collections.abc import Mapping, Sequence

from ebana_like.elements import ModelCard
from ebana_like.expressions import Current, Number, Tree, Voltage
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.code_formulas import Given
from ebana_like.netlist.deck.kinds.code_laws import MODELS, CodeModel
from ebana_like.netlist.deck.kinds.holding import Source
from ebana_like.netlist.deck.kinds.made import Made
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings

_WORD = re.compile(r"%\w+|[\[\]]|[^\s()\[\],%]+")

_KINDS = {"v": 1, "vd": 2, "i": 1, "id": 2, "g": 1, "gd": 2, "h": 1, "hd": 2, "vnam": 1}
"""Words that a line of a port takes, by its type: nodes, of which one is against ground, or a source."""

_EVENTS = re.compile(r"d_\w+|real_\w+|adc_bridge")
_BACK = frozenset({"dac_bridge", "bidi_bridge", "real_to_v", "d_process", "d_cosim"})
"""Models of events that what is analog follows, or that start programs."""

_TWO = frozenset({"d_dff", "d_jkff", "d_tff", "d_srff", "d_dlatch", "d_srlatch"})
"""Models of events that give out two things, a state and its opposite; others one, or one port of many lines."""

MOST_LINES = 200
"""Of one port."""

Port = list[tuple[str, tuple[str, ...]]]
"""Type and words of each line of a port."""


def read_code_model(line: Line, place: Surroundings) -> list[Element]:
    """Return the elements that an A line is at DC. Raises NetlistError for what is not understood."""
    name, *words = _WORD.findall(line.text.lower())
    if len(words) < 2:
        raise line.error('expected a code model as in "A1 in out model"')
    card = place.card(line, words.pop())
    if card.type in _BACK:
        raise line.error(f"{card.type} works on events, which a DC operating point here knows nothing of; remove it")
    if card.type not in MODELS and _EVENTS.fullmatch(card.type):
        place.remark(line, f"not read: {card.type} works on events; nothing analog follows it at DC")
        place.keep_events(line, _given_out(card.type, words))
        return []
    if card.type not in MODELS:
        raise line.error(f"the code model {card.type} is not known; known are {', '.join(MODELS)}")
    model, made = MODELS[card.type], Made(line, name, place)
    if model.moves or card.parameters.get("mode") == "2":
        place.keep_unread(line, name, f"{card.type} is read as what it gives out at DC")
    try:
        return _elements(made, model, _ports(model, words), _parameters(made, model, card))
    except ValueError as error:
        raise line.error(str(error)) from error


def _given_out(type_: str, words: list[str]) -> list[str]:
    """Return the nodes that a model of events gives out to."""
    first = -2 if type_ in _TWO else -1
    if words[-1] == "]" and "[" in words:
        first = len(words) - words[::-1].index("[")
    return [word for word in (each.lstrip("~") for each in words[first:]) if word not in ("]", "null")]


def _ports(model: CodeModel, words: Sequence[str]) -> dict[str, Port]:
    """Return the lines of each port. Raises ValueError for words that do not fit."""
    left, found = list(words), {}
    for port in model.ports.split():
        name, _, usual = port.partition(":")
        kind = usual or "v"
        if left and left[0][0] == "%":
            kind = left.pop(0)[1:]
        many = name.endswith("[]")
        if many != (left[:1] == ["["]):
            raise ValueError(f"expected {'lines in brackets' if many else 'one line'} at the port {name}")
        lines: Port = []
        left = left[1:] if many else left
        while not lines or (many and left[:1] != ["]"]):
            if left and left[0][0] == "%":
                kind = left.pop(0)[1:]
            if kind not in _KINDS:
                raise ValueError(f"a port of type %{kind} is not known; known are %{', %'.join(_KINDS)}")
            taken, left = tuple(left[: _KINDS[kind]]), left[_KINDS[kind] :]
            if len(taken) < _KINDS[kind] or "null" in taken or set(taken) & {"[", "]"} or len(lines) >= MOST_LINES:
                raise ValueError(f"the port {name} has not the nodes that one of type %{kind} needs")
            lines.append((kind, taken))
        left = left[1:] if many else left
        found[name.removesuffix("[]")] = lines
    if left:
        raise ValueError(f"there are {len(left)} words too many before the model")
    return found


def _parameters(made: Made, model: CodeModel, card: ModelCard) -> dict[str, tuple[float, ...]]:
    """Return the parameters of a model, the usual ones where the card says nothing."""
    where = f"{made.line.source}, line {made.line.number}"
    usual = dict(pair.split("=") for pair in model.usual.split())
    if ignored := sorted(set(card.parameters) - set(usual)):
        made.place.remark(made.line, f"not read: {', '.join(ignored)} of the model {card.name}")
    found = {}
    for name, text in usual.items():
        given = card.parameters.get(name, text.replace(",", " ")).split()
        if not given:
            raise ValueError(f"model {card.name} says no {name}")
        found[name] = tuple(_TRUTHS[word] if word in _TRUTHS else number(word, where) for word in given)
    return found


_TRUTHS = {"true": 1.0, "false": 0.0, "t": 1.0, "f": 0.0}


def _elements(
    made: Made, model: CodeModel, ports: Mapping[str, Port], lists: Mapping[str, tuple[float, ...]]
) -> list[Element]:
    """Return what holds each output, and what makes the currents that the model is told known."""
    meters: list[Element] = []
    taken = {
        port: tuple(_taken(made, port, k, *words, port in model.laws, meters) for k, words in enumerate(lines))
        for port, lines in ports.items()
    }
    found: list[Element] = []
    given = Given(taken, lists)
    for port, law in model.laws.items():
        ((kind, nodes),) = ports[port]
        if kind[0] in "vi" and port not in ("out", "mmf_out", "r0", "r1", "wiper"):
            continue  # only watched
        tree = given.law(law) if isinstance(law, str) else law(given)
        ends = made.place.nodes(made.line, [*nodes, "0"][:2])
        if ends[0] != ends[1] or kind[0] in "vh":
            named = made if port == "out" else made.part(port)
            found += Source(named, (ends[0], ends[1])).elements(tree, kind[0] in "vh")
    return [*meters, *found]


def _taken(made: Made, port: str, k: int, kind: str, words: Sequence[str], gives: bool, meters: list[Element]) -> Tree:
    """Return what a model is told by one line of a port: a voltage, or a current, for which a meter may be needed."""
    if kind == "vnam":
        return Current(words[0])
    if kind[0] == "h":
        return Current(f"v{made.part(port).name}")
    positive, negative = made.place.nodes(made.line, [*words, "0"][:2])
    if kind[0] in "vg" or gives:
        return Voltage(positive, negative) if positive != negative else Number(0.0)
    what = f"{port}{k or ''}"
    meters.append(Element(made.line, *made.beside("v", what), (positive, negative), "0.0"))
    return Current(f"v{made.name} {what}")
