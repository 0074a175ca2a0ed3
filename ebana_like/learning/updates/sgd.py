"""Plain gradient descent, with or without momentum."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors, Signal, dense
from ebana_like.learning.updates.update import State, Update


@dataclass(frozen=True)
class SGD(Update):
    """g <- g - eta dC/dg."""

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        return gradient, {}


@dataclass(frozen=True)
class Momentum(Update):
    """m <- momentum m + dC/dg, g <- g - eta m."""

    momentum: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("momentum", self.momentum, low=0, below=1)

    def start(self, circuit: Circuit) -> State:
        return {bank.name: np.zeros(len(bank)) for bank in circuit.trainable}

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        velocity = self.momentum * state[bank.name] + dense(gradient)
        return velocity, {bank.name: velocity}
