"""How the learning rate changes over the epochs: factors on it, by name."""

import lazy_loader

# listed in `__init__.pyi`; whoever asks for names alone does not wait for numpy, or for optax
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
