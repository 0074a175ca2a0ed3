"""Which value does a source have at which time? SPICE's functions of time, as ngspice computes them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ebana_like.values import FloatArray

LEAST = 2
"""Numbers without which ngspice takes no function of time."""

MOST_CORNERS = 100_000
"""Corners of a periodic function that are listed."""


@dataclass(frozen=True)
class Line:
    """A `.tran` line: step and stop, seconds, which ngspice takes where a function's own numbers say nothing."""

    step: float
    stop: float


@dataclass(frozen=True)
class Waveform:
    """A function of time.

    function: `pwl`, or one of FUNCTIONS. numbers: its parameters, times in seconds and phases in degrees; what is
    missing at the end is taken as ngspice does. delay, repeat: `td=` and `r=` of a pwl; no repetition where None.
    Raises ValueError where there are too few numbers.
    """

    function: str
    numbers: tuple[float, ...]
    delay: float = 0.0
    repeat: float | None = None

    def __post_init__(self) -> None:
        if len(self.numbers) < LEAST:
            raise ValueError(f"{self.function} needs at least {LEAST} numbers")
        if self.function == "pwl":
            times = self.numbers[::2]
            if len(self.numbers) % 2 or any(before >= after for before, after in pairwise(times)):
                raise ValueError("pwl needs pairs of a time and a value, the times rising")

    def values(self, times: FloatArray, line: Line | None = None) -> FloatArray:
        """Return the values at times (n,), seconds; (n,), volts or amperes.

        Raises ValueError where there is none, or one that depends on a `.tran` line and there is none.
        """
        if self.function == "pwl":
            return self._pwl(times, line)
        numbers = (*self.numbers, *[0.0] * (_MOST - len(self.numbers)))
        with np.errstate(over="raise"):
            try:
                found: FloatArray = FUNCTIONS[self.function](numbers, np.asarray(times, dtype=float), line)
                return found
            except FloatingPointError:
                raise ValueError("math range error") from None

    def at_zero(self) -> float:
        """Return the value at time zero, as ngspice's operating point has it; errors as `values`."""
        return float(self.values(np.zeros(1))[0])

    def corners(self, line: Line) -> FloatArray:
        """Return the times from 0 to the line's stop at which the slope jumps, rising."""
        numbers = (*self.numbers, *[0.0] * (_MOST - len(self.numbers)))
        if self.function == "pwl":
            found = np.array(self.numbers[::2]) + self.delay
            if self.repeat is not None:
                period = self.numbers[-2] - self.repeat
                again = [t for t in self.numbers[::2] if t >= self.repeat]
                turns = _turns(line.stop, period)
                found = np.concatenate([found, *(np.array(again) + self.delay + k * period for k in range(turns))])
        elif self.function == "pulse":
            _, _, delay, rise, fall, width, period, _ = _pulse_numbers(numbers, line)
            edges = delay + np.array([0.0, rise, rise + width, rise + width + fall])
            found = np.concatenate([edges + k * period for k in range(_turns(line.stop - delay, period))])
        elif self.function == "exp":
            _, _, begin, _, end, _ = _exp_numbers(numbers, line)
            found = np.array([begin, end])
        else:
            found = np.array([numbers[3] if self.function in ("sin", "sine") else numbers[4]])
        return np.unique(found[(found > 0) & (found < line.stop)])

    @property
    def text(self) -> str:
        """As it stands on a source's line."""
        words = " ".join(repr(float(number)) for number in self.numbers)
        delayed = f" td={float(self.delay)!r}" if self.delay else ""
        return f"{self.function}({words}){delayed}{'' if self.repeat is None else f' r={float(self.repeat)!r}'}"

    def _pwl(self, times: FloatArray, line: Line | None) -> FloatArray:
        at, values = np.array(self.numbers[::2]), np.array(self.numbers[1::2])
        now = np.asarray(times, dtype=float) - self.delay
        if self.repeat is not None and (now > at[-1]).any():
            if line is None:
                raise ValueError("pwl has ended before time zero and is repeated; write DC and a value")
            period = at[-1] - self.repeat
            if not period > 0:
                raise ValueError(f"pwl is repeated from {self.repeat:g} s on, which is not before its end")
            now = np.where(now > at[-1], self.repeat + np.mod(now - self.repeat, period), now)
        return np.asarray(np.interp(now, at, values))


