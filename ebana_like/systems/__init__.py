"""What learns: a system has parameters, settles under a stimulus, and says how its energy changes with each of them."""

from ebana_like.systems.adjoint_course import AdjointCourse
from ebana_like.systems.circuit import CircuitSystem, clamps, system_of
from ebana_like.systems.points import BoolArray, Nudging, OperatingPoints, Seconds
from ebana_like.systems.response import ComplexArray, Phasors, Response, own_phasors, swings
from ebana_like.systems.settled import HeldForces, Settled
from ebana_like.systems.system import Engine, Mirrored, Solution, System
from ebana_like.systems.trajectories import Adaptive, Start, Stimuli, Trajectories, Transient, stimuli

__all__ = [
    "Adaptive",
    "AdjointCourse",
    "BoolArray",
    "CircuitSystem",
    "ComplexArray",
    "Engine",
    "HeldForces",
    "Mirrored",
    "Nudging",
    "OperatingPoints",
    "Phasors",
    "Response",
    "Seconds",
    "Settled",
    "Solution",
    "Start",
    "Stimuli",
    "System",
    "Trajectories",
    "Transient",
    "clamps",
    "own_phasors",
    "stimuli",
    "swings",
    "system_of",
]
