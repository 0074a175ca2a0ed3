"""Devices that hold exactly what they are asked for, within their range."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray, Signal, dense
from ebana_like.hardware.technology import State, Technology
from ebana_like.values import Parameter


@dataclass(frozen=True)
class Ideal(Technology):
    """value <- value - step * direction, clamped to the range."""

    def move(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        direction: Signal,
        step: float,
        state: State,
        rng: np.random.Generator,
    ) -> tuple[FloatArray, State]:
        return np.clip(value - step * dense(direction), parameter.low, parameter.high), {}
