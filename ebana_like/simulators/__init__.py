"""Engines that solve circuits: conductances and stimuli in, operating points out."""

import lazy_loader

# listed in `__init__.pyi`; jax is imported with the native engine, not before
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
