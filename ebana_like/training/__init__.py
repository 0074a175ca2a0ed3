"""Data as voltages, the training loop, settings, and the run folder."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for settings alone does not wait for numpy
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
