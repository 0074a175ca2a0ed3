"""The native engine: SPICE's equations and constants in JAX, whole batches at a time, on CPUs and GPUs."""

from ebana_like.simulators.native.function import circuit_function
from ebana_like.simulators.native.simulator import NativeSimulator

__all__ = ["NativeSimulator", "circuit_function"]
