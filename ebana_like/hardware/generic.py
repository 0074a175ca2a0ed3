"""Which technologies stand for one imperfection each? Devices of a thousand states that are perfect otherwise."""

from ebana_like.hardware.ideal import Ideal
from ebana_like.hardware.laws import Linear, Power, SoftBounds
from ebana_like.hardware.levels import Levels
from ebana_like.hardware.pulsed import Pulsed

IDEAL = Ideal()
LEVELS = Levels()
CONSTANT = Pulsed()
LINEAR = Pulsed(law=Linear(0.5, 0.5))
SOFT_BOUNDS = Pulsed(law=SoftBounds())
POWER = Pulsed(law=Power(2.0, 2.0))
MEASURED = Pulsed()  # until the file is read
