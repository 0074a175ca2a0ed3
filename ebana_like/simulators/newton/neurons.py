"""At what voltage does a neuron take the current it is given? D h + i_D(h) = s, for whole layers, compiled.

Sums may be re-ordered by the compiler (fastmath "reassoc", "contract": vector instructions for scalar products); NaN
and infinity keep their meaning.
"""

import math
import os
from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit, prange
from ebana_like.elements import FloatArray
from ebana_like.elements.constants import GMIN

# Read when numba starts its threads: those that wait for work sleep instead of spinning. On cores shared with another
# process the median is 63 us a sample instead of 1090, undisturbed it is 54 instead of 41 (100 neurons, batch 20, two
# threads, free and nudged).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}

SCALAR_LIMIT, ROUNDS = 200, 12

SCALAR_STEP = 2e-7
"""Of N Vt: after so small a Newton step the error is half of that squared, 2e-14 N Vt or 1e-15 V."""

LOG2_E, LN2_HIGH, LN2_LOW = 1 / math.log(2), 6.93147180369123816490e-01, 1.90821492927058770002e-10
LARGEST_EXPONENT = 700.0


class Neurons(NamedTuple):
    """What the nodes of one hidden layer are made of.

    conductance: D, all conductances that load each node, (neurons,), siemens.
    up_rail, down_rail: (neurons,), volts. saturations, scales: IS and N Vt of the up and of the down diodes, (2,).
    """

    conductance: FloatArray
    up_rail: FloatArray
    down_rail: FloatArray
    saturations: FloatArray
    scales: FloatArray


@njit(**OPTIONS)
def diode(drop, saturation, scale):
    """Return current and slope of the law in `elements.Diodes`."""
    if drop >= -3 * scale:
        exponential = math.exp(drop / scale)
        return saturation * (exponential - 1) + GMIN * drop, saturation * exponential / scale + GMIN
    ratio = 3 * scale / (drop * math.e)
    cubed = ratio * ratio * ratio
    return GMIN * drop - saturation * (1 + cubed), 3 * saturation * cubed / drop + GMIN


@njit(**OPTIONS)
def balance(h, s, D, up_rail, down_rail, saturations, scales):
    """Return D h + i_D(h) - s and its slope."""
    up, up_slope = diode(h - up_rail, saturations[0], scales[0])
    down, down_slope = diode(down_rail - h, saturations[1], scales[1])
    return D * h + up - down - s, D + up_slope + down_slope


@njit(**OPTIONS)
def bound(s, D, rail, other_rail, saturation, scale):
    """Return a voltage the node cannot exceed when a current s flows into it.

    Neither diode can feed more than 1.05 IS plus what leaks through gmin at h >= 0; so s and that bound D h and the
    forward diode's exponential.
    """
    s = max(s + 1.05 * saturation + GMIN * abs(rail), 0.0)
    return max(other_rail, 0.0, min(s / D, rail + scale * math.log1p(s / saturation)))


@njit(**OPTIONS)
def bracket(s, D, up_rail, down_rail, saturations, scales):
    """Return voltages between which D h + i_D(h) = s."""
    high = bound(s, D, up_rail, down_rail, saturations[0], scales[0])
    low = -bound(-s, D, -down_rail, -up_rail, saturations[1], scales[1])
    return low, high


@njit(**OPTIONS)
def neuron(s, D, up_rail, down_rail, saturations, scales):
    """Solve D h + i_D(h) = s for h; h and the slope D + i_D'. NaN where s is.

    From the end of the bracket on the side of s Newton's method is monotone but for the other diode; steps out of the
    bracket, which shrinks, are replaced by halving it.
    """
    enough = SCALAR_STEP * min(scales[0], scales[1])
    low, high = bracket(s, D, up_rail, down_rail, saturations, scales)
    h = high if s > 0 else low
    for _ in range(SCALAR_LIMIT):
        f, slope = balance(h, s, D, up_rail, down_rail, saturations, scales)
        if f > 0:
            high = h
        else:
            low = h
        step = f / slope
        if abs(step) <= enough:
            return h - step, slope
        h -= step
        if not low <= h <= high:
            h = 0.5 * (low + high)
    return math.nan, math.nan


