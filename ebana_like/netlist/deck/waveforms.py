"""What does a source hold at DC whose line gives a function of time? What ngspice computes for time zero."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

LEAST = 2
"""Numbers without which ngspice takes no function of time."""


def at_time_zero(function: str, numbers: Sequence[float], delay: float = 0.0, repeats: bool = False) -> float:
    """Return the value of a time function at time zero, as ngspice's operating point has it.

    function: one of FUNCTIONS. numbers: its parameters, times in seconds and phases in degrees; what is missing at the
    end is taken as ngspice does. delay, repeats: `td=` and `r=` of a pwl.
    Raises ValueError where it has none, or one that depends on a `.tran` line.
    """
    if len(numbers) < LEAST:
        raise ValueError(f"{function} needs at least {LEAST} numbers")
    if function == "pwl":
        return _pwl(numbers, delay, repeats)
    return FUNCTIONS[function]((*numbers, *[0.0] * (_MOST - len(numbers))))


def _needed(value: float, what: str) -> float:
    """Return a number that ngspice would take from a `.tran` line where it is zero or left out."""
    if not value > 0:
        raise ValueError(
            f"its delay is negative, and its {what} is not given above zero: programs disagree about its value at DC; "
            "write DC and a value"
        )
    return value


def _sin(numbers: Sequence[float]) -> float:
    offset, amplitude, frequency, delay, damping, phase = numbers[:6]
    radians = math.radians(phase)
    if delay >= 0:
        return offset + amplitude * math.sin(radians)
    turns = 2 * math.pi * _needed(frequency, "frequency") * -delay
    return offset + amplitude * math.sin(turns + radians) * math.exp(delay * damping)


def _pulse(numbers: Sequence[float]) -> float:
    initial, pulsed, delay, rise, fall, width, period, count = numbers[:8]
    if delay >= 0:
        return initial
    names = ("rise time", "fall time", "width", "period")
    for value, what in zip((rise, fall, width, period), names, strict=True):
        _needed(value, what)
    time = -delay
    if count > 0 and time > count * period:
        return initial
    if time > period:
        time -= period * math.floor(time / period)
    if time <= 0 or time >= rise + width + fall:
        return initial
    if time < rise:
        return initial + (pulsed - initial) * time / rise
    if time <= rise + width:
        return pulsed
    return pulsed + (initial - pulsed) * (time - rise - width) / fall


def _exp(numbers: Sequence[float]) -> float:
    initial, pulsed, begin, rise, end, fall = numbers[:6]
    if begin >= 0:
        return initial
    value = initial + (pulsed - initial) * (1 - math.exp(begin / _needed(rise, "first time constant")))
    if end == 0:
        _needed(end, "second delay")
    if end > 0:
        return value
    return value + (initial - pulsed) * (1 - math.exp(end / _needed(fall, "second time constant")))


def _sffm(numbers: Sequence[float]) -> float:
    offset, amplitude, carrier, index, signal, carrier_phase, signal_phase = numbers[:7]
    if not (carrier > 0 and signal > 0):
        raise ValueError("sffm without frequencies above zero has no value at DC; write DC and a value")
    swing = index * math.sin(math.radians(signal_phase))
    return offset + amplitude * math.sin(math.radians(carrier_phase) + swing)


def _am(numbers: Sequence[float]) -> float:
    amplitude, offset, modulating, carrier, delay, *phases = numbers[:7]
    if delay >= 0:
        return 0.0
    if any(phases):
        raise ValueError("am with a phase and a negative delay has no value at DC that programs agree on; write DC")
    turns = 2 * math.pi * -delay
    return amplitude * (offset + math.sin(turns * _needed(modulating, "frequency"))) * math.sin(turns * carrier)


def _pwl(numbers: Sequence[float], delay: float, repeats: bool) -> float:
    times, values, now = numbers[::2], numbers[1::2], -delay
    if len(times) != len(values) or any(before >= after for before, after in pairwise(times)):
        raise ValueError("pwl needs pairs of a time and a value, the times rising")
    if now <= times[0]:
        return values[0]
    if now >= times[-1]:
        if repeats and now > times[-1]:
            raise ValueError("pwl has ended before time zero and is repeated; write DC and a value")
        return values[-1]
    k = next(k for k, time in enumerate(times) if time >= now)
    return values[k - 1] + (values[k] - values[k - 1]) * (now - times[k - 1]) / (times[k] - times[k - 1])


def _random(numbers: Sequence[float]) -> float:
    raise ValueError("it begins with a random value, another one in each run; write DC and a value")


_MOST = 8
FUNCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "sin": _sin,
    "sine": _sin,
    "pulse": _pulse,
    "exp": _exp,
    "sffm": _sffm,
    "am": _am,
    "trnoise": lambda numbers: 0.0,
    "trrandom": _random,
}
"""The functions whose parameters are counted; the other one is `pwl`."""
