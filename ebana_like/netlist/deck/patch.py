"""How does a netlist get other resistances and stay the same text? Only the words of their values are replaced."""

from collections.abc import Mapping

from ebana_like.errors import NetlistError
from ebana_like.netlist.deck.deck import Deck
from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.lines import newline, spans

MOST_LISTED = 5

Place = tuple[int, int, int]
"""Line, from 0, and the columns between which a word stands."""


def require_patchable(deck: Deck, text: str, labels: list[str]) -> dict[str, Place]:
    """Return where in the text the resistances of these elements stand.

    Raises NetlistError naming the element whose value has no place of its own in it.
    """
    lines = text.split(newline(text))
    by_label = {element.label: element for element in deck.elements}
    users: dict[tuple[str, int], list[Element]] = {}
    for element in deck.elements:
        users.setdefault((element.line.source, element.line.number), []).append(element)
    for label in labels:
        element = by_label[label]
        if element.line.source != deck.source:
            raise element.line.error(
                f"{element.path} stands in an included file; move it into {deck.source} to train it"
            )
        for other in users[(element.line.source, element.line.number)]:
            if other is not element:
                raise element.line.error(
                    f"{element.path} and {other.path} are the same line, which can hold one trained value; "
                    "write the subcircuit once for each, or train other resistors"
                )
    _require_own_parameters(deck, [by_label[label] for label in labels])
    return {label: _place(by_label[label], lines) for label in labels}


def _require_own_parameters(deck: Deck, elements: list[Element]) -> None:
    """Raise NetlistError where a resistor's value follows from a parameter that other elements follow too."""
    uses: dict[str, list[str]] = {}
    for path, asked in deck.elements_ask.items():
        following = list(asked)
        while following:
            parameter = following.pop()
            users = uses.setdefault(parameter, [])
            if path not in users and len(users) <= MOST_LISTED:  # of more the rest is not counted, nor further down
                users.append(path)
                following += deck.parameters_ask.get(parameter, ())
    for element in elements:
        following = sorted(deck.elements_ask.get(element.path, ()), reverse=True)
        while following:
            parameter = following.pop()
            users = uses[parameter]
            if len(users) > 1:
                more = " and more" if len(users) > MOST_LISTED else ""
                raise element.line.error(
                    f'the parameter "{parameter}" is used by {", ".join(users[:MOST_LISTED])}{more}, which would be '
                    f"trained apart from each other; write numbers in place of it, or train other resistors than "
                    f"{element.path} with --train"
                )
            following += sorted(deck.parameters_ask.get(parameter, ()), reverse=True)


def patched(text: str, places: Mapping[str, Place], values: Mapping[str, str]) -> str:
    """Return the text with the words at these places replaced."""
    end_of_line = newline(text)
    lines = text.split(end_of_line)
    for label, (line, begin, end) in sorted(places.items(), key=lambda item: item[1], reverse=True):
        lines[line] = f"{lines[line][:begin]}{values[label]}{lines[line][end:]}"
    return end_of_line.join(lines)


def _place(element: Element, lines: list[str]) -> Place:
    """Return where a resistor's value stands: the fourth word, or the one behind `r=`."""
    words = element.line.words()
    found = spans(lines, element.line.number - 1)
    if [lines[at][begin:end].lower() for at, begin, end in found] != words:
        raise NetlistError(f"{element.line.error('the value stands on two lines; write it on one')}")
    which = next((k + 2 for k in range(3, len(words) - 2) if words[k] == "r" and words[k + 1] == "="), 3)
    return found[which]
