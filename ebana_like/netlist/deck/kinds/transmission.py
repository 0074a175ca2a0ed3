"""What is a transmission line at DC? Wires of the resistance it has along its length, and what leaks between them.

As ngspice 39 has them: a lossless line (T) couples its ports as a transformer of one turn would; a lossy one (O) is a
resistor from one positive node to the other, whose current comes back through the negative ones; Y, P and U lines are
resistors between their ends alone, of which those of Y and P leak a little.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ebana_like.elements import ModelCard
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.made import Made
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings
from ebana_like.netlist.deck.words import named_values

_FORMS = {
    "t": '"T1 a b c d z0=50 td=1n"',
    "o": '"O1 a b c d model"',
    "y": '"Y1 a 0 b 0 model"',
    "p": '"P1 a b 0 c d 0 model"',
    "u": '"U1 a b c model l=1m"',
}

_WITHOUT_EFFECT = frozenset({"z0", "zo", "td", "f", "nl", "ic", "n", "m", "rel", "abs"})

_LENGTHS = ("len", "length", "l")

MOST_COUPLED = 100

LINES = frozenset(_FORMS)
"""Letters of transmission lines."""


class _Read(NamedTuple):
    """What a line and its model say: names for its elements, its nodes, its length, and its model's numbers."""

    named: Made
    ends: tuple[str, ...]
    length: float
    card: ModelCard

    def of_model(self, name: str, usual: float = 0.0) -> list[float]:
        """Return the numbers of one of the model's parameters. Raises NetlistError where they are none."""
        line = self.named.line
        where = f"{line.source}, line {line.number}"
        return [number(word, where) for word in self.card.parameters.get(name, repr(usual)).split()]


def read_transmission(line: Line, words: list[str], place: Surroundings) -> list[Element]:
    """Return the elements that a T, O, Y, P or U line is at DC. Raises NetlistError for what is not understood."""
    letter = words[0][0]
    words, pairs = named_values(line, words)
    nodes = words[1:] if letter == "t" else words[1:-1]
    right = len(nodes) == (3 if letter == "u" else 4)
    if not (right or (letter == "p" and len(nodes) % 2 == 0 and 4 <= len(nodes) <= 2 * MOST_COUPLED + 2)):
        raise line.error(f"expected a transmission line as in {_FORMS[letter]}")
    given = {name: float(place.number(line, values[0])) for name, values in pairs.items() if name != "ic"}
    if unknown := set(pairs) - _WITHOUT_EFFECT - set(_LENGTHS):
        raise line.error(f'the parameter "{min(unknown)}" is not understood')
    ends, named = place.nodes(line, nodes), Made(line, words[0], place)
    place.keep_unread(line, words[0], "transmission lines are read as what they are at DC")
    if letter == "t":
        return _ports(named, ends)
    type_, reader = _READERS[letter]
    card = place.card(line, words[-1])
    if card.type != type_:
        raise line.error(f"model {card.name} is of type {card.type}; this line needs one of type {type_}")
    read = _Read(named, ends, 0.0, card)
    own = next((given[name] for name in _LENGTHS if name in given), None)
    if own is None:
        own = read.of_model("len" if letter == "o" else "length")[0]
    return reader(read._replace(length=own))


def _uniform(read: _Read) -> list[Element]:
    if "isperl" in read.card.parameters:
        raise read.named.line.error(f"isperl makes diodes of model {read.card.name}, which are not read; leave it out")
    return [_resistor(read.named, "", read.ends[:2], read.of_model("rperl", 1000.0)[0] * read.length)]


