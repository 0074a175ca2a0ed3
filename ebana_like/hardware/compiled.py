"""How does a technology move devices in a compiled piece? Its law in JAX, for one update and inside an engine alike."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray, Signal, dense
from ebana_like.errors import SettingError
from ebana_like.hardware.technology import State, Technology
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

NUMBER = "number"
"""The entry that numbers devices: what they draw depends on it, and not on where an engine keeps them."""

Entries = Mapping[str, "Array"]


@dataclass(frozen=True)
class CompiledTechnology(Technology):
    """A technology that an engine may run among its own steps: `moved` is a pure function of JAX arrays.

    What it remembers of an address is arrays with a number for every device, by name; in a state they are called
    NAME/ADDRESS. It is hashable, for what it is part of is compiled once for each.

    by_numbers: whether `moved` finds its fields that are numbers, and not zero, as JAX's own, so that what is compiled
        serves all such technologies (see `kinds`).
    """

    by_numbers: ClassVar[bool] = False

    @abstractmethod
    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Return the entries of an address's devices as they are made, (n,) each."""

    @abstractmethod
    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        """Return what devices hold after they were asked to change, and the entries that are new.

        value: what they hold; wanted: the change, (n,), in the parameter's unit, between whose ends low and high they
        stay. key: see `draws`. All arrays may have more axes: devices do not know of each other.
        """

    def lasting(self, entries: Entries) -> Entries:
        """Return entries that never change in the form in which a loop over many updates holds them."""
        return {name: each.astype("uint32") if name == NUMBER else each for name, each in entries.items()}

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        """Return what the devices of an address hold when asked for the parameter's value before the first update."""
        return parameter.value

    @property
    def chip(self) -> int:
        """The seed of what differs from device to device."""
        return 0

    @property
    def unmade(self) -> "CompiledTechnology":
        """The same whatever chip it is: what is compiled once for all of them."""
        return self

    def start(self, parameters: Mapping[str, Parameter]) -> State:
        found: dict[str, FloatArray] = {}
        for k, (address, parameter) in enumerate(parameters.items()):
            if not np.isfinite(parameter.high - parameter.low):
                raise SettingError(
                    f"{address} is learned without a range, and a technology needs one; give it the ends that its "
                    "devices have"
                )
            entries = self.made(parameter, np.random.default_rng([self.chip, k]))
            entries[NUMBER] = np.arange(len(parameter.value), dtype=float)
            found |= {f"{name}/{address}": each for name, each in entries.items()}
        return found

    def held(self, parameters: Mapping[str, Parameter], state: State) -> dict[str, FloatArray]:
        return {at: self.begun(each, entries_of(state, at)) for at, each in parameters.items()}

    def move(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        direction: Signal,
        step: float,
        state: State,
        rng: np.random.Generator,
    ) -> tuple[FloatArray, State]:
        from ebana_like.hardware.draws import keys_from
        from ebana_like.hardware.steps import moved_once

        ends = parameter.low, parameter.high
        moved, entries = moved_once(
            self.unmade, value, -step * dense(direction), *ends, entries_of(state, address), keys_from(rng, 1)[0]
        )
        return moved, {f"{name}/{address}": each for name, each in entries.items()}


def entries_of(state: Mapping[str, Any], address: str) -> dict[str, Any]:
    """Return the entries of an address by their names alone."""
    return {name.removesuffix(f"/{address}"): each for name, each in state.items() if name.endswith(f"/{address}")}


def require_shares(owner: str, **shares: float) -> None:
    """Raise SettingError naming a number that is below zero or above one."""
    for name, share in shares.items():
        require_number(f"{name} of {owner}", share, low=0, high=1)
