"""ngspice as the solver, in worker processes."""

from ebana_like.simulators.ngspice.simulator import NgspiceSimulator

__all__ = ["NgspiceSimulator"]
