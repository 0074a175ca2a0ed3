"""What does a cost say of a circuit's scores? A value a sample, and its gradient: the currents that nudge."""

from typing import Protocol

import numpy as np

from ebana_like.elements import FloatArray, IntArray


class Cost(Protocol):
    """How far scores are from their targets.

    Scores are (batch, outputs) in volts, one a output pair: dC/dV(y+) = dC/ds = -dC/dV(y-).
    """

    def targets(self, labels: IntArray, classes: int) -> FloatArray:
        """Return the targets (batch, outputs) that stand for class labels (batch,)."""

    def labels(self, scores: FloatArray) -> IntArray:
        """Return the class labels (batch,) that scores (batch, outputs) stand for."""

    def value(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        """Return the cost of each sample, (batch,)."""

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        """Return dC/ds, (batch, outputs), cost per volt."""


def one_hot(labels: IntArray, classes: int, on: float, off: float) -> FloatArray:
    """Return (batch, classes) with `on` at each label and `off` elsewhere."""
    return np.where(np.arange(classes) == labels[:, None], on, off)
