"""Engines that solve circuits: conductances and stimuli in, operating points out."""

from .catalog import ENGINES, engine_for, referee, simulator
from .descent import Descended, Descends, Descent, Moves, Stepping
from .native.courses.course_function import course_function
from .native.function import circuit_function
from .native.simulator import NativeSimulator
from .ngspice import NgspiceSimulator
from .protocol import Simulator, check_features, driven_values, held_values

__all__ = [
    "ENGINES",
    "Descended",
    "Descends",
    "Descent",
    "Moves",
    "NativeSimulator",
    "NgspiceSimulator",
    "Simulator",
    "Stepping",
    "check_features",
    "circuit_function",
    "course_function",
    "driven_values",
    "engine_for",
    "held_values",
    "referee",
    "simulator",
]
