"""Trainings as people start them: settings, what they stand for, and the folder that is left."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for settings alone does not wait for numpy
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
