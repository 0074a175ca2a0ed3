"""What stands between a circuit and what learns from it? Technologies of its devices, sensors at its nodes, and how the
elements of a chip differ from its design."""

from ebana_like.hardware.converter import Converter
from ebana_like.hardware.ideal import Ideal
from ebana_like.hardware.mismatch import Mismatch, mismatch
from ebana_like.hardware.readout import Measured, Readout, measured
from ebana_like.hardware.technology import State, Technology

__all__ = [
    "Converter",
    "Ideal",
    "Measured",
    "Mismatch",
    "Readout",
    "State",
    "Technology",
    "measured",
    "mismatch",
]
