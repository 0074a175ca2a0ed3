"""What does a converter make of a voltage? The nearest of its steps, within its full scale."""

import numpy as np

from ebana_like.elements import FloatArray

MOST_BITS = 32
"""Of a converter; those that are sold have up to 32."""


def step(bits: int, full_scale: float) -> float:
    """Return the step of a converter from -full_scale to full_scale, volts."""
    return 2 * full_scale / float(2**bits)


def converted(volts: FloatArray, bits: int, full_scale: float) -> FloatArray:
    """Return what a converter makes of voltages: whole steps from -2^(bits - 1) to 2^(bits - 1) - 1; NaN stays NaN."""
    each, half = step(bits, full_scale), 2 ** (bits - 1)
    return np.asarray(each * np.clip(np.round(volts / each), -half, half - 1))
