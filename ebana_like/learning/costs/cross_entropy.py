"""How surprised is the softmax of the scores by the right class?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, softmax

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError


@dataclass(frozen=True)
class CrossEntropy:
    """C = -sum over outputs of Y log softmax(s / temperature), where answers are the probabilities of classes.

    temperature: volts that count as one unit of log-odds.
    """

    temperature: float = 0.1

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise SettingError(f"the temperature of the cross-entropy is {self.temperature} V; it must be above zero")

    def outputs(self, classes: int) -> int:
        return classes

    def targets(self, answers: FloatArray) -> FloatArray:
        return answers

    def answers(self, scores: FloatArray) -> FloatArray:
        return np.asarray(softmax(scores / self.temperature, axis=-1))

    def value(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return np.asarray(-(targets * log_softmax(scores / self.temperature, axis=-1)).sum(axis=-1))

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        total = targets.sum(axis=-1, keepdims=True)
        return np.asarray((total * softmax(scores / self.temperature, axis=-1) - targets) / self.temperature)