def _turns(span: float, period: float) -> int:
    return int(min(max(span, 0.0) // period, MOST_CORNERS)) + 1


def _needed(value: float, usual: float | None, what: str) -> float:
    """Return a number that ngspice takes from a `.tran` line, `usual`, where it is zero or left out."""
    if value > 0:
        return value
    if usual is None:
        raise ValueError(
            f"its delay is negative, and its {what} is not given above zero: programs disagree about its value at DC; "
            "write DC and a value"
        )
    return usual


def _sin(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    offset, amplitude, frequency, delay, damping, phase = numbers[:6]
    radians, now = math.radians(phase), times - delay
    running = np.maximum(now, 0.0)
    if running.any():
        frequency = _needed(frequency, None if line is None else 1 / line.stop, "frequency")
    turned = np.sin(2 * np.pi * frequency * running + radians)
    return np.asarray(offset + amplitude * turned * np.exp(-running * damping))


def _pulse_numbers(numbers: Sequence[float], line: Line | None) -> tuple[float, ...]:
    initial, pulsed, delay, *spans, count = numbers[:8]
    names = ("rise time", "fall time", "width", "period")
    usual = [None] * 4 if line is None else [line.step, line.step, line.stop, line.stop]
    spans = [_needed(*each) for each in zip(spans, usual, names, strict=True)]
    return initial, pulsed, delay, *spans, count


def _pulse(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    now = times - numbers[2]
    if not (now > 0).any():
        return np.full(len(times), numbers[0])
    initial, pulsed, _, rise, fall, width, period, count = _pulse_numbers(numbers, line)
    ended = (now > count * period) if count > 0 else np.zeros(len(times), dtype=bool)
    now = np.where(now > period, now - period * np.floor(now / period), now)
    rising = initial + (pulsed - initial) * now / rise
    falling = pulsed + (initial - pulsed) * (now - rise - width) / fall
    found = np.where(now < rise, rising, np.where(now <= rise + width, pulsed, falling))
    return np.where(ended | (now <= 0) | (now >= rise + width + fall), initial, found)


def _exp_numbers(numbers: Sequence[float], line: Line) -> tuple[float, ...]:
    initial, pulsed, begin, rise, end, fall = numbers[:6]
    begin = begin or line.step
    return initial, pulsed, begin, rise or line.step, end or begin + line.step, fall or line.step


def _exp(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    initial, pulsed, begin, rise, end, fall = numbers[:6]
    if line is None:
        if begin >= 0:
            return np.full(len(times), initial)
        rise = _needed(rise, None, "first time constant")
        end = end or _needed(end, None, "second delay")
        fall = fall if end > 0 else _needed(fall, None, "second time constant")
    else:
        _, _, begin, rise, end, fall = _exp_numbers(numbers, line)
    up, down = np.maximum(times - begin, 0), np.maximum(times - end, 0)
    return np.asarray(initial + (pulsed - initial) * (np.exp(-down / (fall or 1.0)) - np.exp(-up / rise)))


def _sffm(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    offset, amplitude, carrier, index, signal, carrier_phase, signal_phase = numbers[:7]
    if not (carrier > 0 and signal > 0):
        if line is None:
            raise ValueError("sffm without frequencies above zero has no value at DC; write DC and a value")
        carrier, signal = carrier or 1 / line.stop, signal or 1 / line.stop
    swing = index * np.sin(2 * np.pi * signal * times + math.radians(signal_phase))
    turned = np.sin(2 * np.pi * carrier * times + math.radians(carrier_phase) + swing)
    return np.asarray(offset + amplitude * turned)


def _am(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    amplitude, offset, modulating, carrier, delay, *phases = numbers[:7]
    now = np.maximum(times - delay, 0.0)
    if not now.any():
        return np.zeros(len(times))
    if any(phases):
        raise ValueError("am with a phase and a negative delay has no value at DC that programs agree on; write DC")
    turns = 2 * math.pi * now
    modulating = _needed(modulating, None if line is None else 1 / line.stop, "frequency")
    return np.asarray(amplitude * (offset + np.sin(turns * modulating)) * np.sin(turns * carrier))


def _quiet(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    if line is not None:
        raise ValueError("noise in time is another in each run")
    return np.zeros(len(times))


def _random(numbers: Sequence[float], times: FloatArray, line: Line | None) -> FloatArray:
    raise ValueError("it begins with a random value, another one in each run; write DC and a value")


_MOST = 8
FUNCTIONS: dict[str, Callable[[Sequence[float], FloatArray, Line | None], FloatArray]] = {
    "sin": _sin,
    "sine": _sin,
    "pulse": _pulse,
    "exp": _exp,
    "sffm": _sffm,
    "am": _am,
    "trnoise": _quiet,
    "trrandom": _random,
}
"""The functions whose parameters are counted; the other one is `pwl`."""
