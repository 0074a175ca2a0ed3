"""How do gradients become new conductances? The interface of update rules, and what they share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors
from ebana_like.errors import SettingError
from ebana_like.learning.schedules import Constant, Schedule

State = dict[str, FloatArray]
"""What an update rule remembers, as named arrays."""


@dataclass(frozen=True)
class Update(ABC):
    """A local rule: every conductance changes by what its own gradient was. A new rule only says by how much.

    rate: learning rate, one for all banks or one by bank name. Rates are relative to the bank's range
        r = high - low, so that a setting carries over between technologies: rules linear in the gradient take
        eta = rate r^2 (a gradient is in V^2/S), rules that normalise it take steps of rate r.
    schedule: factor on the rate by epoch.
    """

    rate: float | Mapping[str, float]
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        rates = self.rate.values() if isinstance(self.rate, Mapping) else [self.rate]
        for rate in rates:
            if not (np.isfinite(rate) and rate > 0):
                raise SettingError(f"a learning rate is {rate}; it must be above zero")

    def start(self, circuit: Circuit) -> State:
        """Return the state before the first step."""
        return {}

    @abstractmethod
    def change(self, bank: Resistors, gradient: FloatArray, rate: float, state: State) -> tuple[FloatArray, State]:
        """Return what to add to the bank's conductances (n,), siemens, and the state entries that are new."""

    def step(
        self,
        circuit: Circuit,
        conductances: Mapping[str, FloatArray],
        gradients: Mapping[str, FloatArray],
        state: State,
        epoch: int,
    ) -> tuple[dict[str, FloatArray], State]:
        """Return new conductances, clamped to every bank's range, and the new state; the arguments stay as they are."""
        changed, state = dict(conductances), dict(state)
        factor = self.schedule.factor(epoch)
        for bank in circuit.trainable:
            rate = factor * self.rate_of(bank.name)
            change, entries = self.change(bank, gradients[bank.name], rate, state)
            state |= entries
            change += conductances[bank.name]
            changed[bank.name] = np.clip(change, bank.low, bank.high, out=change)
        return changed, state

    def rate_of(self, bank: str) -> float:
        """Return the bank's learning rate. Raises SettingError when it has none."""
        if not isinstance(self.rate, Mapping):
            return self.rate
        if bank not in self.rate:
            raise SettingError(
                f'there is no learning rate for bank "{bank}"; rates are given for {", ".join(self.rate)}'
            )
        return self.rate[bank]


def span(bank: Resistors) -> float:
    """Return the range of the bank's conductances, siemens."""
    return bank.high - bank.low
