"""What does a wanted change become, where devices are moved by pulses? Their number, and what time and writing do.

Symbols are those of `pulses`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import NUMBER, Entries, entries_of, require_shares
from ebana_like.hardware.kinds import in_singles, is_given
from ebana_like.hardware.pulses import ZERO, SteppedDevices, as_singles, singles, standing, within
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

Rounding = Literal["stochastic", "nearest", "kept"]

COUNTED, RESET, WRITTEN = 0, 1, 2
"""Which of an update's draws are for what: the number of pulses, a reset, the noise of a write."""

HIDDEN, LEFT, LEAKING, AGE, DRIFT = "hidden", "left", "leaking", "age", "drift exponent"


@dataclass(frozen=True)
class Pulsed(SteppedDevices):
    """A wanted change becomes pulses of such steps.

    write_noise: standard deviation of what is seen about what is held, a share of the range, new at every write.
    rounding: of the number of pulses, by chance, to the nearest, or with the rest kept digitally until it fills `least`
        pulses (mixed precision: Nandakumar et al. 2020). What is written more rarely is drawn less to the symmetry
        points: of noise, so many times fewer pulses remain.
    period: seconds from one update to the next. leak: seconds in which a distance from zero falls to 1/e, 0 for never;
        leak_device: its standard deviation as a share; of a device.
    drift: exponent nu of g (t / t0)^-nu since the last write (phase-change memory); drift_device: its standard
        deviation, of a device; drift_after: t0, seconds.
    one_way: whether only pulses up exist: what is to be taken away is remembered until it is more than `refresh` of the
        range, when the device is reset and set anew.
    """

    write_noise: float = 0.0
    rounding: Rounding = "stochastic"
    least: int = 1
    period: float = 1.0
    leak: float = 0.0
    leak_device: float = 0.0
    drift: float = 0.0
    drift_device: float = 0.0
    drift_after: float = 20.0
    one_way: bool = False
    refresh: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("least pulses of a technology", self.least, whole=True, low=1, high=self.most)
        for name in ("period", "drift_after"):
            require_number(f"{name} of a technology", getattr(self, name), above=0)
        for name in ("write_noise", "leak", "leak_device", "drift", "drift_device"):
            require_number(f"{name} of a technology", getattr(self, name), low=0)
        require_shares("a technology", refresh=self.refresh)

    def devices(self, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        entries = super().devices(count, rng)
        if self.leak and self.leak_device:
            seconds = np.maximum(self.leak * (1 + self.leak_device * rng.normal(size=count)), self.period)
            entries[LEAKING] = np.expm1(-self.period / seconds)
        if self.drift and self.drift_device:
            entries[DRIFT] = self.drift + self.drift_device * rng.normal(size=count)
        return as_singles(entries)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        return self.remembered(parameter, self.devices(len(parameter.value), rng))

    def remembered(self, parameter: Parameter, devices: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the entries of devices that hold the parameter's value, within their ends."""
        count, entries = len(parameter.value), dict(devices)
        if self.write_noise:
            entries[HIDDEN] = self.begun(parameter, entries)
        if self.rounding == "kept" or self.one_way:
            entries[LEFT] = np.zeros(count)
        if self.drift:
            entries[AGE] = np.zeros(count)
        return entries

    @property
    def forgets(self) -> bool:
        return self.leak > 0 or self.drift > 0

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        entries = entries_of(state, address)
        if self.leak:
            zero = parameter.low + parameter.span * entries.get(ZERO, self.zero)
            leaking = entries[LEAKING] if LEAKING in entries else np.expm1(-self.period / self.leak)
            value = zero + (value - zero) * np.exp(np.log1p(leaking) * seconds / self.period)
        if self.drift:
            value = value * (1 + seconds / self.drift_after) ** -entries.get(DRIFT, self.drift)
        return np.clip(value, parameter.low, parameter.high)

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        steps = wanted * (1 / (self.step * (high - low))) + entries.get(LEFT, 0.0)
        return self.stepped(value, steps, low, high, entries, key)

    def stepped(
        self, value: "Array", steps: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        """Return what `moved` does, given how many mean steps are to be taken, what was left of those before included.

        They are counted in the type in which they come.
        """
        import jax.numpy as jnp

        from ebana_like.hardware.draws import normal, uniform, words

        span, new = high - low, {}
        number, held = entries[NUMBER].astype(jnp.uint32), entries.get(HIDDEN, value)
        place = ((held - low) * (1 / span)).astype(jnp.float32)
        rest = self._rested(place, low / span, entries)
        size, up = abs(steps.astype(jnp.float32)), steps > 0
        if self.rounding == "stochastic":
            count = jnp.floor(size + uniform(words(key, number, COUNTED)))
        elif self.rounding == "nearest":
            count = jnp.floor(size + 0.5)
        else:
            count = jnp.floor(size)
            if self.least > 1:
                count = jnp.where(count < self.least, 0, count)
        count = jnp.where(count < self.most, count, self.most)
        if self.one_way:
            count = jnp.where(up, count, 0)
        pulses = jnp.where(up, count, -count)
        if self.rounding == "kept" or self.one_way:
            left = steps - pulses
            if self.rounding != "kept":  # only what is to be taken away
                left = jnp.minimum(left, 0)
            new[LEFT] = jnp.clip(left, jnp.asarray(-1 / self.step, left.dtype), self.most).astype(jnp.float32)
        gone = self.step * self.pulsed(place + rest, pulses, entries, key)
        if self.one_way:
            there = place + rest + gone
            again, new[LEFT], count = self._refreshed(there, new[LEFT], count, entries, words(key, number, RESET))
            gone = gone + (again - there)
        if AGE in entries:
            new[AGE] = jnp.where(count > 0, 0, entries[AGE] + self.period)
        if not is_given(self.write_noise):
            return within(held + span * (rest + gone), low, high), new
        gone = standing(gone, self.step)
        new[HIDDEN] = within(held + span * (rest + gone), low, high)
        seen = new[HIDDEN] + span * self.write_noise * normal(words(key, number, WRITTEN))
        return within(jnp.where(gone != 0, seen, value + span * rest), low, high), new

    def _rested(self, place: Any, bottom: Any, entries: Entries) -> Any:
        """Return by how much places change between two updates; bottom: the low end, in units of the range."""
        import jax.numpy as jnp

        own, devices, change = singles(entries), in_singles(self), jnp.zeros_like(place)
        if is_given(self.leak):
            leaking = own.get(LEAKING, jnp.expm1(-devices.period / devices.leak))
            change = change + (place - own.get(ZERO, devices.zero)) * leaking
        if is_given(self.drift):
            length = jnp.log1p(devices.period / (own[AGE] + devices.drift_after))
            change = change + (bottom + place + change) * jnp.expm1(-own.get(DRIFT, devices.drift) * length)
        return change.astype(jnp.float32)

    def _refreshed(self, place: Any, left: Any, count: Any, entries: Entries, word: Any) -> tuple[Any, Any, Any]:
        """Return one-way devices after those that are to lose too much were reset and set again, to within one step."""
        import jax.numpy as jnp

        from ebana_like.hardware.draws import uniform

        aim = jnp.clip(place + self.step * left, 0, 1)
        last = self.last_step(aim, entries)
        is_due = self.step * left < -self.refresh
        reached = aim + last * (uniform(word) - 0.5)
        return jnp.where(is_due, reached, place), jnp.where(is_due, 0, left), jnp.where(is_due, 1, count)
