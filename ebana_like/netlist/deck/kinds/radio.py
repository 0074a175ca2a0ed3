"""What is a source that is a port of a radio circuit? Itself behind its own resistance, as ngspice has it."""

from ebana_like.netlist.deck.element import Element
from ebana_like.netlist.deck.kinds.made import Made
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.readers import read_element
from ebana_like.netlist.deck.surroundings import Surroundings

_WORDS = frozenset({"portnum", "z0", "pwr", "freq", "phase"})
"""What a port says beside a source, with a number each."""


def is_port(words: list[str]) -> bool:
    """Whether the words of a voltage source make it a port."""
    return "portnum" in words[3:]


def read_port(line: Line, words: list[str], place: Surroundings) -> list[Element]:
    """Return the source and the resistor that a port is. Raises NetlistError for what is not understood."""
    kept, said, left = words[:3], dict[str, str](), [word for word in words[3:] if word != "="]
    while left:
        word = left.pop(0)
        if word not in _WORDS:
            kept.append(word)
        elif not left:
            raise line.error(f"{word} has no number behind it")
        else:
            said[word] = place.number(line, left.pop(0))
    named = Made(line, words[0], place)
    source = read_element(line, [words[0], f"{words[0]} behind", *kept[2:]], place)
    ends = (named.node("behind"), *place.nodes(line, [words[1]]))
    resistor = Element(line, *named.beside("r", "port"), ends, said.get("z0", "50.0"))
    return [resistor] if source is None else [source, resistor]
