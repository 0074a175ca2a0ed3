"""Train analog circuits as neural networks by equilibrium propagation, with SPICE as the truth.

Public names are listed in `__init__.pyi` and imported when first used: a worker process of ngspice then starts without
scikit-learn and the Newton engine's compiler.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
