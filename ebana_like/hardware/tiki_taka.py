"""Tiki-taka: gradients go to a fast bank beside the one in the circuit, which gets what that bank has gathered.

Pulses of asymmetric devices pull them to their symmetry points; in a fast bank A measured from there, R, that is a
forgetting of old gradients and no error. With x the wanted change of an update and c = 1 or -1:

    A <- A + gain c x,    H <- H + share c (A - R),

and where H fills pulses of the circuit's bank, they go there from it.

H is digital. By it this is Tiki-taka's second version (Gokmen 2021, Front. Artif. Intell. 4:699148); without, the first
(Gokmen and Haensch 2020, Front. Neurosci. 14:103), what was read is written at once. Where c flips at random, what R is
wrong by cancels over time (chopped, c-TTv2); where besides R is what A was in the mean under the sign before, nobody
needs to know a symmetry point (AGAD; both: Rasch et al. 2024, Nat. Commun. 15:7133).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.around import Around
from ebana_like.hardware.compiled import NUMBER, Entries, require_shares
from ebana_like.hardware.kinds import in_singles, is_given, with_fields
from ebana_like.hardware.pulsed import LEFT, Pulsed
from ebana_like.hardware.pulses import singles, standing
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

FAST, COUNT, REFERENCE, SIGN, MEAN = "fast ", "updates", "reference", "sign", "mean"

FLIPPED = 6
"""Which of an update's draws flips signs."""

MOST = 1e6
"""What is asked or read is so many times more or less at most: in singles, more would be no number, less nothing."""


@dataclass(frozen=True)
class TikiTaka(Around):
    """Two banks of the same devices; the circuit has the slow one.

    inner: the devices. every: updates from one reading of the fast bank to the next.
    share: of what is read, in the fast bank's range, that the slow bank is asked for.
    buffered: whether it is added up digitally until it fills the devices' `least` pulses, or becomes pulses by chance.
    chop: probability with which a device's sign c flips after a reading. averaged: by which share a running mean of A
        goes to every reading; R is what it was when c flipped last. 0: R is the symmetry point, or near it.
    off: standard deviation of such an R about the symmetry point, a share of the range; of a device.
    gain: by which factor A is asked for more than the circuit would be. One that forgets what it had before signs flip
        needs much (fast_lr of aihwkit), and a smaller share.
    """

    inner: Pulsed
    every: int = 1
    share: float = 0.02
    buffered: bool = True
    chop: float = 0.0
    averaged: float = 0.0
    off: float = 0.0
    gain: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Pulsed):
            raise SettingError("Tiki-taka needs devices that move by pulses, as those of Pulsed")
        require_number("updates between two transfers", self.every, whole=True, low=1)
        require_number("share of a transfer", self.share, low=1 / MOST, high=MOST)
        require_number("gain of a transfer", self.gain, low=1 / MOST, high=MOST)
        require_shares("a transfer", off=self.off, chop=self.chop, averaged=self.averaged)
        if self.averaged and not self.chop:
            raise SettingError("a transfer's reference is averaged from one flip of signs to the next; give chop too")

    @property
    def _slow(self) -> Pulsed:
        return with_fields(self.inner, rounding="kept" if self.buffered else "stochastic")

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        slow = self._slow.made(parameter, rng)
        fast = self.inner.devices(len(parameter.value), rng)
        at = parameter.low + parameter.span * np.clip(self.inner.symmetry(fast), 0, 1) + 0 * parameter.value
        at = at.astype(np.float32).astype(float)  # as it is held while devices move
        resting = Parameter(at, parameter.unit, parameter.range)
        fast = {**self.inner.remembered(resting, fast), "value": at, REFERENCE: at}
        if self.off:
            fast[REFERENCE] = at + self.off * parameter.span * rng.normal(size=len(at))
        if self.chop:
            fast[SIGN] = rng.choice([-1.0, 1.0], size=len(at))
        if self.averaged:
            fast[REFERENCE] = fast[MEAN] = at
        count = {COUNT: np.zeros(len(parameter.value))} if self.every > 1 else {}
        return {**slow, **count, **{f"{FAST}{name}": each for name, each in fast.items()}}

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import uniform, words

        fast = {name.removeprefix(FAST): each for name, each in entries.items() if name.startswith(FAST)}
        fast = {**singles(fast), NUMBER: entries[NUMBER]}
        sign: Any = fast.get(SIGN, 1.0)
        asked = standing((self.gain * sign * wanted).astype(jnp.float32), self.share)
        bounds = jnp.float32(low), jnp.float32(high)
        gathered, new = in_singles(self.inner).moved(fast["value"], asked, *bounds, fast, key)
        gathered = standing(gathered, self.share)
        read, counted = jnp.float32(self.share) * sign * (gathered - fast[REFERENCE]), {}
        is_due: Any = True
        if self.every > 1:
            is_due = entries[COUNT] + 1 >= self.every
            counted = {COUNT: jnp.where(is_due, 0, entries[COUNT] + 1)}
            read = jnp.where(is_due, read, 0)
        if is_given(self.chop):
            chance = uniform(words(key, entries[NUMBER].astype(jnp.uint32), FLIPPED))
            flips = is_due & (chance < jnp.float32(self.chop))
            new[SIGN] = jnp.where(flips, -sign, sign)
            if is_given(self.averaged):
                goes = jnp.where(is_due, jnp.float32(self.averaged), 0)
                new[MEAN] = fast[MEAN] + goes * (gathered - fast[MEAN])
                new[REFERENCE] = jnp.where(flips, new[MEAN], fast[REFERENCE])
        steps = read * jnp.float32(1 / (self.inner.step * (high - low)))
        if self.buffered:
            steps = steps + entries[LEFT].astype(jnp.float32)
        moved, own = self._slow.stepped(value, steps, low, high, entries, key + jnp.uint32(1))
        fast = {**new, "value": gathered}
        return moved, {**own, **counted, **{f"{FAST}{name}": each for name, each in fast.items()}}
