"""Plain gradient descent: the step that needs no memory, and by outer products none for the gradient either."""

from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements import Resistors, Signal
from ebana_like.learning.updates.update import State, Update


@dataclass(frozen=True)
class SGD(Update):
    """g <- g - eta dC/dg."""

    summary: ClassVar[str] = "plain gradient descent"

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        return gradient, {}
