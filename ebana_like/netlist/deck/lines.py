"""Which statements does a text hold? Without comments, continued lines joined; what a program would run is refused."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ebana_like.errors import NetlistError
from ebana_like.netlist.netlist import EXECUTED

ANNOTATION = "* @"
"""How comment lines begin that say what SPICE does not know."""

_QUOTED_OR_COMMENT = re.compile(r'("[^"]*")|(?:;|//|(?:(?<=[\s,])|^)\$(?=\s|$)).*')
WORD = re.compile(r"[^\s(),={}'\"]+-\([^\s(),={}'\"]*\)|\{[^{}]*\}|'[^']*'|\"[^\"]*\"|=|[^\s(),={}'\"]+|[{}'\"]")
"""What may stand in a statement: a name of a net by KiCad, an expression, a sign, or any other word."""

_NEEDS_CARE = re.compile(r"[(),={}'\"]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

LONGEST_STATEMENT = 100_000
"""Characters, continuation included; a subcircuit with a thousand nodes takes ten thousand."""

QUOTED_IN_ERRORS, LONGEST_REASON = 80, 300


class Line(NamedTuple):
    """A statement: the file it stands in, the number of its first line there, and its text without comments."""

    source: str
    number: int
    text: str

    def error(self, reason: str) -> NetlistError:
        """Return the error that refuses this line."""
        reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
        return NetlistError(f"{self.source}, line {self.number}: {reason}: {self.text.strip()[:QUOTED_IN_ERRORS]!r}")

    def words(self) -> list[str]:
        """Return the words in lower case: parentheses and commas separate; `=`, `{...}` and `'...'` are words."""
        return words(self.text)


def words(text: str) -> list[str]:
    """Return the words of a statement in lower case; see `Line.words`. `Net-(R1-Pad1)` is one, as KiCad writes it."""
    text = text.lower()
    return WORD.findall(text) if _NEEDS_CARE.search(text) else text.split()


def require_text(text: str, source: str) -> None:
    """Raise NetlistError where the text holds characters that no text has."""
    if _CONTROL.search(text):
        raise NetlistError(f"cannot read {source}: it is not text")


def newline(text: str) -> str:
    """Return what ends the lines of a text: a carriage return alone only where it has nothing else."""
    return "\n" if "\n" in text or "\r" not in text else "\r"


def statements(
    physical: Iterable[str], source: str, first: int, note: Callable[[Line, str], None] | None = None
) -> Iterator[Line]:
    """Yield the statements and annotations of a file's lines, without `.control` parts: nothing of them is run.

    first: number of the first of them. note: is told what is left out; without it that is refused.
    Raises NetlistError for comments that ngspice would execute, and for backquotes, in which it runs programs.
    """
    open_line: Line | None = None
    more: list[str] = []
    control: Line | None = None
    for number, raw in enumerate(physical, start=first):
        text = raw.strip()
        if control is not None:
            control = None if text.lower().startswith(".endc") else control
            continue
        if not text:
            continue
        first_letter = text[0]
        if first_letter == "." and text.lower().startswith(".control"):
            control = Line(source, number, text)
            if note is None:
                raise control.error("this part would run commands; take it out")
            note(control, ".control not run: nothing of what stands up to .endc is read")
            continue
        if "\r" in text:
            raise Line(source, number, text).error("there is a carriage return inside this line; let it end the line")
        if first_letter == "*":
            refuse_executed(Line(source, number, text))
            if text.startswith(ANNOTATION):
                if open_line is not None:
                    yield _joined(open_line, more)
                    open_line = None
                yield Line(source, number, text)
            continue
        text = without_comment(text)
        if not text:
            continue
        if "`" in text:
            raise Line(source, number, text).error("ngspice runs what stands in backquotes; remove them")
        if text[0] == "+":
            if open_line is None:
                raise Line(source, number, text).error("there is no line before that this one could continue")
            more.append(text[1:])
            continue
        if open_line is not None:
            yield _joined(open_line, more)
        open_line, more = Line(source, number, text), []
    if open_line is not None:
        yield _joined(open_line, more)


def without_comment(text: str) -> str:
    """Return a line without what stands behind `;`, `//` or a `$` of its own."""
    if ";" in text or "$" in text or "//" in text:
        return _QUOTED_OR_COMMENT.sub(lambda match: match[1] or "", text).rstrip()
    return text


def refuse_executed(line: Line) -> None:
    """Raise NetlistError for a comment line that ngspice would execute."""
    text = line.text.lower()
    if text.startswith("*#") and not EXECUTED.fullmatch(line.text):
        raise line.error("ngspice would execute this line; only what prints voltages is let through")
    if text.startswith("*ng_script"):
        raise line.error("ngspice would execute this file as a script; remove the line")


def _joined(line: Line, more: list[str]) -> Line:
    length = len(line.text) + sum(map(len, more)) if more else len(line.text)
    if length > LONGEST_STATEMENT:
        raise line.error(f"the line with its continuations is longer than {LONGEST_STATEMENT:,} characters")
    return line._replace(text=" ".join([line.text, *more])) if more else line


def spans(physical: list[str], first: int) -> list[tuple[int, int, int]]:
    """Return where the words of a statement stand: line, from 0, and columns of each.

    first: number of its first line, from 0.
    """
    found: list[tuple[int, int, int]] = []
    for number in range(first, len(physical)):
        raw = physical[number]
        text = raw.strip()
        continues = text[:1] == "+"
        if number > first and not continues and text and text[0] != "*" and without_comment(text):
            break
        if number > first and not continues:
            continue
        indent = len(raw) - len(raw.lstrip()) + continues
        code = without_comment(text)[continues:]
        found += [(number, indent + match.start(), indent + match.end()) for match in WORD.finditer(code)]
    return found
