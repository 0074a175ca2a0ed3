"""What does an element's line say? One grammar for all netlists; every letter's words are read in one place."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from ebana_like.elements.bank import KINDS
from ebana_like.elements.waveform import FUNCTIONS, Waveform
from ebana_like.errors import NetlistError
from ebana_like.netlist.deck.devices import read_device
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.resistance import resistance
from ebana_like.netlist.deck.kinds.switching import HYSTERESIS, at_dc
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings
from ebana_like.netlist.deck.words import named_values


def read_element(line: Line, words: list[str], place: Surroundings) -> Element | None:
    """Return the element of a line, or None for one that carries no direct current.

    Raises NetlistError for what is not understood.
    """
    if not words:
        place.remark(line, "not read: a line of brackets alone")
        return None
    reader = _READERS.get(words[0][0])
    if reader is None and any(kind.letter == words[0][0] for kind in KINDS.values()):
        reader = _of_somebody_else
    if reader is None:
        raise not_understood(line, words[0][0])
    return reader(line, words, place)


def not_understood(line: Line, letter: str) -> NetlistError:
    """Return the error of an element whose letter stands for no kind that is known."""
    return line.error(
        f'no element understood here begins with "{letter}"; known are {", ".join(_READERS).upper()}, B and X'
    )


Reader = Callable[[Line, list[str], Surroundings], Element | None]

_FUNCTIONS = frozenset({*FUNCTIONS, "pwl"})
_SET = frozenset({"dc", "ac", "td", "r"})
_DISTORTION = frozenset({"distof1", "distof2"})
_PARTS = _SET | _FUNCTIONS | _DISTORTION
"""What begins a part of a source's line; the words behind it are its numbers."""


def _require(line: Line, words: list[str], form: str) -> None:
    if len(words) != form.count(" ") + 1:
        raise line.error(f'expected {form.count(" ") + 1} words as in "{form}"')


def _resistor(line: Line, words: list[str], place: Surroundings) -> Element:
    path, label = place.label(line, words[0])
    words, pairs = named_values(line, words)
    value, factor = resistance(line, words[3:], pairs, place)
    value = value if factor == 1 else place.scaled(value, factor)
    return Element(line, path, label, place.nodes(line, words[1:3]), value)


def _capacitor(line: Line, words: list[str], place: Surroundings) -> None:
    if len(words) < 4:
        raise line.error('expected at least 4 words as in "C1 a b 1u"')
    place.note(words[3:])
    place.keep(line, words)


def _inductor(line: Line, words: list[str], place: Surroundings) -> Element:
    if len(words) < 4:
        raise line.error('expected at least 4 words as in "L1 a b 1u"')
    place.note(words[3:])
    place.keep(line, words)
    path, label = place.label(line, f"v{words[0]}")
    return Element(line, path, label, place.nodes(line, words[1:3]), "0.0")


def _source(line: Line, words: list[str], place: Surroundings) -> Element:
    if len(words) < 3:
        raise line.error(f'expected a source as in "{words[0][0].upper()}1 a b 5"')
    path, label = place.label(line, words[0])
    words, times = _multiplied(line, words, place, "i")
    value = _direct_value(line, words[3:], place, label)
    if times is not None and any(word in _FUNCTIONS or word == "ac" for word in words):
        place.keep_unread(line, words[0], "it has an m= beside a function of time")
    value = value if times is None else place.scaled(value, times)
    return Element(line, path, label, place.nodes(line, words[1:3]), value)


def _direct_value(line: Line, words: list[str], place: Surroundings, label: str) -> str:
    """Return what a source holds at DC: behind `dc` or alone, else its time function's value at time zero, else 0.

    What it is in time, and in a small-signal analysis, is kept.
    """
    parts: dict[str, list[str]] = {"": []}
    for before, word in pairwise(["", *words]):
        if word in _PARTS and word not in parts:
            parts[word] = []
        elif word != "=" or before not in _SET:
            parts[next(reversed(parts))].append(place.number(line, word))
    for name in _DISTORTION:
        parts.pop(name, None)
    alone, direct = parts.pop(""), parts.pop("dc", [])
    functions = [name for name in parts if name in _FUNCTIONS]
    if len(alone) + len(direct) > 1 or len(functions) > 1 or len(parts.get("ac", [])) > 2:
        raise line.error("the source has more than one value, or more than one time function")
    small = [float(number) for number in parts["ac"]] if "ac" in parts else None
    parts.pop("ac", None)
    magnitude, phase = [*(small or []), *[1.0, 0.0][len(small or []) :]]
    phasor = None if small is None else (magnitude, phase)
    behind = {name: numbers for name, numbers in parts.items() if name in _SET}
    if behind and (functions != ["pwl"] or line.text[0] in "iI" or any(len(found) != 1 for found in behind.values())):
        raise line.error("td= and r= belong behind the pwl of a voltage source, with one number each")
    try:
        waveform = _waveform(functions[0], parts[functions[0]], behind) if functions else None
        begins = "0.0" if waveform is None or alone or direct else repr(waveform.at_zero())
    except (ValueError, OverflowError) as error:
        raise line.error(str(error)) from error
    place.keep_swing(label, waveform, phasor)
    return (*direct, *alone, begins)[0]


