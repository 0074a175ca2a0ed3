"""How far does one pulse move a device, depending on where it stands? Laws of steps, of any library's arrays.

Places are shares of the range of a technology: 0 at its low end, 1 at its high end. A law's factors are in units of the
device's own step; `zero` is the place that aihwkit calls weight 0, at which steps have the size named.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ebana_like.values import FloatArray


class Frame(NamedTuple):
    """Where devices can stand, as shares of the range: numbers, or one a device, (n,).

    low, high: their own ends. zero: where steps have the size named. own: what a law drew for each, by name.
    """

    low: Any
    high: Any
    zero: Any
    own: Mapping[str, Any]


@dataclass(frozen=True)
class Law(ABC):
    """The mean step of a pulse, and what its noise from cycle to cycle is in proportion to.

    by_numbers: as for `CompiledTechnology`. straight: share of the range along which it may pass for a straight line.
    """

    by_numbers: ClassVar[bool] = False
    straight: ClassVar[float] = 0.05

    @abstractmethod
    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        """Return how large steps are, (n,), of pulses up or down (truth values) at places, beside the device's step."""

    def noise(self, place: Any, up: Any, step: Any, frame: Frame) -> Any:
        """Return what a technology's `cycle` multiplies, given the step's size; both as shares of the range."""
        return step

    def drawn(self, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Return what differs from device to device, (count,) each."""
        return {}


@dataclass(frozen=True)
class Constant(Law):
    """Every step is as large as the others: Gokmen and Vlasov 2016, Front. Neurosci. 10:333."""

    straight = 1.0

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        return 1.0 + 0.0 * place


@dataclass(frozen=True)
class Linear(Law):
    """Steps shrink in a straight line towards the end that they go to.

    up, down: by which share of the step at zero they are smaller at the end (1: they vanish there).
    spread: standard deviation of both from device to device.
    """

    by_numbers = True
    straight = 0.2

    up: float = 0.0
    down: float = 0.0
    spread: float = 0.0

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        rising, falling = frame.own.get("rising", self.up), frame.own.get("falling", self.down)
        zero = frame.zero
        above, below = 1 / _above_zero(1 - zero), 1 / _above_zero(zero)
        return 1 + _chosen(up, -above * rising, below * falling) * (place - zero)

    def drawn(self, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        if not self.spread:
            return {}
        rising, falling = rng.normal(size=(2, count))
        return {"rising": abs(self.up + self.spread * rising), "falling": abs(self.down + self.spread * falling)}


@dataclass(frozen=True)
class SoftBounds(Law):
    """Steps shrink in a straight line to nothing at the device's own ends: Frascaroli et al. 2018, Sci. Rep. 8:7178."""

    straight = 0.2

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        above, below = frame.high - frame.zero, frame.zero - frame.low
        above, below = 1 / _above_zero(above), 1 / _above_zero(below)
        return _chosen(up, (frame.high - place) * above, (place - frame.low) * below)


@dataclass(frozen=True)
class Power(Law):
    """Steps go as a power of the distance to the device's own end.

    up, down: the powers. spread: their standard deviation from device to device, as a share.
    """

    by_numbers = True

    up: float = 1.0
    down: float = 1.0
    spread: float = 0.0

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        rising, falling = frame.own.get("rising", self.up), frame.own.get("falling", self.down)
        share = 1 / _above_zero(frame.high - frame.low)
        above, below = (abs(each) * share for each in (frame.high - place, place - frame.low))
        return _chosen(up, above**rising, below**falling)

    def drawn(self, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        if not self.spread:
            return {}
        rising, falling = abs(1 + self.spread * rng.normal(size=(2, count)))
        return {"rising": self.up * rising, "falling": self.down * falling}


@dataclass(frozen=True)
class Exponential(Law):
    """Steps of 1 - A exp(+-gamma z), none where that is below zero, z = 2 a (place - zero) / width + b.

    rise, fall: A of pulses up and down. steep_up, steep_down: their gamma. scale, shift: a and b.
    floor, slope: cycle noise besides that of the step, as a share of the range, and of the distance from zero
        (phase-change memory: Nandakumar et al. 2020, Front. Neurosci. 14:406).
    """

    by_numbers = True

    rise: float
    fall: float
    steep_up: float
    steep_down: float
    scale: float
    shift: float
    floor: float = 0.0
    slope: float = 0.0

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        xp = place.__array_namespace__()
        z = 2 * self.scale / _above_zero(frame.high - frame.low) * (place - frame.zero) + self.shift
        steep, size = _chosen(up, self.steep_up, -self.steep_down), _chosen(up, self.rise, self.fall)
        left = 1 - size * xp.exp(steep * z)
        return xp.where(left > 0, left, 0.0)

    def noise(self, place: Any, up: Any, step: Any, frame: Frame) -> Any:
        return step + self.floor + self.slope * abs(place - frame.zero)


@dataclass(frozen=True)
class Tabulated(Law):
    """Steps and their noise as they were measured, straight lines between the middles of equal parts of the range.

    up, down: steps in units of their mean. up_noise, down_noise: standard deviation from cycle to cycle, shares of the
        range.
    """

    by_numbers = True

    up: tuple[float, ...]
    down: tuple[float, ...]
    up_noise: tuple[float, ...]
    down_noise: tuple[float, ...]

    def factor(self, place: Any, up: Any, frame: Frame) -> Any:
        return _chosen(up, self._between(place, self.up), self._between(place, self.down))

    def noise(self, place: Any, up: Any, step: Any, frame: Frame) -> Any:
        return _chosen(up, self._between(place, self.up_noise), self._between(place, self.down_noise))

    @staticmethod
    def _between(place: Any, values: tuple[float, ...]) -> Any:
        xp = place.__array_namespace__()
        middles = xp.asarray((np.arange(len(values)) + 0.5) / len(values), dtype=place.dtype)
        return xp.interp(place, middles, xp.asarray(values))


def _chosen(up: Any, one: Any, other: Any) -> Any:
    return up.__array_namespace__().where(up, one, other)


def _above_zero(width: Any) -> Any:
    """Return widths, and 1 for those of devices that cannot move."""
    return width + (width == 0)
