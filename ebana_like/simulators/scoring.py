"""What does a circuit answer, where nobody asks for its node voltages? Scores alone, of many samples at a time.

The voltages of every node of 1000 digits in a network of 32768 neurons would fill 800 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ebana_like.elements import FloatArray
from ebana_like.simulators.protocol import Simulator
from ebana_like.systems import BoolArray, Seconds
from ebana_like.values import Values


@dataclass(frozen=True, eq=False)
class Scored:
    """Free scores of a batch, (batch, outputs), volts; which were solved, (batch,); what went wrong, by sample."""

    scores: FloatArray
    usable: BoolArray
    messages: Mapping[int, str] = field(default_factory=dict)
    seconds: Seconds = field(default_factory=Seconds)


@runtime_checkable
class Scores(Protocol):
    """An engine that can read scores without writing node voltages."""

    def scores(self, values: Values, features: FloatArray) -> Scored:
        """Return the scores of a batch; arguments as of `Simulator.solve`, which finds the same to rounding."""


def scored(simulator: Simulator, values: Values, features: FloatArray) -> Scored:
    """Return the scores of a batch, by whichever way the engine has."""
    if isinstance(simulator, Scores):
        return simulator.scores(values, features)
    points = simulator.solve(values, features)
    return Scored(points.scores, points.usable, points.messages, points.seconds)
