"""How does a netlist get other values and stay the same text? Only the words of the values are replaced."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from ebana_like.netlist.deck.deck import Deck
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.lines import Line, newline, spans

MOST_LISTED = 5

Place = tuple[int, int, int]
"""Line, from 0, and the columns between which a word stands."""

_BEHIND = {"conductance": ("r",), "voltage": ("dc",), "amperes": ("dc",), "gain": ("gain",)}
"""What a value may stand behind, where that is not its quantity's name: `r=1k`, `dc 5`."""

_ALONE = {"r": (3, 4), "v": (3,), "i": (3,), "e": (5,), "g": (5,), "f": (4,), "h": (4,), "d": (4,), "q": (5, 6)}
"""Where it may stand alone, counted in words, by the element's letter; the first that can be a value counts."""


class Places:
    """Where values stand in the text of a deck."""

    def __init__(self, deck: Deck, text: str) -> None:
        self.deck = deck
        self.lines = text.split(newline(text))

    def of_value(self, elements: Sequence[Element], quantity: str) -> Place:
        """Return where the value of elements stands that are one line of the text.

        Raises NetlistError naming the element whose value has no place of its own.
        """
        element = elements[0]
        self._require_here(element.line, element.path)
        self._require_own_parameters(elements)
        words, found = self._words(element.line)
        names = _BEHIND.get(quantity, (quantity,))
        behind = next((k + 1 for k in range(3, len(words) - 1) if words[k] in names), None)
        if behind is not None and words[behind] == "=":
            behind += 1
        alone = (k for k in _ALONE.get(element.letter, ()) if k < len(words) and _is_value(words[k]))
        at = behind if behind is not None else next(alone, None)
        if at is None or at >= len(words):
            raise element.error(f"{element.path} has no {quantity} in the text to be replaced; write {names[0]}=VALUE")
        return found[at]

    def of_parameter(self, path: str) -> Place:
        """Return where a parameter gets its value. Raises NetlistError where that is no plain number."""
        line = self.deck.parameters[path]
        self._require_here(line, path)
        words, found = self._words(line)
        name = path.rpartition(".")[2]
        at = next(k + 2 for k in range(len(words) - 2) if words[k] == name and words[k + 1] == "=")
        if not _is_number(words[at]):
            raise line.error(f"{path} follows from {words[at]}; train what it follows from, or write a number")
        return found[at]

    def word(self, place: Place) -> str:
        """Return the word that stands at a place, in lower case."""
        line, begin, end = place
        return self.lines[line][begin:end].lower()

    def _require_here(self, line: Line, path: str) -> None:
        if line.source != self.deck.source:
            raise line.error(f"{path} stands in an included file; move it into {self.deck.source} to train it")

    def _words(self, line: Line) -> tuple[list[str], list[Place]]:
        """Return the words of a statement, and where each stands. Raises NetlistError where one stands on two lines."""
        words, found = line.words(), spans(self.lines, line.number - 1)
        if [self.lines[at][begin:end].lower() for at, begin, end in found] != words:
            raise line.error("a value stands on two lines; write it on one")
        return words, found

    @cached_property
    def _uses(self) -> dict[str, list[str]]:
        """Elements by the parameters that they follow."""
        uses: dict[str, list[str]] = {}
        for path, asked in self.deck.elements_ask.items():
            following = list(asked)
            while following:
                parameter = following.pop()
                users = uses.setdefault(parameter, [])
                if path not in users and len(users) <= MOST_LISTED:  # of more the rest is not counted, nor further down
                    users.append(path)
                    following += self.deck.parameters_ask.get(parameter, ())
        return uses

    def _require_own_parameters(self, elements: Sequence[Element]) -> None:
        """Raise NetlistError where a value follows from a parameter that other elements follow too."""
        own = {element.path for element in elements}
        for element in elements:
            following = sorted(self.deck.elements_ask.get(element.path, ()), reverse=True)
            while following:
                parameter = following.pop()
                users = self._uses[parameter]
                if not own.issuperset(users):
                    more = " and more" if len(users) > MOST_LISTED else ""
                    raise element.line.error(
                        f'the parameter "{parameter}" is used by {", ".join(users[:MOST_LISTED])}{more}, which would '
                        f"be trained apart from each other; train the parameter, --train '{{{parameter}}}', or others "
                        f"than {element.path}"
                    )
                following += sorted(self.deck.parameters_ask.get(parameter, ()), reverse=True)


def patched(text: str, values: Mapping[Place, str]) -> str:
    """Return the text with the words at these places replaced."""
    end_of_line = newline(text)
    lines = text.split(end_of_line)
    for (line, begin, end), value in sorted(values.items(), reverse=True):
        lines[line] = f"{lines[line][:begin]}{value}{lines[line][end:]}"
    return end_of_line.join(lines)


def _is_value(word: str) -> bool:
    return word[:1] in "{'" or _is_number(word)


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or word[:1] in "+-."
