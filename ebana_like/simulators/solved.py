"""What does an engine hand to the simulator? The operating points of a batch, and what was to be said about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.elements import FloatArray, IntArray
from ebana_like.systems import BoolArray


@dataclass(frozen=True, eq=False)
class Solved:
    """Fields of `OperatingPoints`, without the circuit: (phases, batch, ...)."""

    voltages: FloatArray
    converged: BoolArray
    iterations: IntArray
    messages: Mapping[int, str]
