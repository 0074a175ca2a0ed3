"""How do gradients become new conductances? The interface of update rules, and what they share."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Resistors, Signal
from ebana_like.errors import SettingError, meant
from ebana_like.learning.schedules.schedule import Constant, Schedule
from ebana_like.learning.updates.moved import moved
from ebana_like.simulators.descent import Stepping

State = Mapping[str, FloatArray]
"""What an update rule remembers, as named arrays."""


@dataclass(frozen=True)
class Update(ABC):
    """A local rule: every conductance changes by what its own gradient was. A new rule only says in which direction.

    rate: learning rate, one for all banks or one by bank name. Rates are relative to the bank's range
        r = high - low, so that a setting carries over between technologies: rules linear in the gradient take
        eta = rate r^2 (a gradient is in V^2/S), rules that normalise it take steps of rate r.
    schedule: factor on the rate by epoch.
    normalised: whether the rule's directions are of order one, whatever the size of the gradient.
    """

    normalised: ClassVar[bool] = False

    rate: float | Mapping[str, float]
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        rates = self.rate if isinstance(self.rate, Mapping) else {"": self.rate}
        for bank, rate in rates.items():
            require_number(f"the learning rate of {bank}" if bank else "the learning rate", rate, above=0)
        if isinstance(self.schedule, type) or not callable(getattr(self.schedule, "factor", None)):
            raise SettingError(
                f"schedule is {shown(self.schedule)}; expected one such as Constant() or Exponential(0.9)"
            )

    def start(self, circuit: Circuit) -> State:
        """Return the state before the first step."""
        return {}

    def recalled(self, circuit: Circuit, state: State) -> State:
        """Return a state that was kept in a file. Raises SettingError where it is not of this rule and circuit."""
        found, wanted = ({name: np.shape(part) for name, part in each.items()} for each in (state, self.start(circuit)))
        if found != wanted:
            raise SettingError(
                f"what the update rule remembers is {found or 'nothing'}, but this rule and circuit need "
                f"{wanted or 'nothing'}; begin anew"
            )
        return state

    def direction(self, bank: Resistors, gradient: Signal, state: State) -> tuple[Signal, State]:
        """Return what the bank's conductances (n,) go against, and the state entries that are new."""
        raise NotImplementedError(
            f"{type(self).__name__} has no direction; a rule has this method, or a step of its own"
        )

    def step(
        self,
        circuit: Circuit,
        conductances: Mapping[str, FloatArray],
        gradients: Mapping[str, Signal],
        state: State,
        epoch: int,
    ) -> tuple[dict[str, FloatArray], State]:
        """Return new conductances, clamped to every bank's range, and the new state; the arguments stay as they are."""
        changed, remembered = dict(conductances), dict(state)
        for bank in circuit.trainable:
            direction, entries = self.direction(bank, gradients[bank.name], remembered)
            remembered |= entries
            step = self.step_size(bank, epoch)
            changed[bank.name] = moved(conductances[bank.name], direction, step, bank.low, bank.high)
        return changed, remembered

    def stepping(self, circuit: Circuit, state: State, epoch: int) -> Stepping | None:
        """Return how an engine in JAX may take this rule's steps by itself; None where it cannot, as by default."""
        return None

    def step_size(self, bank: Resistors, epoch: int) -> float:
        """Return what the bank's directions are multiplied by in an epoch: V^2/S or 1 to siemens."""
        return self.schedule.factor(epoch) * self.rate_of(bank.name) * span(bank) ** (1 if self.normalised else 2)

    def rate_of(self, bank: str) -> float:
        """Return the bank's learning rate. Raises SettingError when it has none."""
        if not isinstance(self.rate, Mapping):
            return self.rate
        if bank not in self.rate:
            raise SettingError(
                f'there is no learning rate for bank "{bank}"; {meant(bank, self.rate, "rates are given for")}'
            )
        return self.rate[bank]


def span(bank: Resistors) -> float:
    """Return the range of the bank's conductances, siemens."""
    return bank.high - bank.low
