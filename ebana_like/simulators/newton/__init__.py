"""The batched Newton engine: SPICE's equations and constants, whole batches at a time."""

from ebana_like.simulators.newton.simulator import NewtonSimulator

__all__ = ["NewtonSimulator"]
