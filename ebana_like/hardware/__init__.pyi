"""What stands between a circuit and what learns from it? Technologies of its devices, sensors at its nodes, and how the
elements of a chip differ from its design."""

from .catalog import TECHNOLOGIES, technology_named, technology_options
from .cell import Cell
from .chip import Mismatch, mismatch
from .compiled import CompiledTechnology
from .converter import Converter
from .fitted import fitted_device
from .ideal import Ideal
from .laws import Constant, Exponential, Law, Linear, Power, SoftBounds, Tabulated
from .levels import Levels
from .pair import Pair
from .physics import Approaching, Boundary, Gap
from .programmed import Programmed
from .pulsed import Pulsed
from .readout import Measured, Readout, measured
from .technology import State, Technology
from .tiki_taka import TikiTaka
from .verified import Verified

__all__ = [
    "TECHNOLOGIES",
    "Approaching",
    "Boundary",
    "Cell",
    "CompiledTechnology",
    "Constant",
    "Converter",
    "Exponential",
    "Gap",
    "Ideal",
    "Law",
    "Levels",
    "Linear",
    "Measured",
    "Mismatch",
    "Pair",
    "Power",
    "Programmed",
    "Pulsed",
    "Readout",
    "SoftBounds",
    "State",
    "Tabulated",
    "Technology",
    "TikiTaka",
    "Verified",
    "fitted_device",
    "measured",
    "mismatch",
    "technology_named",
    "technology_options",
]
