"""What does a line say whose law is an expression, a table or a polynomial? A tree, of which elements are made."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

from ebana_like.expressions import Call, Current, Number, Tree, Voltage
from ebana_like.expressions.functions import pieces
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.holding import Source, product
from ebana_like.netlist.deck.kinds.made import Made
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.surroundings import Surroundings

MOST_COEFFICIENTS, MOST_POINTS, MOST_CONTROLS = 500, 500, 20

_NODE = r"[^\s(),={}'\"]+"
_HEAD = re.compile(rf"\s*({_NODE})\s*\(?\s*({_NODE})[\s,]+({_NODE})\s*\)?\s*(.*)", re.DOTALL)
_BEHIND = re.compile(r"^(.*[\s}')])(m|tc1|tc2|temp|dtemp)\s*=(?!=)\s*(\{[^{}]*\}|'[^']*'|[^\s=]+)\s*$", re.DOTALL)
_QUANTITY = re.compile(r"(value|vol|cur|i|v)\s*=?\s*(.+)", re.DOTALL)
_TABLE = re.compile(r"table\s*=?\s*\{([^{}]*)\}\s*=?\s*(.+)", re.DOTALL)
_POLY = re.compile(r"poly\s*\(\s*(\d{1,3})\s*\)\s*(.+)", re.DOTALL)
_WORD = re.compile(r"\{[^{}]*\}|'[^']*'|[^\s(),={}']+")

BEHAVIOURAL = frozenset("befghr")
"""Letters of sources that an expression may tell."""

_ASKS = re.compile(r"\b[vi]\s*\(")
"""Where an expression asks for a voltage or a current."""

_KEYWORDS = {"b": ("i", "v"), "e": ("value", "vol"), "g": ("value", "cur"), "f": (), "h": (), "r": ()}
_FORMS = {
    "b": '"B1 a b I={V(c)*1m}" or "B1 a b V={V(c)*2}"',
    "e": '"E1 a b VALUE={V(c)*2}"',
    "g": '"G1 a b VALUE={V(c)*1m}"',
    "f": '"F1 a b POLY(2) V1 V2 0 1 1"',
    "h": '"H1 a b POLY(2) V1 V2 0 1 1"',
    "r": '"R1 a b R={1k*(1+V(c))}"',
}


def is_behavioural(words: Sequence[str]) -> bool:
    """Whether the words of a source say more than two controls and a gain."""
    if words[0][0] == "r" and "?" in words:
        return True
    if words[0][0] == "r":
        plain = len(words) < 4 or (len(words) == 4 and words[3][0] not in "{'")  # nearly all resistors
        return not plain and any(word[0] in "{'" and _ASKS.search(word) for word in words[3:])
    return words[0][0] == "b" or any(word in ("=", "table", "poly", "value", "vol", "cur") for word in words[3:5])


def read_behaviour(line: Line, words: list[str], place: Surroundings) -> list[Element]:
    """Return the elements of a B, E, F, G or H line. Raises NetlistError saying what is not understood, and the fix."""
    text, times = _without_multiplier(line, line.text.lower(), place)
    head = _HEAD.fullmatch(text)
    letter = words[0][0]
    if head is None:
        raise line.error(f"expected {_FORMS[letter]}")
    name, positive, negative, rest = head.groups()
    ends = place.nodes(line, [positive, negative])
    source = Source(Made(line, name, place), (ends[0], ends[1]), " ".join(words[3:]))
    rest, is_voltage = rest.strip(), letter in "eh"
    if match := _POLY.fullmatch(rest):
        law = _polynomial(line, letter, int(match[1]), match[2], place)
    elif letter in "eg" and (match := _TABLE.fullmatch(rest)):
        law = _table(line, match[1], match[2], place)
    elif (match := _QUANTITY.fullmatch(rest)) and match[1] in _KEYWORDS[letter]:
        law, is_voltage = place.law(line, _unquoted(match[2])), match[1] == "v" or letter == "e"
    elif letter == "r":
        law = Call("/", (Voltage(*ends), place.law(line, _unquoted(rest.removeprefix("r").strip().removeprefix("=")))))
    else:
        raise line.error(f"expected {_FORMS[letter]}")
    if times is not None:
        law = product(Number(times), law)
    try:
        _require_tables(law)
        return source.elements(law, is_voltage)
    except ValueError as error:
        raise line.error(str(error)) from error


def _without_multiplier(line: Line, text: str, place: Surroundings) -> tuple[str, float | None]:
    """Return a text without the `m=2`, `tc1=1m` at its end, and by how much they multiply the law: a source by more
    when it is hotter, the current of a resistor by less."""
    given: dict[str, float] = {}
    while match := _BEHIND.match(text):
        text, name, value = match.groups()
        given.setdefault(name, float(place.number(line, value)))  # of several the last, which is met first
    if not given:
        return text, None
    celsius = given.get("temp", place.conditions.celsius + given.get("dtemp", 0.0))
    hotter = celsius - place.conditions.nominal
    heat = 1 + given.get("tc1", 0.0) * hotter + given.get("tc2", 0.0) * hotter**2
    times = given.get("m", 1.0)
    return text, times / heat if text.strip()[0] == "r" else times * heat


def _unquoted(text: str) -> str:
    """Return what stands in the quotes or braces around all of a text."""
    text = text.strip()
    for opening, closing in ("''", '""'):
        if len(text) > 1 and text[0] == opening and text[-1] == closing:
            return text[1:-1] if opening not in text[1:-1] else _in_parentheses(text)
    return _in_parentheses(text)


def _in_parentheses(text: str) -> str:
    """Return a text whose quoted parts stand in parentheses."""
    return re.sub(r"'([^']*)'", r"(\1)", text)


def _numbers(line: Line, words: Sequence[str], place: Surroundings) -> list[float]:
    return [float(place.number(line, word)) for word in words]


def _table(line: Line, at: str, text: str, place: Surroundings) -> Tree:
    """Return the law of a table `{x} = (x1,y1) (x2,y2) ...`, flat beyond its ends."""
    text = text.strip()
    if text[:1] == "{" and text[-1:] == "}":
        text = text[1:-1]
    points = _numbers(line, _WORD.findall(text), place)
    if len(points) % 2 or len(points) < 4 or any(b <= a for a, b in zip(points[0::2], points[2::2], strict=False)):
        raise line.error("expected two points or more with rising x, as in TABLE {V(a)} = (0,0) (1,5)")
    if len(points) > 2 * MOST_POINTS:
        raise line.error(f"a table has {len(points) // 2} points; at most {MOST_POINTS} are read")
    return Call("table", (place.law(line, at), *map(Number, points)))


def _polynomial(line: Line, letter: str, count: int, text: str, place: Surroundings) -> Tree:
    """Return the law of `POLY(n) controls coefficients`: constant, linear, quadratic ... terms in SPICE's order."""
    words = _WORD.findall(text)
    taken = count * (2 if letter in "eg" else 1)
    if not 0 < count <= MOST_CONTROLS or len(words) <= taken:
        raise line.error(
            f"POLY({count}) expects {taken} {'nodes' if letter in 'eg' else 'sources'}, then coefficients; at most "
            f"{MOST_CONTROLS} controls are read"
        )
    if len(words) - taken > MOST_COEFFICIENTS:
        raise line.error(f"a polynomial has {len(words) - taken} coefficients; at most {MOST_COEFFICIENTS} are read")
    controls: list[Tree] = []
    if letter in "eg":
        nodes = place.nodes(line, words[:taken])
        pairs = zip(nodes[0::2], nodes[1::2], strict=True)
        controls += [
            Number(0.0) if positive == negative else Voltage(positive, negative) for positive, negative in pairs
        ]
    else:
        controls += [Current(word) for word in words[:taken]]
    terms: list[Tree] = []
    for coefficient, factors in zip(_numbers(line, words[taken:], place), _powers(controls), strict=False):
        if coefficient:
            term: Tree = Number(coefficient)
            for factor in factors:
                term = product(term, factor)
            terms.append(term)
    return Call("+", tuple(terms)) if len(terms) > 1 else (*terms, Number(0.0))[0]


def _powers(controls: list[Tree]) -> Iterator[tuple[Tree, ...]]:
    degree = 0
    while True:
        yield from combinations_with_replacement(controls, degree)
        degree += 1


def _require_tables(law: Tree) -> None:
    """Raise ValueError where the points of a `pwl` or `table` are no numbers that rise."""
    if not isinstance(law, Call):
        return
    if law.function in ("pwl", "table"):
        points = [point.value for point in law.arguments[1:] if isinstance(point, Number)]
        if len(points) < len(law.arguments) - 1:
            raise ValueError(f"the points of {law.function} must be numbers, or follow from parameters")
        pieces(tuple(points))
    for argument in law.arguments:
        _require_tables(argument)
