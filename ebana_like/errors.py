"""What can a person be told when something goes wrong? Each error is one line: the thing, what was expected,
what came, and the fix."""

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


def meant(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known one, or all of them."""
    near = get_close_matches(name, known := list(known), n=1)
    return f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"
