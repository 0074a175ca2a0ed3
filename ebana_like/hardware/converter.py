"""What does a converter make of a voltage, or set it to? The nearest of its steps, within its full scale."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import FloatArray

MOST_BITS = 32
"""Of a converter; those that are sold have up to 32."""


def step(bits: int, full_scale: float) -> float:
    """Return the step of a converter from -full_scale to full_scale, volts."""
    return 2 * full_scale / float(2**bits)


def converted(volts: FloatArray, bits: int, full_scale: float) -> FloatArray:
    """Return what a converter makes of voltages: whole steps from -2^(bits - 1) to 2^(bits - 1) - 1; NaN stays NaN."""
    return np.asarray(step(bits, full_scale) * codes(volts, bits, full_scale))


def codes(volts: FloatArray, bits: int, full_scale: float) -> FloatArray:
    """Return how many steps a converter makes of voltages."""
    half = 2 ** (bits - 1)
    return np.asarray(np.clip(np.round(volts / step(bits, full_scale)), -half, half - 1))


@dataclass(frozen=True)
class Converter:
    """What sets the voltages of inputs; unless told otherwise it has no steps.

    bits: from -full_scale to full_scale volts; 0 for none.
    full_scale: volts; 0 for the largest voltage of the training samples.

    Raises SettingError naming what cannot be.
    """

    bits: int = 0
    full_scale: float = 0.0

    def __post_init__(self) -> None:
        require_number("converter: bits", self.bits, whole=True, low=0, high=MOST_BITS)
        require_number("converter: full_scale", self.full_scale, low=0, fix="in volts")
