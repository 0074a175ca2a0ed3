"""Engines that solve circuits: conductances and stimuli in, operating points out."""

from .catalog import ENGINES, simulator
from .descent import Descended, Descends, Descent, Moves, Stepping
from .native import NativeSimulator, circuit_function
from .newton import NewtonSimulator
from .ngspice import NgspiceSimulator
from .protocol import (
    Nudging,
    OperatingPoints,
    Seconds,
    Simulator,
    check_conductances,
    check_features,
    driven_values,
)

__all__ = [
    "ENGINES",
    "Descended",
    "Descends",
    "Descent",
    "Moves",
    "NativeSimulator",
    "NewtonSimulator",
    "NgspiceSimulator",
    "Nudging",
    "OperatingPoints",
    "Seconds",
    "Simulator",
    "Stepping",
    "check_conductances",
    "check_features",
    "circuit_function",
    "driven_values",
    "simulator",
]
