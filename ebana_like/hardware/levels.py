"""Devices that stand on one of some levels, equally far apart, and on no place between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray
from ebana_like.hardware.compiled import NUMBER, CompiledTechnology, Entries
from ebana_like.hardware.pulsed import LEFT, Rounding
from ebana_like.values import Parameter

if TYPE_CHECKING:
    from jax import Array


@dataclass(frozen=True)
class Levels(CompiledTechnology):
    """A wanted value becomes a level's: one of those beside it by chance, the nearest, or with the rest kept digitally.

    count: levels, the ends among them. rounding: to the nearest is blind to changes below half a level.
    """

    count: int = 64
    rounding: Rounding = "stochastic"

    def __post_init__(self) -> None:
        require_number("count of levels", self.count, whole=True, low=2)

    def made(self, parameter: Parameter, rng: np.random.Generator) -> dict[str, FloatArray]:
        return {LEFT: np.zeros(len(parameter.value))} if self.rounding == "kept" else {}

    def begun(self, parameter: Parameter, entries: Mapping[str, FloatArray]) -> FloatArray:
        width = parameter.span / (self.count - 1)
        return parameter.low + width * np.round((parameter.value - parameter.low) / width)

    def moved(
        self, value: "Array", wanted: "Array", low: Any, high: Any, entries: Entries, key: "Array"
    ) -> tuple["Array", dict[str, "Array"]]:
        import jax.numpy as jnp

        from ebana_like.hardware.draws import uniform, words

        width = (high - low) / (self.count - 1)
        level, steps = jnp.round((value - low) / width), wanted / width
        if self.rounding == "stochastic":
            steps = jnp.floor(steps + uniform(words(key, entries[NUMBER].astype(jnp.uint32), 0)))
        elif self.rounding == "nearest":
            steps = jnp.round(steps)
        else:
            kept = entries[LEFT] + steps
            steps = jnp.trunc(kept)
            return low + width * jnp.clip(level + steps, 0, self.count - 1), {LEFT: kept - steps}
        return low + width * jnp.clip(level + steps, 0, self.count - 1), {}
