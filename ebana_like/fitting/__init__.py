"""Training of anybody's netlist on a table."""

from ebana_like.fitting.fit import Fit, fit, prepare
from ebana_like.fitting.settings import FitSettings

__all__ = ["Fit", "FitSettings", "fit", "prepare"]
