"""Plain gradient descent: the step that needs no memory, and by outer products none for the gradient either."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements import Signal
from ebana_like.hardware import State
from ebana_like.learning.updates.update import Update
from ebana_like.simulators.descent import Directing
from ebana_like.values import Parameter


@dataclass(frozen=True)
class SGD(Update):
    """g <- g - eta dC/dg."""

    summary: ClassVar[str] = "plain gradient descent"

    def direction(self, address: str, parameter: Parameter, gradient: Signal, state: State) -> tuple[Signal, State]:
        return gradient, {}

    def directing(self, parameters: Mapping[str, Parameter], state: State, epoch: int) -> Directing | None:
        return Directing(None, {}, {}, self.rates(parameters, epoch)) if type(self) is SGD else None
