"""What do the parent and its worker processes say to each other? Batches to solve or to follow, and what came of it."""

import pickle
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import EbanaError, SimulatorError
from ebana_like.systems import BoolArray, Nudging, Seconds, Stimuli, Transient
from ebana_like.systems.response import ComplexArray
from ebana_like.values import Values

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Request:
    """A batch to solve.

    values: that changed since the last request, (n,) by address; all of them for a new start.
    relaxed: solve with relaxed tolerances; the second try after a crash.
    afresh: load the circuit anew, with these values, and solve as if nothing had been solved before.
    """

    values: Values
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


@dataclass(frozen=True, eq=False)
class Course:
    """A course in time to follow: a circuit with its values, what its sources hold, and when it is looked at."""

    circuit: Circuit
    sources: Stimuli
    analysis: Transient


@dataclass(frozen=True, eq=False)
class Followed:
    """What a `Course` is answered with.

    found: nodes behind ground, then inductors, (batch, times, nodes - 1 + inductors).
    """

    found: FloatArray
    solved: BoolArray
    messages: dict[int, str]
    seconds: float


@dataclass(frozen=True, eq=False)
class Tones:
    """What is asked about small sinusoids.

    circuit: with its values. voltages, amperes: what all sources hold, (batch, sources), bank after bank. swings: by
    what both swing. near: node voltages at which the operating points are, (batch, nodes). hertz: (frequencies,).
    """

    circuit: Circuit
    voltages: FloatArray
    amperes: FloatArray
    swings: tuple[ComplexArray, ComplexArray]
    near: FloatArray
    hertz: FloatArray


@dataclass(frozen=True, eq=False)
class Answered:
    """What `Tones` are answered with. found: nodes behind ground, (frequencies, batch, nodes - 1)."""

    found: ComplexArray
    seconds: float


@dataclass(frozen=True)
class Unknown:
    """A request cannot be read, for the worker lacks something that it names.

    module: where that was to be found. reason: in Python's words.
    """

    module: str
    reason: str


def packed(request: object, by_value: frozenset[str] = frozenset()) -> bytes:
    """Return a request as bytes.

    by_value: modules that the worker cannot import, a notebook's `__main__` for example: what is defined in them
        travels with the request, by cloudpickle, which takes some ten times as long.
    """
    if not by_value:
        try:
            return pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        except (AttributeError, TypeError, pickle.PicklingError):
            pass  # it holds a lambda, or something defined in a function
    import cloudpickle

    modules = [sys.modules[name] for name in by_value if name != "__main__"]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        return bytes(cloudpickle.dumps(request))
    except Exception as error:
        raise SimulatorError(f"the cost cannot be sent to the solver process: {error}") from error
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def unpacked(message: bytes) -> object:
    """Return the request in a message, or what was missing to read it."""
    try:
        request = pickle.loads(message)
    except ImportError as error:
        return Unknown(error.name or "", str(error))
    except AttributeError as error:  # the parent's main module is another than ours
        return Unknown("__main__", str(error))
    return request


def opened(answer: object) -> Answer:
    """Return the answer, or raise the error that came instead."""
    if isinstance(answer, EbanaError):
        raise answer
    assert isinstance(answer, Answer)
    return answer


def joined(answers: Sequence[tuple[int, Answer]], together: Callable[[Iterable[float]], float]) -> Answer:
    """Return the answers to parts of a batch, each with its first sample's number, as one.

    together: makes one number of seconds of several.
    """
    parts = [answer for _, answer in answers]
    return Answer(
        _side_by_side([part.voltages for part in parts]),
        _side_by_side([part.converged for part in parts]),
        _side_by_side([part.iterations for part in parts]),
        {first + sample: text for first, answer in answers for sample, text in answer.messages.items()},
        Seconds(
            together(part.seconds.solving for part in parts),
            together(part.seconds.programming for part in parts),
        ),
    )


def _side_by_side(parts: list[NDArray[Value]]) -> NDArray[Value]:
    """Return arrays (phases, part, ...) as one (phases, batch, ...)."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
