"""Which values does a line give to which parameters?"""

import re
from itertools import pairwise

from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.subcircuits import NAME

_TOKEN = re.compile(r"\{[^{}]*\}|'[^']*'|[=,]|[^\s=,{}']+|\S")


def assignments(line: Line, text: str, spaces: bool = False) -> dict[str, str]:
    """Return `name=value` pairs of a lower-case text; values may be expressions, in braces or not.

    spaces: whether the value of a parameter that stands alone may have spaces in it without braces.
    Of a name that stands twice the last value counts, as in ngspice.
    """
    tokens = list(_TOKEN.finditer(text))
    at = [k for k, token in enumerate(tokens) if token[0] == "="]
    if bool(at) != bool(tokens) or at[:1] > [1] or 0 in at:
        raise line.error(_EXPECTED)
    found: dict[str, str] = {}
    for here, following in pairwise([*at, len(tokens) + 1]):
        name, values = tokens[here - 1][0], tokens[here + 1 : following - 1]
        if not NAME.fullmatch(name) or not values:
            raise line.error(_EXPECTED)
        value = text[values[0].start() : values[-1].end()]
        if len(values) == 1 and value[0] in "{'" and value[1:]:
            behind = text[values[0].end() : values[0].end() + 1]
            if behind and not behind.isspace():
                raise line.error(_EXPECTED)
            found[name] = value[1:-1]
            continue
        found[name] = value
        if _split_by(value, ","):
            raise line.error("programs disagree about commas between parameters; separate them by spaces")
        if (len(at) > 1 or not spaces or value[0] == "(") and _split_by(value, " \t"):
            raise line.error(f'ngspice ends the value of "{name}" at the space; write {name}={{{value}}}')
    return found


_EXPECTED = 'expected parameters as in "name=value"'


def _split_by(value: str, separators: str) -> bool:
    """Whether one of the separators stands in the text outside of parentheses."""
    depth = 0
    for character in value:
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in separators:
            return True
    return False
