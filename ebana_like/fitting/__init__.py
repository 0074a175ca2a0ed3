"""Training of anybody's netlist on a table."""

from ebana_like.fitting.fit import Fit, Prepared, fit, prepare
from ebana_like.fitting.settings import FitSettings
from ebana_like.fitting.source import NetlistSystem

__all__ = ["Fit", "FitSettings", "NetlistSystem", "Prepared", "fit", "prepare"]
