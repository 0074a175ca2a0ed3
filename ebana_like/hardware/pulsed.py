"""Devices that are moved by pulses: how many does a wanted change take, and where do they lead?

Symbols of `docs/theory`: a place x is a share of the range, g = low + (high - low) x siemens, or whatever the parameter
is measured in. Where a number differs from device to device it is drawn once, when they are made; where it differs from
cycle to cycle, at every pulse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.compiled import NUMBER, CompiledTechnology, Entries, entries_of, require_shares
from ebana_like.hardware.kinds import in_singles, is_given
from ebana_like.hardware.laws import Constant, Frame, Law
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

Rounding = Literal["stochastic", "nearest", "kept"]

FINE = 0.05
"""Share of the range that pulses may cover in one go: the law is taken amid their way, and their noise drawn once."""

COUNTED, RESET, WRITTEN, FIRST = 0, 1, 2, 8
"""Which of an update's draws are for what: the number of pulses, a reset, the noise of a write, pulses turn by turn."""

RISING, FALLING, ENDS, OWN = "rising step", "falling step", ("low end", "high end"), "law "
HIDDEN, LEFT, ZERO, LEAKING, AGE, DRIFT = "hidden", "left", "zero", "leaking", "age", "drift exponent"


@dataclass(frozen=True)
class Pulsed(CompiledTechnology):
    """A wanted change becomes pulses, each as large as law, place and chance have it.

    step: the mean pulse at zero, a share of the range: 0.001 is a device of 1000 states. law: see `laws`.
    cycle: standard deviation of one pulse from the next, in units of the pulse; of a cycle. additive: whether it stays
        the same where steps shrink.
    device: standard deviation of the step, in units of it; of a device. lognormal: of its logarithm.
    imbalance: by how much of a step those down are smaller, or those up where it is below zero; imbalance_device: its
        standard deviation; of a device.
    low_spread, high_spread: standard deviation of the ends, as a share of their distance from zero; of a device.
    zero: place of weight 0, see `laws`. centred: whether each device is measured against a reference at its own
        symmetry point, which then lies at zero; centring: standard deviation of that reference, a share of the range.
    write_noise: standard deviation of what is seen about what is held, a share of the range, new at every write.
    most: pulses that an update can give a device. rounding: of the number of pulses, by chance, to the nearest, or with
        the rest kept digitally until it fills `least` pulses (mixed precision: Nandakumar et al. 2020). What is written
        more rarely is drawn less to the symmetry points: of noise, so many times fewer pulses remain.
    stuck_low, stuck_high: shares of devices that stand at an end for ever.
    period: seconds from one update to the next. leak: seconds in which a distance from zero falls to 1/e, 0 for never;
        leak_device: its standard deviation as a share; of a device.
    drift: exponent nu of g (t / t0)^-nu since the last write (phase-change memory); drift_device: its standard
        deviation, of a device; drift_after: t0, seconds.
    one_way: whether only pulses up exist: what is to be taken away is remembered until it is more than `refresh` of the
        range, when the device is reset and set anew.
    seed: of all that differs from device to device: which chip it is.
    """

    step: float = 0.001
    law: Law = field(default_factory=Constant)
    cycle: float = 0.0
    additive: bool = False
    device: float = 0.0
    lognormal: bool = False
    imbalance: float = 0.0
    imbalance_device: float = 0.0
    low_spread: float = 0.0
    high_spread: float = 0.0
    zero: float = 0.5
    centred: bool = False
    centring: float = 0.0
    write_noise: float = 0.0
    most: int = 31
    rounding: Rounding = "stochastic"
    least: int = 1
    stuck_low: float = 0.0
    stuck_high: float = 0.0
    period: float = 1.0
    leak: float = 0.0
    leak_device: float = 0.0
    drift: float = 0.0
    drift_device: float = 0.0
    drift_after: float = 20.0
    one_way: bool = False
    refresh: float = 0.1
    seed: int = 0

    by_numbers = True

    def __post_init__(self) -> None:
        require_number("step of a technology", self.step, above=0, high=1)
        require_number("most pulses of a technology", self.most, whole=True, low=1)
        require_number("least pulses of a technology", self.least, whole=True, low=1, high=self.most)
        require_number("imbalance of a technology", self.imbalance, low=-1, high=1)
        for name in ("period", "drift_after"):
            require_number(f"{name} of a technology", getattr(self, name), above=0)
        for name in ("cycle", "device", "imbalance_device", "low_spread", "high_spread", "centring", "write_noise"):
            require_number(f"{name} of a technology", getattr(self, name), low=0)
        for name in ("leak", "leak_device", "drift", "drift_device"):
            require_number(f"{name} of a technology", getattr(self, name), low=0)
        require_number("seed of a technology", self.seed, whole=True, low=0)
        require_shares("a technology", zero=self.zero, refresh=self.refresh)
        require_shares("a technology", stuck_low=self.stuck_low, stuck_high=self.stuck_high)
        if self.stuck_low + self.stuck_high > 1:
            raise SettingError("stuck_low and stuck_high of a technology are more than 1 together; give shares")

    @property
    def chip(self) -> int:
        return self.seed

    @property
    def unmade(self) -> "Pulsed":
        return replace(self, seed=0)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        return self.remembered(parameter, self.devices(len(parameter.value), rng))

    def remembered(self, parameter: Parameter, devices: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the entries of devices that hold the parameter's value, within their ends."""
        count, entries = len(parameter.value), dict(devices)
        if self.write_noise:
            entries[HIDDEN] = self._within(parameter, entries)
        if self.rounding == "kept" or self.one_way:
            entries[LEFT] = np.zeros(count)
        if self.drift:
            entries[AGE] = np.zeros(count)
        return entries

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        return self._within(parameter, entries)

    def _within(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        """Return the parameter's value within the devices' own ends."""
        low, high = (np.clip(entries.get(name, end), 0, 1) for name, end in zip(ENDS, (0.0, 1.0), strict=True))
        return np.clip(parameter.value, parameter.low + parameter.span * low, parameter.low + parameter.span * high)

    def devices(self, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Return what differs between devices, (count,) each, in singles: sizes of steps, ends, what the law draws."""
        entries: dict[str, FloatArray] = {}
        gain, tilt = (spread * rng.normal(size=count) for spread in (self.device, self.imbalance_device))
        gain = np.exp(gain) if self.lognormal else 1 + gain
        rising, falling = gain + min(self.imbalance, 0) + tilt, gain - max(self.imbalance, 0) - tilt
        if self.device or self.imbalance or self.imbalance_device:
            entries[RISING], entries[FALLING] = abs(rising), abs(falling)
        zero, stuck = self.zero, self.stuck_low + self.stuck_high
        if self.low_spread or self.high_spread or stuck:
            low = -zero * (1 + self.low_spread * rng.normal(size=count))
            high = (1 - zero) * (1 + self.high_spread * rng.normal(size=count))
            low, high = np.minimum(low, high), np.maximum(low, high)
            entries[ENDS[0]], entries[ENDS[1]] = zero - abs(low), zero + abs(high)
        entries |= {f"{OWN}{name}": each for name, each in self.law.drawn(count, rng).items()}
        if self.centred:
            shift = self.symmetry(entries) - zero + self.centring * rng.normal(size=count)
            entries[ENDS[0]], entries[ENDS[1]] = entries.get(ENDS[0], 0.0) - shift, entries.get(ENDS[1], 1.0) - shift
            entries[ZERO] = zero - shift
        if stuck:
            chance = rng.uniform(size=count)
            for end in ENDS:
                entries[end][chance < self.stuck_low] = 0.0
                entries[end][chance >= 1 - self.stuck_high] = 1.0
        if self.leak and self.leak_device:
            seconds = np.maximum(self.leak * (1 + self.leak_device * rng.normal(size=count)), self.period)
            entries[LEAKING] = np.expm1(-self.period / seconds)
        if self.drift and self.drift_device:
            entries[DRIFT] = self.drift + self.drift_device * rng.normal(size=count)
        return {name: each.astype(np.float32).astype(float) for name, each in entries.items()}

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

    def symmetry(self, entries: Mapping[str, FloatArray]) -> FloatArray:
        """Return the places at which a pulse up and one down cancel in the mean, (n,), or else the end they lead to."""
        frame = self._frame(entries)
        count = max((np.size(each) for each in entries.values()), default=1)
        low, high = (np.broadcast_to(np.asarray(each, dtype=float), count).copy() for each in (frame.low, frame.high))
        up, down = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        for _ in range(50):
            middle = (low + high) / 2
            rises = self._factor(middle, up, frame, entries) > self._factor(middle, down, frame, entries)
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        return np.asarray((low + high) / 2)

    def _frame(self, entries: Mapping[str, Any]) -> Frame:
        own = {name.removeprefix(OWN): each for name, each in entries.items() if name.startswith(OWN)}
        return Frame(entries.get(ENDS[0], 0.0), entries.get(ENDS[1], 1.0), entries.get(ZERO, self.zero), own)

    def _factor(self, place: Any, up: Any, frame: Frame, entries: Mapping[str, Any]) -> Any:
        return self.law.factor(place, up, frame) * self._size(up, entries)

    @staticmethod
    def _size(up: Any, entries: Mapping[str, Any]) -> Any:
        """Return the devices' steps in units of the mean."""
        if RISING not in entries:
            return 1.0
        return up.__array_namespace__().where(up, entries[RISING], entries[FALLING])

    def lasting(self, entries: Entries) -> Entries:
        """Return entries that never change as singles, which they were rounded to when they were drawn."""
        found = super().lasting(entries)
        return {name: each if name == NUMBER else each.astype("float32") for name, each in found.items()}

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import normal, uniform, words

        span, new = high - low, {}
        number = entries[NUMBER].astype(jnp.uint32)
        place = self._rested((entries.get(HIDDEN, value) - low) * (1 / span), low / span, entries)
        steps = wanted * (1 / (self.step * span)) + entries.get(LEFT, 0.0)
        size, up = abs(steps).astype(jnp.float32), steps > 0
        if self.rounding == "stochastic":
            count = jnp.floor(size + uniform(words(key, number, COUNTED)))
        elif self.rounding == "nearest":
            count = jnp.floor(size + 0.5)
        else:
            count = jnp.floor(size)
            if self.least > 1:
                count = jnp.where(count < self.least, 0, count)
        count = jnp.minimum(count, self.most)
        if self.one_way:
            count = jnp.where(up, count, 0)
        pulses = jnp.where(up, count, -count)
        if self.rounding == "kept" or self.one_way:
            left = steps - pulses
            if self.rounding != "kept":  # only what is to be taken away
                left = jnp.minimum(left, 0)
            new[LEFT] = jnp.clip(left, -1 / self.step, self.most)
        there = place + self.step * self.pulsed(place, pulses, entries, key)
        if self.one_way:
            there, new[LEFT], count = self._refreshed(there, new[LEFT], count, entries, words(key, number, RESET))
        is_written, there = there != place, jnp.clip(there, 0, 1)
        if AGE in entries:
            new[AGE] = jnp.where(count > 0, 0, entries[AGE] + self.period)
        if not is_given(self.write_noise):
            return low + span * there, new
        new[HIDDEN] = low + span * there
        seen = jnp.clip(there + self.write_noise * normal(words(key, number, WRITTEN)), 0, 1)
        return jnp.where(is_written, low + span * seen, value), new

    def pulsed(self, place: Any, pulses: Any, entries: Entries, key: Any) -> Any:
        """Return how far so many pulses lead from places, those down below zero, in mean steps.

        They are taken in turns, so many at once as cover little. All is done in singles, of which vectors hold twice as
        many. The loop's result stands in memory: XLA would compute it anew for every array that is made of it.
        """
        import jax
        import jax.numpy as jnp

        from ebana_like.hardware.draws import words

        number, begun = entries[NUMBER].astype(jnp.uint32), place.astype(jnp.float32)
        own = {name: each.astype(jnp.float32) for name, each in entries.items() if name != NUMBER}
        devices = in_singles(self)
        low, high = own.get(ENDS[0], 0.0), own.get(ENDS[1], 1.0)
        at_once = jnp.maximum(jnp.floor(FINE / devices.step), 1)

        def turn(k: Any, gone: Any) -> Any:
            before, now = (jnp.clip(pulses, -most, most) for most in (k * at_once, (k + 1) * at_once))
            place, each = begun + devices.step * gone, 1 / devices.step
            steps = devices._steps(place, now - before, own, words(key, number, FIRST + k))
            return gone + jnp.clip(steps, (low - place) * each, (high - place) * each)

        turns = jnp.ceil(abs(pulses).max(initial=0) / at_once).astype(jnp.int32)
        return jax.lax.fori_loop(0, turns, turn, jnp.zeros_like(begun))

    def _steps(self, place: Any, pulses: Any, own: Entries, word: Any) -> Any:
        """Return how far so many pulses lead, in mean steps: exact for one, to the square of it for several."""
        import jax
        import jax.numpy as jnp

        from ebana_like.hardware.draws import normal

        frame, count, up = self._frame(own), abs(pulses), pulses > 0
        size = self._size(up, own)
        if self.most == 1 or type(self.law) is Constant:
            between, factor = place, self.law.factor(place, up, frame)
        else:  # by its slope the law is known amid their way, for one more multiplication
            factor, slope = jax.jvp(lambda x: self.law.factor(x, up, frame), (place,), (jnp.ones_like(place),))
            before = self.step / 2 * size * factor * (pulses - jnp.clip(pulses, -1, 1))
            between, factor = place + before, factor + slope * before
        steps = size * factor * pulses
        if is_given(self.cycle):
            noise = self.law.noise(between, up, self.step * size * (1 if self.additive else abs(factor)), frame)
            steps = steps + self.cycle / self.step * noise * jnp.sqrt(count) * normal(word)
        return steps

    def _rested(self, place: Any, bottom: Any, entries: Entries) -> Any:
        """Return places after the time between two updates; bottom: the low end, in units of the range."""
        import jax.numpy as jnp

        if is_given(self.leak):
            leaking = entries.get(LEAKING, jnp.expm1(-self.period / self.leak))
            place = place + (place - entries.get(ZERO, self.zero)) * leaking
        if is_given(self.drift):
            age, nu = entries[AGE], entries.get(DRIFT, self.drift)
            shrunk = ((age + self.period + self.drift_after) / (age + self.drift_after)) ** -nu
            place = (bottom + place) * shrunk - bottom
        return place

    def last_step(self, aim: Any, entries: Entries) -> Any:
        """Return the size of the pulse up that leads to places."""
        import jax.numpy as jnp

        return self.step * self._factor(aim, jnp.ones(aim.shape, dtype=bool), self._frame(entries), entries)

    def _refreshed(self, place: Any, left: Any, count: Any, entries: Entries, word: Any) -> tuple[Any, Any, Any]:
        """Return one-way devices after those that are to lose too much were reset and set again, to within one step."""
        import jax.numpy as jnp

        from ebana_like.hardware.draws import uniform

        aim = jnp.clip(place + self.step * left, 0, 1)
        last = self.last_step(aim, entries)
        is_due = self.step * left < -self.refresh
        reached = aim + last * (uniform(word) - 0.5)
        return jnp.where(is_due, reached, place), jnp.where(is_due, 0, left), jnp.where(is_due, 1, count)
