"""How far are the scores from target voltages? Half the squared distance."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError


@dataclass(frozen=True)
class SquaredError:
    """C = sum over outputs of w (s - Y)^2 / 2, volts squared (thesis 4.15).

    on, off: target voltages of the answers 1 and 0, which must differ. Two classes share one output, on for the second.
    weights: w, one an output; all 1 unless given.
    """

    any_arrays: ClassVar[bool] = True

    on: float = 1.0
    off: float = 0.0
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        require_number("on", self.on, fix="in volts")
        require_number("off", self.off, fix="in volts")
        if not self.on != self.off:
            raise SettingError(f"on and off are both {self.on:g} V; give the two answers different target voltages")

    @property
    def is_squared_distance(self) -> bool:
        """Whether dC/ds is the distance from the targets itself."""
        return not self.weights

    def outputs(self, classes: int) -> int:
        return 1 if classes == 2 else classes

    def targets(self, answers: FloatArray) -> FloatArray:
        return self.off * (1 - answers) + self.on * answers  # exact at 0 and 1

    def answers(self, scores: FloatArray) -> FloatArray:
        return (scores - self.off) / (self.on - self.off)

    def value(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return np.asarray((self.gradient(scores, targets) * (scores - targets)).sum(axis=-1) / 2)

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        distance = scores - targets
        return distance * np.array(self.weights) if self.weights else distance
