"""What do devices hold some time after they were written, when nobody writes them again? Laws of published devices.

A place x is a share of the range that a circuit gives a device; what is measured in microsiemens is divided by the
range it was measured on. Where a number differs from device to device it is drawn first, so that the same generator
gives the same device at every time.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebana_like.values import FloatArray, Parameter

Course = Callable[[FloatArray], FloatArray]
"""A number that depends on the place, of arrays of places (n,)."""


class Retention(ABC):
    """What becomes of conductances."""

    @abstractmethod
    def after(self, parameter: Parameter, value: FloatArray, seconds: float, rng: np.random.Generator) -> FloatArray:
        """Return what is read so many seconds after devices (n,) were written to values, in the parameter's unit."""


@dataclass(frozen=True)
class Fading(Retention):
    """Conductances fall as (1 + t / t0)^-nu, and are read with 1/f noise: phase-change memory.

    exponent, spread: nu and its standard deviation from device to device. noise: standard deviation of a reading, as a
        share of what is read, over the root of ln((t + t_r) / (2 t_r)), t from the write on.
    begun: t0, seconds from the write to the first reading. read: t_r, seconds of a reading.
    """

    exponent: Course
    spread: Course
    noise: Course
    begun: float
    read: float

    def after(self, parameter: Parameter, value: FloatArray, seconds: float, rng: np.random.Generator) -> FloatArray:
        place = np.maximum((value - parameter.low) / parameter.span, 1e-7)
        nu = abs(self.exponent(place) + self.spread(place) * rng.standard_normal(len(place)))
        fallen = value * (1 + seconds / self.begun) ** -nu
        noise = self.noise(place) * _hum(seconds + self.begun, self.read)
        return fallen * (1 + noise * rng.standard_normal(len(place)))


@dataclass(frozen=True)
class Spreading(Retention):
    """Conductances wander from where they were written, as far as was measured at some times, and on the mean nowhere.

    times: seconds after the write, rising. errors: the standard deviation then, a share of the range, as coefficients
        of the powers of the place; linear in ln t between, and as at the last time after it.
    """

    times: tuple[float, ...]
    errors: tuple[tuple[float, ...], ...]

    def after(self, parameter: Parameter, value: FloatArray, seconds: float, rng: np.random.Generator) -> FloatArray:
        place = (value - parameter.low) / parameter.span
        squares = [np.polynomial.polynomial.polyval(place, error) ** 2 for error in self.errors]
        at = np.interp(np.log(max(seconds, self.times[0])), np.log(self.times), np.arange(len(self.times)))
        first = int(at)
        last = min(first + 1, len(self.times) - 1)
        spread = (1 - at + first) * np.sqrt(squares[first]) + (at - first) * np.sqrt(squares[last])
        beyond = np.sqrt(np.maximum(spread**2 - squares[0], 0))  # the write itself has missed by the first
        return value + parameter.span * beyond * rng.standard_normal(len(place))


@dataclass(frozen=True)
class Sagging(Retention):
    """Conductances sink and wander as the logarithm of time, from one second on, whatever their place.

    sink: of the mean in a time e times as long, a share of the range. spread: standard deviation after one second, and
        by how much it grows in a time e times as long. noise, read: as of `Fading`, noise as a share of the range.
    """

    sink: float
    spread: tuple[float, float]
    noise: Course
    read: float

    def after(self, parameter: Parameter, value: FloatArray, seconds: float, rng: np.random.Generator) -> FloatArray:
        if seconds < 1:
            return value
        length, (first, more) = np.log(seconds), self.spread
        wandered, reading = rng.standard_normal((2, len(value)))
        place = (value - parameter.low) / parameter.span - self.sink * length + (first + more * length) * wandered
        place = np.clip(place, 0, 1)
        place = place + self.noise(place) * _hum(seconds, self.read) * reading
        return np.asarray(parameter.low + parameter.span * place)


def _hum(seconds: float, read: float) -> float:
    return float(np.sqrt(np.log((seconds + read) / (2 * read))))


def joined(edge: float, below: tuple[float, float, float, float], above: tuple[float, ...]) -> Course:
    """Return a course in two parts: a + b ln x within limits below an edge, given as (a, b, least, most), and a
    polynomial from there on."""
    start, slope, least, most = below

    def course(place: FloatArray) -> FloatArray:
        left = np.clip(start + slope * np.log(place), least, most)
        return np.where(place < edge, left, np.polynomial.polynomial.polyval(place, above))

    return course


NANDAKUMAR = Fading(
    exponent=joined(np.inf, (0.0244, -0.0155, 0.049, 0.1), (0.0,)),
    spread=joined(np.inf, (-0.0059, -0.0125, 0.008, 0.045), (0.0,)),
    noise=lambda place: np.minimum(0.0088 / np.maximum(place**0.65, 1e-3), 0.2),
    begun=20.0,
    read=250e-9,
)
"""Nandakumar et al., ICECS 2019, as in aihwkit."""

HERMES = Fading(
    exponent=joined(0.0945, (-0.0182, -0.0387, 0.0720, 0.13), (0.0736, -0.0126, -0.0436)),
    spread=joined(0.3039, (-0.0023, -0.0120, 0.0124, 0.04), (0.0104, 0.0116, -0.0165)),
    noise=joined(0.1591, (0.0038, -0.0078, 0.0179, 0.04), (0.0088, 0.0768, -0.1352, 0.0664)),
    begun=200.0,
    read=512e-9,
)
"""One device of the HERMES chip, Le Gallo et al. 2023, Nat. Electron. 6:680, as in aihwkit."""

HERMES_TWO = Fading(
    exponent=HERMES.exponent,
    spread=joined(0.3055, (-0.0057, -0.0117, 0.0091, 0.04), (0.0073, 0.0093, -0.0118)),
    noise=joined(0.16, (-0.0069, -0.0117, 0.015, 0.04), (0.0123, 0.0211, -0.0280, 0.0069)),
    begun=300.0,
    read=512e-9,
)
"""Two devices side by side that hold the same."""

DAY = 86_400.0

WAN = Spreading(
    (1.0, DAY, 2 * DAY),
    (
        (0.0087, 0.40075, -1.096325, 1.134825, -0.420375),
        (0.017525, 0.55215, -1.269325, 1.177375, -0.41145),
        (0.01955, 0.50685, -1.087675, 0.92655, -0.29835),
    ),
)
"""Wan et al. 2022, Nature 608:504, divided by 40 uS."""

CMO_LOW, CMO_SPAN = 9.0, 79.199997
"""Microsiemens of CMO/HfOx at the low end, and its range."""

CMO_HFOX = Sagging(
    sink=0.08900206 / CMO_SPAN,
    spread=(0.41183342 / CMO_SPAN, 0.04201137 / CMO_SPAN),
    noise=lambda place: 0.0277316483 / CMO_SPAN * np.log10(CMO_LOW + CMO_SPAN * place),
    read=1e-6,
)
"""Falcone et al., as in aihwkit: 9 to 88.2 uS."""
