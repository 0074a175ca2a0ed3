"""Which number does a word stand for? SPICE's suffixes: M is milli, MEG is mega."""

import math
import re

MIL = 25.4e-6
"""A thousandth of an inch, in metres: the one suffix that is no power of ten."""

_POWERS = {
    "t": 12, "g": 9, "meg": 6, "k": 3, "m": -3, "u": -6, "\u00b5": -6, "\u03bc": -6, "n": -9, "p": -12, "f": -15
}  # fmt: skip
NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_PLAIN = re.compile(rf"[+-]?{NUMBER}", re.ASCII)
_WITH_SUFFIX = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(?:e([+-]?\d{1,4}))?(meg|mil|[tgkmu\u00b5\u03bcnpf])?([a-z\u03c9]*)", re.ASCII
)
LONGEST = 100
_INFIX = re.compile(r"(\d+)(meg|[tgkmunpfr])(\d+)", re.ASCII)
_ATTO = re.compile(rf"([+-]?{NUMBER})a[a-z]*", re.ASCII)


def advice(word: str) -> str:
    """Return how to write a lower-case word that is no number, as the end of a message; maybe empty."""
    if len(word) <= LONGEST and (match := _INFIX.fullmatch(word)):
        suffix = "" if match[2] == "r" else match[2]
        return f"; programs disagree about it, write {match[1]}.{match[3]}{suffix}"
    if len(word) <= LONGEST and (match := _ATTO.fullmatch(word)):
        atto = f"{float(match[1]) * 1e-18:g}"
        return f"; to some programs its a is ampere, to others atto: write {match[1]} or {atto}"
    return ""


def is_plain(word: str) -> bool:
    """Whether a lower-case word is a number without suffix, which every program reads alike."""
    return len(word) <= LONGEST and _PLAIN.fullmatch(word) is not None


def spice_number(word: str) -> float:
    """Return the number that a lower-case word such as `2.52n`, `4.7kohm` or `1e-9` stands for: the nearest double.

    Raises ValueError for other text, for a number followed by `a`, which programs take for atto or for ampere, and for
    an `e` without an exponent.
    """
    match = _WITH_SUFFIX.fullmatch(word) if len(word) <= LONGEST else None
    if match is None or (not match[3] and match[4][:1] in ("a", "e")):
        raise ValueError(word)
    power = int(match[2] or 0) + _POWERS.get(match[3], 0)
    value = float(f"{match[1]}e{power}") * (MIL if match[3] == "mil" else 1.0)
    if not math.isfinite(value):
        raise ValueError(word)
    return value
