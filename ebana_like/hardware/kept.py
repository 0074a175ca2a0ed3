"""Devices some of which are done: they hold what they hold, whatever they are asked for; the others follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ebana_like.elements import FloatArray, Signal
from ebana_like.hardware.ideal import Ideal
from ebana_like.hardware.technology import State, Technology
from ebana_like.values import Parameter


@dataclass(frozen=True, eq=False)
class Kept(Technology):
    """kept: which values of an address stay, (n,), by address. others: how the rest moves."""

    kept: Mapping[str, NDArray[np.bool_]]
    others: Technology = field(default_factory=Ideal)

    def start(self, parameters: Mapping[str, Parameter]) -> State:
        return self.others.start(parameters)

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
        moved, remembered = self.others.move(address, parameter, value, direction, step, state, rng)
        return np.where(self.kept[address], value, moved), remembered
