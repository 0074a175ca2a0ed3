"""How is a Hopfield network settled and trained? Layer by layer, batches and phases together, in JAX."""

from ebana_like.simulators.hopfield.engine import HopfieldEngine

__all__ = ["HopfieldEngine"]
