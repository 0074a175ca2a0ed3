"""Steps of one size in the direction of the gradient's sign: all a simple programmable resistor can do."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import Resistors, Signal, dense
from ebana_like.learning.updates.update import State, Update


@dataclass(frozen=True)
class Sign(Update):
    """g <- g - rate r sign(dC/dg) (thesis 4.3.3)."""

    normalised = True

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        return np.sign(dense(gradient)), {}
