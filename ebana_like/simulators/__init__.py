"""Engines that solve circuits: conductances and stimuli in, operating points out."""

import lazy_loader

# listed in `__init__.pyi`; a worker process of ngspice starts without the Newton engine's compiled kernels
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