def _waveform(function: str, numbers: list[str], behind: Mapping[str, list[str]]) -> Waveform:
    repeat = float(behind["r"][0]) if "r" in behind else None
    return Waveform(function, tuple(map(float, numbers)), float(*behind.get("td", [])), repeat)


def _voltage_controlled(line: Line, words: list[str], place: Surroundings) -> Element:
    words, times = _multiplied(line, words, place, "g")
    if words[3:4] in (["vcvs"], ["vccs"]):
        words = [*words[:3], *words[4:]]
    _require(line, words, f"{words[0][0].upper()}1 a b control+ control- 2")
    path, label = place.label(line, words[0])
    return Element(line, path, label, place.nodes(line, words[1:5]), _gain(line, words[5], times, place))


def _multiplied(line: Line, words: list[str], place: Surroundings, letter: str) -> tuple[list[str], float | None]:
    """Return the words without the `m=2` at the end of a current source, of several the last; and what it says."""
    times = None
    while words[0][0] == letter and words[-3:-1] == ["m", "="]:
        times = float(place.number(line, words[-1])) if times is None else times
        words = words[:-3]
    return words, times


def _current_controlled(line: Line, words: list[str], place: Surroundings) -> Element:
    words, times = _multiplied(line, words, place, "f")
    _require(line, words, f"{words[0][0].upper()}1 a b vmeter 2")
    path, label = place.label(line, words[0])
    control = meter(line, words[3], place)
    return Element(line, path, label, place.nodes(line, words[1:3]), _gain(line, words[4], times, place), control)


def _gain(line: Line, word: str, times: float | None, place: Surroundings) -> str:
    gain = place.number(line, word)
    return gain if times is None else place.scaled(gain, times)


def meter(line: Line, name: str, place: Surroundings) -> str:
    """Return the label of the voltage source, or the inductor, of that name."""
    if name[0] not in "vl":
        raise line.error(f'"{name}" is no voltage source whose current could be copied')
    return place.label(line, name if name[0] == "v" else f"v{name}")[1]


def _coupling(line: Line, words: list[str], place: Surroundings) -> None:
    """Read a K line: inductors that are coupled stay wires at DC."""
    if len(words) < 4 or any(name[0] != "l" for name in words[1:-1]):
        raise line.error('expected a coupling as in "K1 L1 L2 0.9"')
    place.note(words[-1:])
    place.keep(line, words)


def _switch(line: Line, words: list[str], place: Surroundings) -> Element:
    """Read a switch: nodes, those that decide, model, maybe how it begins."""
    begins = words.pop() if words[-1] in ("on", "off") and len(words) > 6 else "off"
    _require(line, words, "S1 a b control+ control- model")
    path, label = place.label(line, words[0])
    card = place.card(line, words[5])
    flat = place.shared(at_dc(line, card, begins))
    if flat != card:
        place.keep_unread(line, words[0], HYSTERESIS)
    return Element(line, path, label, place.nodes(line, words[1:5]), card=flat)


def _of_somebody_else(line: Line, words: list[str], place: Surroundings) -> Element:
    """Read an element of a kind that others defined: its nodes, and the words behind them as they stand."""
    terminals = max(len(kind.terminals) for kind in KINDS.values() if kind.letter == words[0][0])
    path, label = place.label(line, words[0])
    nodes = place.nodes(line, words[1 : 1 + terminals])
    return Element(line, path, label, nodes, value=" ".join(words[1 + terminals :]))


_READERS: dict[str, Reader] = {
    "r": _resistor,
    "c": _capacitor,
    "l": _inductor,
    "v": _source,
    "i": _source,
    "e": _voltage_controlled,
    "g": _voltage_controlled,
    "f": _current_controlled,
    "h": _current_controlled,
    "s": _switch,
    "d": read_device,
    "q": read_device,
    "m": read_device,
    "j": read_device,
    "z": read_device,
    "k": _coupling,
}
