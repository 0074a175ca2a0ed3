"""What stands between a circuit and what learns from it? Technologies of its devices, sensors at its nodes, and how the
elements of a chip differ from its design."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for names alone does not wait for numpy, or for JAX
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
