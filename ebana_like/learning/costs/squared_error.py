"""How far are the scores from target voltages? Half the squared distance."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.learning.costs.cost import one_hot


@dataclass(frozen=True)
class SquaredError:
    """C = sum over outputs of (s - Y)^2 / 2, volts squared (thesis 4.15).

    on, off: target voltages of the labelled class and of the others. With a single output the target is `on` for
    class 1 and `off` for class 0.
    """

    on: float = 1.0
    off: float = 0.0

    def targets(self, labels: IntArray, classes: int) -> FloatArray:
        if classes == 2:
            return np.where(labels == 1, self.on, self.off)[:, None]
        return one_hot(labels, classes, self.on, self.off)

    def labels(self, scores: FloatArray) -> IntArray:
        if scores.shape[1] == 1:
            middle = (self.on + self.off) / 2
            return np.where((scores[:, 0] - middle) * (self.on - self.off) > 0, 1, 0)
        return np.asarray(scores.argmax(axis=1))

    def value(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return np.asarray(((scores - targets) ** 2).sum(axis=-1) / 2)

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return scores - targets
