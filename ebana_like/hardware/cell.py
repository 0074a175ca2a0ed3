"""Several devices a value, side by side: it goes as their mean, and so does what differs from one to the next.

An update writes one of them, or all. So made, steps, ends and noise are spread less, a share 1/sqrt(n) of one device's,
and pulses are n times finer where one is written (unit cells of aihwkit, `VectorUnitCell`; such cells of phase-change
memory: Boybat et al. 2018, Nat. Commun. 9:2514).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.around import Around
from ebana_like.hardware.compiled import NUMBER, Entries, entries_of
from ebana_like.hardware.pulsed import Pulsed
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

HELD = "held"
CHOSEN = 5
"""Which of an update's draws chooses the device that is written; of device 0, for all values of an address."""

MOST_DEVICES = 64


@dataclass(frozen=True)
class Cell(Around):
    """w = (w_1 + ... + w_n) / n, each w_k a device with draws of its own.

    inner: the devices. devices: n, of a value. written: the one that an update writes, by n times the wanted change: a
        device at random, the same of every value of an address (as aihwkit's presets of 2 and 4 devices have it); or
        all, each by the wanted change.
    """

    inner: Pulsed
    devices: int = 2
    written: Literal["random", "all"] = "random"

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Pulsed):
            raise SettingError("a cell needs devices that move by pulses, as those of Pulsed")
        require_number("devices of a cell", self.devices, whole=True, low=1, high=MOST_DEVICES)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for k in range(self.devices):
            devices = self.inner.devices(len(parameter.value), rng)
            entries = self.inner.remembered(parameter, devices) | {HELD: self.inner.begun(parameter, devices)}
            found |= {f"{_device(k)}{name}": each for name, each in entries.items()}
        return found

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        return np.asarray(_mean([entries[f"{_device(k)}{HELD}"] for k in range(self.devices)]))

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        entries, found = entries_of(state, address), []
        apart = value - self.begun(parameter, entries)
        for k in range(self.devices):
            own = _of(k, entries)
            given = {f"{name}/{address}": each for name, each in own.items()}
            found.append(self.inner.rested(address, parameter, own[HELD] + apart, given, seconds, rng))
        return np.asarray(_mean(found))

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import words

        chosen = words(key, jnp.uint32(0), CHOSEN) % self.devices
        held: list[Array] = []
        found: dict[str, Array] = {}
        for k in range(self.devices):
            own = {**_of(k, entries), NUMBER: entries[NUMBER]}
            asked = wanted if self.written == "all" else jnp.where(chosen == k, self.devices * wanted, 0)
            there, new = self.inner.moved(own[HELD], asked, low, high, own, key + jnp.uint32(k))
            held.append(there)
            found |= {f"{_device(k)}{name}": each for name, each in {**new, HELD: there}.items()}
        return _mean(held), found


def _device(k: int) -> str:
    return f"device {k} "


def _of(k: int, entries: Mapping[str, Any]) -> dict[str, Any]:
    start = _device(k)
    return {name.removeprefix(start): each for name, each in entries.items() if name.startswith(start)}


def _mean(held: list[Any]) -> Any:
    return sum(held[1:], held[0]) / len(held)
