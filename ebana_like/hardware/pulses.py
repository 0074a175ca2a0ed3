"""What do pulses do to a device, and how does one device differ from the next? Steps, their spread, and their ends.

Symbols of `docs/theory`: a place x is a share of the range, g = low + (high - low) x siemens, or whatever the parameter
is measured in. Where a number differs from device to device it is drawn once, when they are made; where it differs from
cycle to cycle, at every pulse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.compiled import NUMBER, CompiledTechnology, Entries, require_shares
from ebana_like.hardware.kinds import in_singles, is_given
from ebana_like.hardware.laws import Constant, Frame, Law
from ebana_like.values import Parameter

FIRST = 8
"""From which of an update's draws on pulses have theirs, turn by turn; those before are for who gives them."""

RISING, FALLING, ENDS, OWN, ZERO = "rising step", "falling step", ("low end", "high end"), "law ", "zero"


@dataclass(frozen=True)
class SteppedDevices(CompiledTechnology):
    """Devices that move by steps, each as large as law, place and chance have it.

    step: the mean pulse at zero, a share of the range: 0.001 is a device of 1000 states. law: see `laws`.
    cycle: standard deviation of one pulse from the next, in units of the pulse; of a cycle. additive: whether it stays
        the same where steps shrink.
    device: standard deviation of the step, in units of it; of a device. lognormal: of its logarithm.
    imbalance: by how much of a step those down are smaller, or those up where it is below zero; imbalance_device: its
        standard deviation; of a device.
    low_spread, high_spread: standard deviation of the ends, as a share of their distance from zero; of a device.
    zero: place of weight 0, see `laws`. centred: whether each device is measured against a reference at its own
        symmetry point, which then lies at zero; centring: standard deviation of that reference, a share of the range.
    most: pulses that an update can give a device.
    stuck_low, stuck_high: shares of devices that stand at an end for ever.
    seed: of all that differs from device to device: which chip it is.
    in_one_go: whether all pulses of an update cover little together; it follows from step and most.
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
    most: int = 31
    stuck_low: float = 0.0
    stuck_high: float = 0.0
    seed: int = 0
    in_one_go: bool = field(init=False, repr=False)

    by_numbers = True

    def __post_init__(self) -> None:
        require_number("step of a technology", self.step, above=0, high=1)
        require_number("most pulses of a technology", self.most, whole=True, low=1)
        require_number("imbalance of a technology", self.imbalance, low=-1, high=1)
        for name in ("cycle", "device", "imbalance_device", "low_spread", "high_spread", "centring"):
            require_number(f"{name} of a technology", getattr(self, name), low=0)
        require_number("seed of a technology", self.seed, whole=True, low=0)
        require_shares("a technology", zero=self.zero, stuck_low=self.stuck_low, stuck_high=self.stuck_high)
        if self.stuck_low + self.stuck_high > 1:
            raise SettingError("stuck_low and stuck_high of a technology are more than 1 together; give shares")
        object.__setattr__(self, "in_one_go", self.most * self.step <= self.law.straight)

    @property
    def chip(self) -> int:
        return self.seed

    @property
    def unmade(self) -> Self:
        return replace(self, seed=0)

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
        return as_singles(entries)

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        low, high = (np.clip(entries.get(name, end), 0, 1) for name, end in zip(ENDS, (0.0, 1.0), strict=True))
        return np.clip(parameter.value, parameter.low + parameter.span * low, parameter.low + parameter.span * high)

    def symmetry(self, entries: Mapping[str, FloatArray]) -> FloatArray:
        """Return the places at which a pulse up and one down cancel in the mean, (n,), or else the end they lead to.

        Where they cancel at zero, it is there.
        """
        frame = self._frame(entries)
        count = max((np.size(each) for each in entries.values()), default=1)
        low, high = (np.broadcast_to(np.asarray(each, dtype=float), count).copy() for each in (frame.low, frame.high))
        up, down = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        for _ in range(50):
            middle = (low + high) / 2
            rises = self._factor(middle, up, frame, entries) > self._factor(middle, down, frame, entries)
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        zero = np.broadcast_to(np.asarray(frame.zero, dtype=float), count)
        at_zero = [self._factor(zero, way, frame, entries) for way in (up, down)]
        return np.where(at_zero[0] == at_zero[1], zero, (low + high) / 2)

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

    def pulsed(self, place: Any, pulses: Any, entries: Entries, key: Any) -> Any:
        """Return how far so many pulses lead from places, those down below zero, in mean steps.

        They are taken in turns, so many at once as cover little. All is done in singles, of which vectors hold twice as
        many. What a loop leads to stands in memory: XLA would compute it anew for every array that is made of it.
        """
        import jax
        import jax.numpy as jnp

        from ebana_like.hardware.draws import words

        number, begun = entries[NUMBER].astype(jnp.uint32), place.astype(jnp.float32)
        own, devices = singles(entries), in_singles(self)
        low, high = own.get(ENDS[0], 0.0), own.get(ENDS[1], 1.0)
        at_once = jnp.maximum(jnp.floor(self.law.straight / devices.step), 1)

        def turn(k: Any, gone: Any, given: Any) -> Any:
            place, each = begun + devices.step * gone, 1 / devices.step
            steps = devices._steps(place, given, own, words(key, number, FIRST + k))
            return gone + jnp.where(given == 0, 0, within(steps, (low - place) * each, (high - place) * each))

        def one_of(k: Any, gone: Any) -> Any:
            before, now = (within(pulses, -most, most) for most in (k * at_once, (k + 1) * at_once))
            return turn(k, gone, now - before)

        if self.in_one_go:
            return turn(0, 0.0, pulses)
        turns = jnp.ceil(abs(pulses).max(initial=0) / at_once).astype(jnp.int32)
        return jax.lax.fori_loop(0, turns, one_of, jnp.zeros_like(begun))

    def _steps(self, place: Any, pulses: Any, own: Entries, word: Any) -> Any:
        """Return how far so many pulses lead, in mean steps: exact for one.

        For several the law is a straight line: where each changes the next by a share e, n of them are in the mean
        1 + (n - 1) e / 2 + (n - 1) (n - 2) e^2 / 6 of the first, but for higher powers.
        """
        import jax
        import jax.numpy as jnp

        from ebana_like.hardware.draws import normal

        frame, count, up = self._frame(own), abs(pulses), pulses > 0
        size = self._size(up, own)
        if self.most == 1 or type(self.law) is Constant:
            between, factor = place, self.law.factor(place, up, frame)
        else:
            factor, slope = jax.jvp(lambda x: self.law.factor(x, up, frame), (place,), (jnp.ones_like(place),))
            share, others = jnp.where(up, self.step, -self.step) * size, jnp.where(count > 1, count - 1, 0)
            each, half = share * slope, share / 2 * others
            between = place + half * factor
            factor = factor * (1 + half * slope * (1 + (others - 1) * each / 3))
        steps = size * factor * pulses
        if is_given(self.cycle):
            noise = self.law.noise(between, up, self.step * size * (1 if self.additive else abs(factor)), frame)
            steps = steps + self.cycle / self.step * noise * jnp.sqrt(count) * normal(word)
        return steps

    def last_step(self, aim: Any, entries: Entries) -> Any:
        """Return the size of the pulse up that leads to places."""
        import jax.numpy as jnp

        return self.step * self._factor(aim, jnp.ones(aim.shape, dtype=bool), self._frame(entries), entries)


def as_singles(entries: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return entries rounded to singles, as they are held where devices move."""
    return {name: each.astype(np.float32).astype(float) for name, each in entries.items()}


def singles(entries: Entries) -> dict[str, Any]:
    """Return what devices remember, but their numbers, as singles."""
    return {name: each.astype(np.float32) for name, each in entries.items() if name != NUMBER}


def within(values: Any, low: Any, high: Any) -> Any:
    """Return values within ends, as `clip`, by comparisons that are one instruction each: no value here is NaN."""
    xp = values.__array_namespace__()
    values = xp.where(values < low, low, values)
    return xp.where(values > high, high, values)


def standing(array: Any, number: Any) -> Any:
    """Return an array that XLA finds once, however much is made of it, and not anew for each: it fuses nothing over a
    loop, here one that never turns. number: any that is handed over at a call.
    """
    import jax
    import jax.numpy as jnp

    return jax.lax.while_loop(lambda _: jnp.isnan(jnp.asarray(number, float)), lambda x: -x, array)
