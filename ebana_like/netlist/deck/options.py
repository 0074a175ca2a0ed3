"""What do `.options` and `.temp` change? Temperatures and gmin; what only steers a program is not needed."""

import re
from collections.abc import Mapping

from ebana_like.expressions.numbers import NUMBER, spice_number
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.notes import Notes

_STEERING = frozenset(
    (
        *("reltol", "abstol", "vntol", "chgtol", "pivtol", "pivrel", "trtol", "gminsteps", "srcsteps"),
        *("itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "method", "maxord"),
        *("numdgt", "acct", "noacct", "list", "node", "nomod", "nopage", "opts", "savecurrents"),
        *("rawfmt", "filetype", "plotwinsize"),
    )
)
"""How a program solves and prints; here it is solved our way."""

_CONDITIONS = {"temp": "celsius", "tnom": "nominal", "gmin": "gmin", "scale": "scale"}
"""What all laws share, by its name as an option; and by what lengths of MOS transistors are multiplied."""

_FIXED = {"defm": 1.0}
"""What would change the circuit, and the only value that the elements' laws hold for."""

_ACTING = frozenset(
    (
        *("rshunt", "rseries", "defl", "defw", "defad", "defas", "defpd", "defps", "badmos3", "wnflag", "scalm"),
        *("defnrd", "defnrs", "gshunt"),
    )
)
"""What would change the circuit, too, and is not done here."""


_TEMPERATURE = re.compile(rf"([+-]?{NUMBER})(?:\u00b0?c|deg|\u00c2\u00b0c)?")


def read_options(line: Line, words: list[str], notes: Notes) -> dict[str, float]:
    """Return what the words of an option line say of `Conditions`, and of the scale of lengths.

    Raises NetlistError for options that would change the circuit otherwise.
    """
    ignored: list[str] = []
    conditions: dict[str, float] = {}
    for name, value in _pairs(words).items():
        if name in _CONDITIONS:
            conditions[_CONDITIONS[name]] = _number(line, name, value)
        elif name in _FIXED:
            if not _is(value, _FIXED[name]):
                raise line.error(
                    f"{name} is {value or 'not given'}; the elements' laws here hold for {_FIXED[name]:g} only"
                )
        elif name in _ACTING:
            raise line.error(f'the option "{name}" changes the circuit and is not understood here; remove it')
        elif name not in _STEERING:
            ignored.append(name)
    if ignored:
        notes.add(
            line,
            f"not read: option{'s' * (len(ignored) > 1)} {', '.join(ignored)}, without effect on a DC operating point",
        )
    return conditions


def _number(line: Line, name: str, value: str) -> float:
    """Return an option's number, with a unit behind it or not, as in `25°C`. Raises NetlistError for another word."""
    match = _TEMPERATURE.fullmatch(value)
    try:
        return float(match[1]) if match and name != "gmin" else spice_number(value)
    except ValueError:
        raise line.error(f"{name} is {value or 'not given'}; expected a number") from None


def _pairs(words: list[str]) -> Mapping[str, str]:
    """Return the values of options by name, empty where they have none; of several the last."""
    found: dict[str, str] = {}
    position = 0
    while position < len(words):
        name, value = words[position], ""
        if words[position + 1 : position + 2] == ["="]:
            value, position = "".join(words[position + 2 : position + 3]), position + 2
        position += 1
        found[name] = value
    return found


def _is(value: str, wanted: float) -> bool:
    try:
        return float(value) == wanted
    except ValueError:
        return False
