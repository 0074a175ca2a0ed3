"""What stands between the step that a rule asks for and what devices then hold? Technologies; the ideal one first."""

from ebana_like.hardware.ideal import Ideal
from ebana_like.hardware.technology import State, Technology

__all__ = ["Ideal", "State", "Technology"]