@njit(nogil=True, error_model="numpy")
def exponential_parts(drop, inverse_scale):
    """Return m and k of exp(drop / scale) = m 2^k; the argument is kept within what a double's exponential can hold.

    Taylor series to order 13 on |r| < ln 2 / 2, 4e-17 beside the exponential. Without branches and calls, so that
    eight neurons go through one vector instruction. No re-ordered sums here: r would lose its last digits.
    """
    x = min(max(drop * inverse_scale, -3.0), LARGEST_EXPONENT)
    k = math.floor(x * LOG2_E + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    m = 1 / 6227020800
    m = m * r + 1 / 479001600
    m = m * r + 1 / 39916800
    m = m * r + 1 / 3628800
    m = m * r + 1 / 362880
    m = m * r + 1 / 40320
    m = m * r + 1 / 5040
    m = m * r + 1 / 720
    m = m * r + 1 / 120
    m = m * r + 1 / 24
    m = m * r + 1 / 6
    m = m * r + 1 / 2
    m = m * r + 1
    return m * r + 1, k


@njit(**OPTIONS)
def diode_with(exponential, drop, saturation, scale):
    """Return current and slope of `diode`, with its exponential given."""
    ratio = 3 * scale / (drop * math.e)
    cubed = ratio * ratio * ratio
    forward = drop >= -3 * scale
    law = exponential - 1 if forward else -1 - cubed
    slope = exponential if forward else cubed * ratio * math.e
    return saturation * law + GMIN * drop, saturation / scale * slope + GMIN


@njit(**OPTIONS)
def newton_round(layer, s, h, slopes, parts, powers, bits):
    """Take one Newton step in all neurons of a layer; how many have not settled.

    parts, powers: room for the mantissas and powers of two of both diodes' exponentials, (2, neurons).
    bits: the powers' bits as integers, the same memory.
    """
    up_inverse, down_inverse = 1 / layer.scales[0], 1 / layer.scales[1]
    enough = SCALAR_STEP * min(layer.scales[0], layer.scales[1])
    for j in range(len(s)):
        parts[0, j], k = exponential_parts(h[j] - layer.up_rail[j], up_inverse)
        bits[0, j] = (np.int64(k) + 1023) << 52
        parts[1, j], k = exponential_parts(layer.down_rail[j] - h[j], down_inverse)
        bits[1, j] = (np.int64(k) + 1023) << 52
    moving = 0
    for j in range(len(s)):
        up, up_slope = diode_with(
            parts[0, j] * powers[0, j], h[j] - layer.up_rail[j], layer.saturations[0], layer.scales[0]
        )
        down, down_slope = diode_with(
            parts[1, j] * powers[1, j], layer.down_rail[j] - h[j], layer.saturations[1], layer.scales[1]
        )
        slope = layer.conductance[j] + up_slope + down_slope
        step = (layer.conductance[j] * h[j] + up - down - s[j]) / slope
        h[j] -= step
        slopes[j] = slope
        moving += not abs(step) <= enough
    return moving


@njit(**OPTIONS)
def neurons(layer, s, h, slopes):
    """Solve a layer's neurons for the currents s, in place; h holds the guesses.

    Newton's method runs in all neurons at once, in vector instructions (free phase 29 -> 15, nudged 14 -> 5 us a
    sample with 100 neurons and 20 outputs). Where it overshoots from a guess far away, neurons are solved one by one.
    """
    parts, bits = np.empty((2, len(s))), np.empty((2, len(s)), dtype=np.int64)
    powers = bits.view(np.float64)
    for _ in range(ROUNDS):
        if newton_round(layer, s, h, slopes, parts, powers, bits) == 0:
            return
    for j in range(len(s)):
        h[j], slopes[j] = neuron(
            s[j], layer.conductance[j], layer.up_rail[j], layer.down_rail[j], layer.saturations, layer.scales
        )


@njit(**OPTIONS)
def first_guess(layer, s, h):
    """Write into h where Newton's method for the currents s is monotone: the end of the bracket on their side."""
    for j in range(len(s)):
        D, up, down = layer.conductance[j], layer.up_rail[j], layer.down_rail[j]
        if s[j] > 0:
            h[j] = bound(s[j], D, up, down, layer.saturations[0], layer.scales[0])
        else:
            h[j] = -bound(-s[j], D, -down, -up, layer.saturations[1], layer.scales[1])


@njit(parallel=True, **OPTIONS)
def solve_neurons(layer, s, h, slopes):
    """Solve a layer's neurons for a batch of currents s (batch, neurons), in place; h holds the guesses."""
    for b in prange(len(s)):
        neurons(layer, s[b], h[b], slopes[b])


@njit(parallel=True, **OPTIONS)
def guess_neurons(layer, s, h):
    """Write first guesses for a batch of currents s (batch, neurons) into h."""
    for b in prange(len(s)):
        first_guess(layer, s[b], h[b])


@njit(**OPTIONS)
def currents_at(layer, h, s, slopes):
    """Write the currents s that hold a batch of neurons at the voltages h, (batch, neurons)."""
    for b in range(len(h)):
        for j in range(h.shape[1]):
            s[b, j], slopes[b, j] = balance(
                h[b, j],
                0.0,
                layer.conductance[j],
                layer.up_rail[j],
                layer.down_rail[j],
                layer.saturations,
                layer.scales,
            )