def _coupled(read: _Read) -> list[Element]:
    count, along = len(read.ends) // 2 - 1, read.of_model("r")
    own = [k * count - k * (k - 1) // 2 for k in range(count)]  # of the upper half of a matrix, row by row
    if own[-1] >= len(along):
        raise read.named.line.error(
            f"model {read.card.name} has {len(along)} resistances; {count} lines need {own[-1] + 1}"
        )
    pairs = list(zip(read.ends[:count], read.ends[count + 1 : -1], strict=True))
    return [
        each
        for k in range(count)
        for each in _single(read.named, f"line {k + 1}", pairs[k], along[own[k]] * read.length)
    ]


def _alone(read: _Read) -> list[Element]:
    return _single(read.named, "", (read.ends[0], read.ends[2]), read.of_model("r")[0] * read.length)


def _lossy(read: _Read) -> list[Element]:
    ohms, leak = read.of_model("r")[0] * read.length, read.of_model("g")[0] * read.length
    if not leak:
        return _through(read.named, read.ends, ohms)
    if read.of_model("l")[0] or read.of_model("c")[0] or not ohms > 0:
        raise read.named.line.error(
            f"ngspice takes the conductance of model {read.card.name} beside a resistance r alone"
        )
    return _leaking(read.named, read.ends, ohms, leak)


_READERS: dict[str, tuple[str, Callable[[_Read], list[Element]]]] = {
    "o": ("ltra", _lossy),
    "y": ("txl", _alone),
    "p": ("cpl", _coupled),
    "u": ("urc", _uniform),
}
"""Types of their models, and what reads them."""


def _resistor(named: Made, what: str, ends: tuple[str, ...], ohms: float) -> Element:
    """Return the resistor that one line of those that are coupled is, or the wire where it has no resistance."""
    if ohms < 0:
        raise named.line.error(f"the line has {ohms:g} ohm along its length; expected none or more")
    letter, value = ("r", ohms) if ohms else ("v", 0.0)
    return Element(named.line, *(named.beside(letter, what) if what else named.own(letter)), ends, repr(value))


def _single(named: Made, what: str, ends: tuple[str, str], ohms: float) -> list[Element]:
    """Return one line of those that ngspice has leak at both ends, by a fifth of gmin."""
    ground = repr(1 / (0.2 * named.place.conditions.gmin))
    leaks = [
        Element(named.line, *named.beside("r", f"{what} {side}".strip()), (end, "0"), ground)
        for side, end in zip(("near", "far"), ends, strict=True)
        if end != "0"
    ]
    return [_resistor(named, what, ends, ohms), *leaks]


def _ports(named: Made, ends: Sequence[str]) -> list[Element]:
    """Return what makes the voltages of two ports equal, and the current out of one that into the other."""
    near, under, far, below = ends
    if under == below:
        return [_resistor(named, "", (near, far), 0.0)]
    meter, behind = named.own("v"), named.node("behind")
    return [
        Element(named.line, *meter, (near, behind), "0.0"),
        Element(named.line, *named.beside("e", "ports"), (behind, under, far, below), "1.0"),
        Element(named.line, *named.beside("f", "back"), (far, below), "-1.0", meter[1]),
    ]


def _through(named: Made, ends: Sequence[str], ohms: float) -> list[Element]:
    """Return a resistor, or a wire, between the positive nodes, whose current comes back by the negative ones."""
    near, under, far, below = ends
    if under == below:
        return [_resistor(named, "", (near, far), ohms)]
    meter = named.own("v")
    behind = named.node("behind") if ohms else far
    along = [_resistor(named, "along", (behind, far), ohms)] if ohms else []
    back = Element(named.line, *named.beside("f", "back"), (below, under), "1.0", meter[1])
    return [Element(named.line, *meter, (near, behind), "0.0"), *along, back]


def _leaking(named: Made, ends: Sequence[str], ohms: float, siemens: float) -> list[Element]:
    """Return a line that leaks all along: two ports, as the telegrapher's equations have them where nothing moves."""
    near, under, far, below = ends
    root = math.sqrt(ohms * siemens)
    if not root < 500:
        raise named.line.error("the line leaks so much that nothing arrives at its end; take it apart")
    across = math.sinh(root) * math.sqrt(ohms / siemens)
    into = repr(across / math.cosh(root))
    return [
        Element(named.line, *named.beside("r", "near"), (near, under), into),
        Element(named.line, *named.beside("r", "far"), (far, below), into),
        Element(named.line, *named.beside("g", "there"), (near, under, far, below), repr(-1 / across)),
        Element(named.line, *named.beside("g", "back"), (far, below, near, under), repr(-1 / across)),
    ]
