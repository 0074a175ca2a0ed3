"""Steps of one size in the direction of the gradient's sign: all a simple programmable resistor can do."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Resistors, Signal, dense
from ebana_like.learning.updates.update import State, Update
from ebana_like.simulators.descent import Stepping


@dataclass(frozen=True)
class Sign(Update):
    """g <- g - rate r sign(dC/dg) (thesis 4.3.3)."""

    summary: ClassVar[str] = "steps of one size in the direction of the gradient's sign"
    normalised = True

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        return np.sign(dense(gradient)), {}

    def stepping(self, circuit: Circuit, state: State, epoch: int) -> Stepping | None:
        if type(self) is not Sign:
            return None
        from ebana_like.learning.updates.catalog import transformation_named
        from ebana_like.learning.updates.optax_rule import Optax

        steps = Optax(transformation_named("sign_sgd"), self.rate, self.schedule)
        return steps.stepping(circuit, state, epoch)
