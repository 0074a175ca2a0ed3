"""Tiki-taka: gradients go to a fast bank beside the one in the circuit, which gets what that bank has gathered.

Pulses of asymmetric devices pull them to their symmetry points; in a fast bank measured from there, that is a
forgetting of old gradients and no error. What it holds is added up digitally, and reaches the circuit's bank once it
fills a pulse (Gokmen and Haensch 2020, Front. Neurosci. 14:103; so summed, Gokmen 2021, Front. Artif. Intell. 4).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.hardware.around import Around
from ebana_like.hardware.compiled import NUMBER, Entries
from ebana_like.hardware.kinds import in_singles, with_fields
from ebana_like.hardware.pulsed import LEFT, Pulsed
from ebana_like.hardware.pulses import singles, standing
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

FAST, COUNT, REFERENCE = "fast ", "updates", "reference"


@dataclass(frozen=True)
class TikiTaka(Around):
    """Two banks of the same devices; the circuit has the slow one.

    inner: the devices. every: updates from one reading of the fast bank to the next.
    share: of what is read, in the fast bank's range, that the slow bank is asked for.
    """

    inner: Pulsed
    every: int = 1
    share: float = 0.02

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Pulsed):
            raise SettingError("Tiki-taka needs devices that move by pulses, as those of Pulsed")
        require_number("updates between two transfers", self.every, whole=True, low=1)
        require_number("share of a transfer", self.share, above=0)

    @property
    def _slow(self) -> Pulsed:
        return with_fields(self.inner, rounding="kept")

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        slow = self._slow.made(parameter, rng)
        fast = self.inner.devices(len(parameter.value), rng)
        at = parameter.low + parameter.span * np.clip(self.inner.symmetry(fast), 0, 1) + 0 * parameter.value
        at = at.astype(np.float32).astype(float)  # as it is held while devices move
        resting = Parameter(at, parameter.unit, parameter.range)
        fast = {**self.inner.remembered(resting, fast), "value": at, REFERENCE: at}
        count = {COUNT: np.zeros(len(parameter.value))} if self.every > 1 else {}
        return {**slow, **count, **{f"{FAST}{name}": each for name, each in fast.items()}}

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        fast = {name.removeprefix(FAST): each for name, each in entries.items() if name.startswith(FAST)}
        fast = {**singles(fast), NUMBER: entries[NUMBER]}
        ends, asked = (jnp.float32(low), jnp.float32(high)), standing(wanted.astype(jnp.float32), self.share)
        gathered, new = in_singles(self.inner).moved(fast["value"], asked, *ends, fast, key)
        gathered = standing(gathered, self.share)
        read, counted = jnp.float32(self.share) * (gathered - fast[REFERENCE]), {}
        if self.every > 1:
            is_due = entries[COUNT] + 1 >= self.every
            counted = {COUNT: jnp.where(is_due, 0, entries[COUNT] + 1)}
            read = jnp.where(is_due, read, 0)
        steps = read * jnp.float32(1 / (self.inner.step * (high - low))) + entries[LEFT].astype(jnp.float32)
        moved, own = self._slow.stepped(value, steps, low, high, entries, key + jnp.uint32(1))
        fast = {**new, "value": gathered}
        return moved, {**own, **counted, **{f"{FAST}{name}": each for name, each in fast.items()}}
