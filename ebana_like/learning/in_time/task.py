"""What is a circuit to do in time? Scores that follow targets, judged by the integral of their squared error."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError


@dataclass(frozen=True, eq=False)
class InTimeTask:
    """What a circuit is to do in time: the cost is the integral of half the squared error of its scores.

    times: even, (times,), seconds. features: (batch, times, features), volts. targets: (batch, times, outputs), volts.
    Raises SettingError where they do not fit.
    """

    times: FloatArray
    features: FloatArray
    targets: FloatArray

    def __post_init__(self) -> None:
        steps = np.diff(self.times)
        if len(steps) < 2 or not np.allclose(steps, steps[0], rtol=1e-6, atol=0) or not steps[0] > 0:
            raise SettingError("the times of a task are three or more, evenly spaced and rising")
        shapes = self.features.shape[:2], self.targets.shape[:2]
        if self.features.ndim != 3 or self.targets.ndim != 3 or shapes != ((len(self.features), len(self.times)),) * 2:
            raise SettingError(
                f"features have shape {self.features.shape} and targets {self.targets.shape}; give (batch, "
                f"{len(self.times)} times, n) both"
            )

    @property
    def weights(self) -> FloatArray:
        """What each time counts, (times,), seconds: the trapezoids' sum."""
        found = np.full(len(self.times), self.times[1] - self.times[0])
        found[[0, -1]] /= 2
        return found

    def cost(self, scores: FloatArray) -> float:
        """Return the mean over the batch of int (s - y)^2 / 2 dt, volts squared seconds."""
        error = scores - self.targets
        return float(np.einsum("t,bto->", self.weights, error**2) / (2 * len(error)))

    def slopes(self, scores: FloatArray) -> FloatArray:
        """Return its slopes by the scores, (batch, times, outputs)."""
        return self.weights[:, None] * (scores - self.targets) / len(scores)
