"""Steps of one size in the direction of the gradient's sign: all a simple programmable resistor can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import Signal, dense
from ebana_like.hardware import State
from ebana_like.learning.updates.update import Update
from ebana_like.simulators.descent import Directing
from ebana_like.values import Parameter


@dataclass(frozen=True)
class Sign(Update):
    """g <- g - rate r sign(dC/dg) (thesis 4.3.3)."""

    summary: ClassVar[str] = "steps of one size in the direction of the gradient's sign"
    normalised = True

    def direction(self, address: str, parameter: Parameter, gradient: Signal, state: State) -> tuple[Signal, State]:
        return np.sign(dense(gradient)), {}

    def directing(self, parameters: Mapping[str, Parameter], state: State, epoch: int) -> Directing | None:
        if type(self) is not Sign:
            return None
        from ebana_like.learning.updates.catalog import transformation_named
        from ebana_like.learning.updates.optax_rule import Optax

        steps = Optax(transformation_named("sign_sgd"), self.rate, self.schedule)
        return steps.directing(parameters, state, epoch)
