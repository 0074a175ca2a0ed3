"""Plain gradient descent: the step that needs no memory, and by outer products none for the gradient either."""

from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements import Signal
from ebana_like.hardware import State
from ebana_like.learning.updates.update import Update
from ebana_like.values import Parameter


@dataclass(frozen=True)
class SGD(Update):
    """g <- g - eta dC/dg."""

    summary: ClassVar[str] = "plain gradient descent"

    def direction(self, address: str, parameter: Parameter, gradient: Signal, state: State) -> tuple[Signal, State]:
        return gradient, {}
