"""The native engine: SPICE's equations and constants, whole batches at a time, in JAX on CPUs and GPUs."""
