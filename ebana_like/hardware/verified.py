"""Program and verify: devices are read after every write, and written again until they are near enough."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import CompiledTechnology, Entries
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array


@dataclass(frozen=True)
class Verified(CompiledTechnology):
    """What an update asks of devices is asked of them again until it is there.

    inner: the devices. tolerance: of what is near enough, a share of the range. tries: at most, the first among them.
    """

    by_numbers = True

    inner: CompiledTechnology
    tolerance: float = 0.01
    tries: int = 10

    def __post_init__(self) -> None:
        require_number("tolerance of program and verify", self.tolerance, above=0, high=1)
        require_number("tries of program and verify", self.tries, whole=True, low=1)

    @property
    def chip(self) -> int:
        return self.inner.chip

    @property
    def unmade(self) -> "Verified":
        return replace(self, inner=self.inner.unmade)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        return self.inner.made(parameter, rng)

    def lasting(self, entries: Entries) -> Entries:
        return self.inner.lasting(entries)

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        return self.inner.begun(parameter, entries)

    @property
    def forgets(self) -> bool:
        return self.inner.forgets

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        return self.inner.rested(address, parameter, value, state, seconds, rng)

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax
        import jax.numpy as jnp

        aim = jnp.clip(value + wanted, low, high)

        def again(turn: Any, carry: tuple["Array", dict[str, "Array"]]) -> tuple["Array", dict[str, "Array"]]:
            reached, now = carry
            missing = aim - reached
            asked = jnp.where(abs(missing) > self.tolerance * (high - low), missing, 0)
            moved, new = self.inner.moved(reached, asked, low, high, now, key + turn.astype(key.dtype))
            return moved, {**now, **new}

        first, new = self.inner.moved(value, wanted, low, high, entries, key)
        reached, found = jax.lax.fori_loop(1, self.tries, again, (first, {**entries, **new}))
        return reached, {name: found[name] for name in new}
