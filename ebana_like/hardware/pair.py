"""Devices that pulses only raise, two for every value: one for what is added, one for what is taken away.

The value goes as their difference, and what pulses cannot undo, a reset does: where both stand high, both are reset,
and what they differed by is written anew (unit cells of phase-change memory: Boybat et al. 2018, Nat. Commun. 9:2514).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.around import Around
from ebana_like.hardware.compiled import NUMBER, Entries, entries_of, require_shares
from ebana_like.hardware.kinds import with_fields
from ebana_like.hardware.pulsed import HIDDEN, Pulsed
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter, Range

if TYPE_CHECKING:
    from jax import Array

SIDES = ("adding ", "taking ")
HELD = "held"


@dataclass(frozen=True)
class Pair(Around):
    """Two devices a value, at place 1/2 + (a - b) / 2 of its range, a and b the places of both in their own.

    inner: the devices; of their pulses those up alone are used.
    upper, lower: both are reset where one stands above `upper` and the other above `lower`.
    """

    inner: Pulsed
    upper: float = 0.75
    lower: float = 0.25

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Pulsed):
            raise SettingError("a pair needs devices that move by pulses, as those of Pulsed")
        require_shares("a pair", upper=self.upper, lower=self.lower)

    @property
    def _device(self) -> Pulsed:
        return with_fields(self.inner, one_way=False)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for side, place in zip(SIDES, _places(parameter, parameter.value), strict=True):
            devices = self._device.devices(len(place), rng)
            alone = Parameter(place, parameter.unit, Range(0.0, 1.0))
            entries = self._device.remembered(alone, devices)
            found |= {f"{side}{name}": each for name, each in entries.items()}
            found[f"{side}{HELD}"] = self._device.begun(alone, devices)
        return found

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        adding, taking = (entries[f"{side}{HELD}"] for side in SIDES)
        return parameter.low + parameter.span * (0.5 + (adding - taking) / 2)

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        entries, held = entries_of(state, address), []
        for side, place in zip(SIDES, _places(parameter, value), strict=True):
            own = {f"{name}/{address}": each for name, each in _of(side, entries).items()}
            alone = Parameter(place, parameter.unit, Range(0.0, 1.0))
            held.append(self._device.rested(address, alone, place, own, seconds, rng))
        return np.asarray(parameter.low + parameter.span * (0.5 + (held[0] - held[1]) / 2))

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import uniform, words

        change, number = 2 / (high - low) * wanted, entries[NUMBER]
        places, own = [], []
        for k, (side, sign) in enumerate(zip(SIDES, (1, -1), strict=True)):
            device = {**_of(side, entries), NUMBER: number}
            asked = jnp.maximum(sign * change, 0)
            place, new = self._device.moved(device[HELD], asked, 0.0, 1.0, device, key + jnp.uint32(k))
            places.append(place)
            own.append((device, new))
        adding, taking = places
        is_due = (jnp.maximum(adding, taking) > self.upper) & (jnp.minimum(adding, taking) > self.lower)
        found: dict[str, Array] = {}
        for k, (side, (device, new)) in enumerate(zip(SIDES, own, strict=True)):
            aim = jnp.maximum(adding - taking if k == 0 else taking - adding, 0)
            last = self._device.last_step(aim, device)
            chance = uniform(words(key, number.astype(jnp.uint32), 3 + k))
            reached = jnp.where(aim > 0, jnp.clip(aim + last * (chance - 0.5), 0, 1), 0)
            new[HELD] = jnp.where(is_due, reached, places[k])
            if HIDDEN in new:
                new[HIDDEN] = jnp.where(is_due, reached, new[HIDDEN])
            found |= {f"{side}{name}": each for name, each in new.items()}
        return low + (high - low) * (0.5 + (found[f"{SIDES[0]}{HELD}"] - found[f"{SIDES[1]}{HELD}"]) / 2), found


def _places(parameter: Parameter, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where both devices stand that hold values and were reset just before."""
    ahead = 2 * (value - parameter.low) / parameter.span - 1
    return np.maximum(ahead, 0), np.maximum(-ahead, 0)


def _of(side: str, entries: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(side): each for name, each in entries.items() if name.startswith(side)}
