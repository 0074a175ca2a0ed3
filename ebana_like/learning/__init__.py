"""Costs, gradient estimators and update rules: how voltages become conductance changes."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for names alone does not wait for numpy, or for optax
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
