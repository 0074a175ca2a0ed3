"""Gradient descent with steps scaled by running moments of the gradient (Kingma and Ba 2015)."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors, Signal, dense
from ebana_like.learning.updates.update import State, Update, span


@dataclass(frozen=True)
class Adam(Update):
    """g <- g - rate r m / (sqrt(v) + small), with bias-corrected moments m and v."""

    normalised = True

    first: float = 0.9
    second: float = 0.999
    small: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("first", self.first, low=0, below=1)
        require_number("second", self.second, low=0, below=1)
        require_number("small", self.small, above=0)

    def start(self, circuit: Circuit) -> State:
        return {
            f"{bank.name}.{entry}": np.zeros(1 if entry == "steps" else len(bank))
            for bank in circuit.trainable
            for entry in ("first", "second", "steps")
        }

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        signal = dense(gradient) * span(bank)  # V^2 for a full-range step: makes `small` independent of the technology
        first = self.first * state[f"{bank.name}.first"] + (1 - self.first) * signal
        second = self.second * state[f"{bank.name}.second"] + (1 - self.second) * signal**2
        steps = state[f"{bank.name}.steps"] + 1
        corrected = first / (1 - self.first**steps), second / (1 - self.second**steps)
        return corrected[0] / (np.sqrt(corrected[1]) + self.small), {
            f"{bank.name}.first": first,
            f"{bank.name}.second": second,
            f"{bank.name}.steps": steps,
        }
