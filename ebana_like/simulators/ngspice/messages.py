"""What do the parent and its worker processes say to each other? A batch to solve, and its operating points."""

from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import EbanaError
from ebana_like.simulators.protocol import BoolArray, Nudging, Seconds


@dataclass(frozen=True, eq=False)
class Request:
    """A batch to solve.

    conductances: banks that changed since the last request, siemens; all of them for a new start.
    relaxed: solve with relaxed tolerances; the second try after a crash.
    afresh: load the circuit anew, with these conductances, and solve as if nothing had been solved before.
    """

    conductances: Mapping[str, FloatArray]
    features: FloatArray
    nudging: Nudging | None
    relaxed: bool = False
    afresh: bool = False


@dataclass(frozen=True, eq=False)
class Answer:
    """Fields of `OperatingPoints`, without the circuit."""

    voltages: FloatArray
    converged: BoolArray
    iterations: IntArray
    messages: Mapping[int, str]
    seconds: Seconds


def opened(answer: object) -> Answer:
    """Return the answer, or raise the error that came instead."""
    if isinstance(answer, EbanaError):
        raise answer
    assert isinstance(answer, Answer)
    return answer
