"""Engines that solve circuits: conductances and stimuli in, operating points out."""

from ebana_like.simulators.newton import NewtonSimulator
from ebana_like.simulators.ngspice import NgspiceSimulator
from ebana_like.simulators.protocol import Nudging, OperatingPoints, Seconds, Simulator

__all__ = ["NewtonSimulator", "NgspiceSimulator", "Nudging", "OperatingPoints", "Seconds", "Simulator"]
