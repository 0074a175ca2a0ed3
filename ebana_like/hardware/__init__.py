"""What stands between a circuit and what learns from it? Technologies of its devices, sensors at its nodes."""

from ebana_like.hardware.ideal import Ideal
from ebana_like.hardware.readout import Measured, Readout, measured
from ebana_like.hardware.technology import State, Technology

__all__ = ["Ideal", "Measured", "Readout", "State", "Technology", "measured"]
