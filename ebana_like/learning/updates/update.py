"""How do gradients become new conductances? The interface of update rules, and what they share."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.elements import FloatArray, Signal, dense
from ebana_like.errors import SettingError, meant
from ebana_like.hardware import CompiledTechnology, Ideal, State, Technology
from ebana_like.hardware.kinds import kind_of
from ebana_like.learning.schedules.schedule import Constant, Schedule
from ebana_like.simulators.descent import DEVICES, Directing, Ends, Moves, Stepping
from ebana_like.values import Parameter, Values, parts

IDEAL = Ideal()

MOST = 700.0
"""Of a logarithm that grows in one step: its value is beyond every range, and still a number."""


@dataclass(frozen=True)
class Update(ABC):
    """A local rule: every conductance changes by what its own gradient was. A new rule only says in which direction.

    rate: learning rate, one for all, or one by address or bank. Rates are relative to the range
        r = high - low, so that a setting carries over between technologies: rules linear in the gradient take
        eta = rate r^2 (a gradient is in V^2/S), rules that normalise it take steps of rate r.
    schedule: factor on the rate by epoch.
    normalised: whether the rule's directions are of order one, whatever the size of the gradient.

    Of a logarithmic range the rule sees logarithms: ln g in the place of g, g dC/dg in that of dC/dg.
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

    def start(self, parameters: Mapping[str, Parameter]) -> State:
        """Return the state before the first step."""
        return {}

    def recalled(self, parameters: Mapping[str, Parameter], state: State) -> State:
        """Return a state that was kept in a file. Raises SettingError where it is not of this rule and system."""
        own = {name: each for name, each in state.items() if not name.startswith(DEVICES)}
        now = self.start(parameters)
        found, wanted = ({name: np.shape(part) for name, part in each.items()} for each in (own, now))
        if found != wanted:
            raise SettingError(
                f"what the update rule remembers is {found or 'nothing'}, but this rule and system need "
                f"{wanted or 'nothing'}; begin anew"
            )
        return state

    def direction(self, address: str, parameter: Parameter, gradient: Signal, state: State) -> tuple[Signal, State]:
        """Return what the values (n,) of an address go against, and the state entries that are new."""
        raise NotImplementedError(
            f"{type(self).__name__} has no direction; a rule has this method, or `directions` for all addresses"
        )

    def directions(
        self, parameters: Mapping[str, Parameter], values: Values, gradients: Mapping[str, Signal], state: State
    ) -> tuple[dict[str, Signal], State]:
        """Return what all values go against, by address, and the new state."""
        found, state = {}, dict(state)
        for address, parameter in parameters.items():
            found[address], entries = self.direction(address, parameter, gradients[address], state)
            state |= entries
        return found, state

    def step(
        self,
        parameters: Mapping[str, Parameter],
        values: Values,
        gradients: Mapping[str, Signal],
        state: State,
        epoch: int,
        technology: Technology = IDEAL,
        rng: np.random.Generator | None = None,
    ) -> tuple[dict[str, FloatArray], State]:
        """Return what the devices hold then, by address, and the new state; arguments stay as they are.

        state: what the rule remembers, and the technology. rng: for technologies that draw.
        """
        devices = {name.removeprefix(DEVICES): each for name, each in state.items() if name.startswith(DEVICES)}
        logarithmic = {at for at, each in parameters.items() if each.range.logarithmic}
        seen = {at: each.logarithm for at, each in parameters.items()}
        directions, remembered = self.directions(
            seen,
            {**values, **{at: np.log(values[at]) for at in logarithmic}},
            {**gradients, **{at: values[at] * dense(gradients[at]) for at in logarithmic}},
            state,
        )
        changed, remembered, rng = dict(values), dict(remembered), rng or np.random.default_rng(0)
        for address, parameter in parameters.items():
            step, direction = self.step_size(address, seen[address], epoch), directions[address]
            if address in logarithmic:
                step, direction = 1.0, -values[address] * np.expm1(np.minimum(-step * dense(direction), MOST))
            changed[address], entries = technology.move(
                address, parameter, values[address], direction, step, devices, rng
            )
            remembered |= {f"{DEVICES}{name}": each for name, each in entries.items()}
        return changed, remembered

    def directing(self, parameters: Mapping[str, Parameter], state: State, epoch: int) -> Directing | None:
        """Return how an engine in JAX may find this rule's directions; None where it cannot, as by default."""
        return None

    def stepping(
        self, parameters: Mapping[str, Parameter], state: State, epoch: int, technology: Technology = IDEAL
    ) -> Stepping | None:
        """Return how an engine in JAX may take this rule's steps by itself; None where rule or technology cannot."""
        found = self.directing(parameters, state, epoch)
        ideal = type(technology) is Ideal
        if found is None or not (ideal or isinstance(technology, CompiledTechnology)):
            return None
        devices, numbers = kind_of(technology.unmade) if isinstance(technology, CompiledTechnology) else (None, ())
        of_devices = {
            name: at for name in state if name.startswith(DEVICES) for at in parameters if name.endswith(f"/{at}")
        }
        return Stepping(
            Moves(found.against, devices),
            numbers,
            state,
            {**found.of_address, **of_devices},
            {at: Ends(each.low, each.high, found.rates[at], k) for k, (at, each) in enumerate(parameters.items())},
        )

    def rates(self, parameters: Mapping[str, Parameter], epoch: int) -> dict[str, float]:
        """Return the relative learning rates of an epoch, by address."""
        return {at: self.schedule.factor(epoch) * self.rate_of(at) for at in parameters}

    def step_size(self, address: str, parameter: Parameter, epoch: int) -> float:
        """Return what the directions are multiplied by in an epoch: cost a unit, or 1, to units."""
        return self.schedule.factor(epoch) * self.rate_of(address) * parameter.span ** (1 if self.normalised else 2)

    def rate_of(self, address: str) -> float:
        """Return the learning rate of an address, or else of its bank. Raises SettingError when there is none."""
        if not isinstance(self.rate, Mapping):
            return self.rate
        bank = parts(address)[0]
        if address not in self.rate and bank not in self.rate:
            raise SettingError(
                f'there is no learning rate for bank "{bank}"; {meant(bank, self.rate, "rates are given for")}'
            )
        return self.rate.get(address, self.rate.get(bank, 0.0))
