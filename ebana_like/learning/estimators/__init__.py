"""Gradient estimators, by the names of the literature."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for names alone does not wait for numpy
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
