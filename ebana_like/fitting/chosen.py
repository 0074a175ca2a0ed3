"""What do words such as `r*,v1,m1.w,{pos}` mean in a netlist? Quantities of its elements, and its parameters."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from ebana_like.checks import LONGEST
from ebana_like.circuit import Circuit
from ebana_like.errors import SettingError, meant
from ebana_like.netlist.deck import Deck, Element

MOST_PATTERNS, LONGEST_PATTERN = 100, 200
"""Of names of elements; matching takes a time that grows with the square of a pattern's length."""

_WILD = frozenset("*?[")


@dataclass(frozen=True)
class Chosen:
    """A value that is to be trained.

    name: as in `r1`, `x1.r1`, `m1.w`, in lower case, or `{pos}` for a parameter.
    elements: those that have it; several where they are one line of a subcircuit. None of a parameter.
    quantity: what of the elements it is.
    parameter: its path, as in `pos`, `x1.gain`; empty of elements.
    matched: whether only patterns mean it, and nobody asked for it by name.
    """

    name: str
    elements: tuple[Element, ...] = ()
    quantity: str = ""
    parameter: str = ""
    matched: bool = False

    def is_called(self, pattern: str) -> bool:
        """Whether a name or pattern in lower case means it."""
        names = {self.name, self.parameter, *(name for e in self.elements for name in (e.path, e.label))} - {""}
        return any(pattern == name or fnmatchcase(name, pattern) for name in names)


def words(text: str) -> list[str]:
    """Return the words of a list that commas separate."""
    return [word.strip() for word in text.split(",") if word.strip()]


def chosen(circuit: Circuit, deck: Deck, patterns: str) -> list[Chosen]:
    """Return what names and patterns mean, each value once.

    Raises SettingError for what is not there, or cannot be trained.
    """
    return _Search(circuit, deck, patterns).found()


class _Search:
    def __init__(self, circuit: Circuit, deck: Deck, patterns: str) -> None:
        self.deck = deck
        self.patterns = patterns
        self.banks = {label: bank for bank in circuit.banks for label in bank.labels}
        self.trainable = [e for e in deck.elements if e.label in self.banks and self.banks[e.label].quantities]
        self.named: dict[str, list[Element]] = {}
        for element in deck.elements:
            for name in {element.path, element.label}:
                self.named.setdefault(name, []).append(element)
        self.lines: dict[tuple[str, int], list[Element]] = {}
        for element in deck.elements:
            self.lines.setdefault((element.line.source, element.line.number), []).append(element)

    def found(self) -> list[Chosen]:
        wanted = list(dict.fromkeys(words(self.patterns.lower())))
        wild = [word for word in wanted if word not in self.named and _WILD.intersection(word)]
        if len(wild) > MOST_PATTERNS or max(map(len, wild), default=0) > LONGEST_PATTERN:
            raise SettingError(
                f"train has {len(wild)} patterns, the longest of {max(map(len, wild))} characters; at most "
                f"{MOST_PATTERNS} are taken, each of at most {LONGEST_PATTERN}"
            )
        found: dict[tuple[str, int, str], Chosen] = {}
        for word in wanted:
            for each in self.meant_by(word):
                line = each.elements[0].line if each.elements else None
                key = ("", 0, each.name) if line is None else (line.source, line.number, each.quantity)
                if key not in found or not each.matched:
                    found[key] = each
        return list(found.values())

    def meant_by(self, word: str) -> list[Chosen]:
        if word[:1] == "{" and word[-1:] == "}":
            return [self.parameter(word[1:-1].strip(), word)]
        if word in self.named:
            return [self.value(element, "") for element in self.named[word]]
        if _WILD.intersection(word):
            matching = self.matching(word)
            if matching:
                return matching
        head, _, quantity = word.rpartition(".")
        if head in self.named and quantity in self.banks[self.named[head][0].label].quantities:
            return [self.value(element, quantity) for element in self.named[head]]
        if word in self.deck.parameters:
            return [self.parameter(word, word)]
        raise self.unknown(word)

    def matching(self, pattern: str) -> list[Chosen]:
        """Return the elements that match: of the letter that a name in the pattern begins with, else resistors."""
        head, _, quantity = pattern.rpartition(".")
        plain = [e for e in self.trainable if _matches(e, pattern)]
        if not plain and head:
            found = [e for e in self.trainable if quantity in self.banks[e.label].quantities and _matches(e, head)]
            return [replace(self.value(element, quantity), matched=True) for element in found]
        first = pattern.rpartition(".")[2][:1]
        letter = "r" if first in _WILD else first
        return [replace(self.value(element, ""), matched=True) for element in plain if element.letter == letter]

    def value(self, element: Element, quantity: str) -> Chosen:
        """Return an element's quantity, of all elements of its line. Raises SettingError where it has none."""
        quantities = self.banks[element.label].quantities
        if not quantity and len(quantities) != 1:
            what = f"name one of {', '.join(f'{element.path}.{each}' for each in quantities)}"
            raise SettingError(
                f"train is {self.patterns[:LONGEST]}; {element.path} has "
                f"{'several values: ' + what if quantities else 'nothing that can be trained; take it out'}"
            )
        name = f"{element.path}.{quantity}" if quantity else element.path
        tied = tuple(self.lines[(element.line.source, element.line.number)])
        return Chosen(name, tied, quantity or next(iter(quantities)))

    def parameter(self, path: str, word: str) -> Chosen:
        if path not in self.deck.parameters:
            raise self.unknown(word)
        return Chosen(f"{{{path}}}", parameter=path)

    def unknown(self, word: str) -> SettingError:
        known = [element.path for element in self.trainable] + [f"{{{path}}}" for path in self.deck.parameters]
        known.sort(key=lambda name: name[0] not in ("r", word[:1]))
        return SettingError(
            f'train is {self.patterns[:LONGEST]}; no element or parameter is called "{word[:LONGEST]}"; '
            f"{meant(word, known, 'there are') if known else 'there are none'}"
        )


def _matches(element: Element, pattern: str) -> bool:
    return fnmatchcase(element.path, pattern) or fnmatchcase(element.label, pattern)
