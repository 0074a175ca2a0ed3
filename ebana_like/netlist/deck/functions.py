"""Which functions does a netlist define? What stands in `.func f(x, y) {...}`, kept as text until it is called."""

import re
from dataclasses import dataclass

from ebana_like.expressions import LONGEST
from ebana_like.netlist.deck.lines import Line

DEEPEST = 20
"""Functions that call each other in a chain."""

MOST_ARGUMENTS = 50

_NAME = r"[a-z_]\w*"
_FUNCTION = re.compile(rf"\s*({_NAME})\s*\(([^(){{}}=']*)\)\s*=?\s*(.+)", re.ASCII | re.DOTALL)
_ARGUMENT = re.compile(_NAME, re.ASCII)


@dataclass(frozen=True, eq=False)
class Defined:
    """A function that a netlist defines.

    arguments: their names. body: an expression of them and of the parameters where it is called.
    """

    name: str
    arguments: tuple[str, ...]
    body: str


def defines_function(text: str) -> bool:
    """Whether what stands behind `.param` defines a function, as in `f(x)={2*x}`."""
    return "(" in text.partition("=")[0] and _FUNCTION.fullmatch(text) is not None


def read_function(line: Line, text: str) -> Defined:
    """Return the function of a line, given what stands behind its keyword in lower case.

    Raises NetlistError for what is no function.
    """
    match = _FUNCTION.fullmatch(text)
    if match is None:
        raise line.error('expected a function as in ".func f(x,y) {x*y}"')
    name, listed, body = match[1], match[2].strip(), match[3].strip()
    arguments = tuple(word.strip() for word in listed.split(",")) if listed else ()
    wrong = next((word for word in arguments if not _ARGUMENT.fullmatch(word)), None)
    if wrong is not None or len(set(arguments)) != len(arguments) or len(arguments) > MOST_ARGUMENTS:
        raise line.error(
            f"the arguments of {name} must be up to {MOST_ARGUMENTS} different names"
            + (f'; "{wrong[:30]}" is none' if wrong is not None else "")
        )
    if body[0] in "{'" and len(body) > 1 and body[-1] == {"{": "}", "'": "'"}[body[0]]:
        body = body[1:-1]
    if len(body) > LONGEST:
        raise line.error(f"the function {name} is longer than {LONGEST} characters")
    return Defined(name, arguments, body)
