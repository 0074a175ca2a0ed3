"""What can a person be told when something goes wrong? Each error is one line: the thing, what was expected,
what came, and the fix."""

import re
from collections.abc import Iterable
from difflib import get_close_matches


class EbanaError(Exception):
    """Base of every error whose message is meant for the person at the terminal."""


class CircuitError(EbanaError):
    """The circuit is wired in a way that cannot be solved or trained."""


class NetlistError(EbanaError):
    """A netlist or a model card could not be read or written."""


class SimulatorError(EbanaError):
    """The simulator could not be started, or gave no answer that can be trusted."""


class SettingError(EbanaError, ValueError):
    """A setting is outside what is allowed."""


class TrainingError(EbanaError):
    """Training cannot go on from here."""


class RunError(EbanaError):
    """A run folder could not be read or written."""


class ClusterError(EbanaError):
    """A cluster could not be reached, or cannot do what is asked of it."""


MOST_LISTED = 30
"""Known names that a message lists."""

LONGEST_NAME = 60
"""Characters of a name that a message is about; no known name is much longer."""


def meant(name: str, known: Iterable[str], listed: str = "known are") -> str:
    """Return the end of a message about an unknown name: the nearest known one, in whatever case, or all of them.

    listed: the words before them.
    """
    known = list(known)
    lowered = {each.lower(): each for each in reversed(known)}
    near = get_close_matches(str(name)[:LONGEST_NAME].lower(), lowered, n=1)
    if near:
        return f'did you mean "{lowered[near[0]]}"?'
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    return f"{listed} {', '.join(known[:MOST_LISTED])}{more}"


def counted(number: int, what: str, several: str = "") -> str:
    """Return a number of things in words: 1 epoch, 2 epochs, 3 classes.

    several: what more than one are called where that is not the one with an s.
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters but for tabs and ends of lines, those that turn the direction of writing, and half characters."""


def visible(text: str) -> str:
    r"""Return a text with what a terminal would obey, or not show, written as \x1b."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
