"""How well do weights that were learned answer other questions? Half the mean squared error of a linear neuron."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.learning.costs.squared_error import SquaredError


@dataclass(frozen=True)
class WeightError(SquaredError):
    """C = (s - Y)' G (s - Y) / 2 of weights s as scores, with G = X'X / n of n questions X.

    Where Y fits the answers y to these questions best, C is |X s - y|^2 / 2 n but for what no weights can better.

    gram: G as rows.
    """

    any_arrays: ClassVar[bool] = False
    gram: tuple[tuple[float, ...], ...] = ()

    @property
    def is_squared_distance(self) -> bool:
        return False

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return np.asarray((scores - targets) @ np.array(self.gram))

    @classmethod
    def of(cls, inputs: FloatArray) -> "WeightError":
        """Return the loss of answers to these questions, (n, weights)."""
        return cls(gram=tuple(map(tuple, (inputs.T @ inputs / len(inputs)).tolist())))
