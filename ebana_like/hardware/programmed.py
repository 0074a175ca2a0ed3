"""Devices that are written to a value at once, and miss it: what inference chips are measured to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import NUMBER, CompiledTechnology, Entries
from ebana_like.hardware.kinds import is_given
from ebana_like.hardware.pulsed import LEFT
from ebana_like.hardware.retention import Retention
from ebana_like.hardware.technology import State
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array

AGE = "age"


@dataclass(frozen=True)
class Programmed(CompiledTechnology):
    """Changes are summed up digitally; a device is written once they exceed a threshold, and stands near its aim then.

    error: standard deviation of a write, a share of the range, as coefficients of the powers of the aim's place.
    rise: place up to which it has risen to 1 - 1/e of that, from nothing at the low end; 0 where it does not begin so.
    threshold: change from which a device is written, a share of the range: writing for less would add noise and nothing
        else. drift: exponent nu of g (t / t0)^-nu since the write; drift_after: t0, seconds. period: seconds from one
        update to the next.
    retention: what becomes of what was written last; without one it drifts as in training.
    seed: of the first write: which chip it is.
    """

    by_numbers = True

    error: tuple[float, ...] = (0.01,)
    rise: float = 0.0
    threshold: float = 0.05
    drift: float = 0.0
    drift_after: float = 20.0
    period: float = 1.0
    retention: Retention | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require_number("threshold of a technology", self.threshold, low=0, high=1)
        require_number("drift of a technology", self.drift, low=0)
        require_number("rise of a technology", self.rise, low=0)
        for name in ("drift_after", "period"):
            require_number(f"{name} of a technology", getattr(self, name), above=0)
        require_number("seed of a technology", self.seed, whole=True, low=0)

    @property
    def chip(self) -> int:
        return self.seed

    @property
    def unmade(self) -> "Programmed":
        return replace(self, seed=0)

    @property
    def forgets(self) -> bool:
        return self.retention is not None or self.drift > 0

    def rested(
        self,
        address: str,
        parameter: Parameter,
        value: FloatArray,
        state: State,
        seconds: float,
        rng: np.random.Generator,
    ) -> FloatArray:
        if self.retention is not None:
            held = self.retention.after(parameter, value, seconds, rng)
        else:
            held = value * (1 + seconds / self.drift_after) ** -self.drift
        return np.clip(held, parameter.low, parameter.high)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        nothing = np.zeros(len(parameter.value))
        place = (parameter.value - parameter.low) / parameter.span
        missed = self.spread(place) * rng.normal(size=len(place))
        entries = {LEFT: nothing, "first": np.clip(place + missed, 0, 1)}
        return {**entries, AGE: nothing} if self.drift else entries

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        return np.asarray(parameter.low + parameter.span * entries["first"])

    def spread(self, place: Any) -> Any:
        """Return the standard deviation of writes that aim at places; both as shares of the range."""
        error = abs(sum(each * place**power for power, each in enumerate(self.error)))
        return error * -place.__array_namespace__().expm1(-place / self.rise) if is_given(self.rise) else error

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import normal, words

        new, span = {}, high - low
        if is_given(self.drift):
            age = entries[AGE]
            value = value * ((age + self.period + self.drift_after) / (age + self.drift_after)) ** -self.drift
        left = entries[LEFT] + wanted / span
        is_due = abs(left) > self.threshold
        aim = jnp.clip((value - low) / span + left, 0, 1)
        reached = aim + self.spread(aim) * normal(words(key, entries[NUMBER].astype(jnp.uint32), 0))
        new[LEFT] = jnp.where(is_due, 0, jnp.clip(left, -1, 1))
        if is_given(self.drift):
            new[AGE] = jnp.where(is_due, 0, age + self.period)
        return jnp.clip(jnp.where(is_due, low + span * reached, value), low, high), new
