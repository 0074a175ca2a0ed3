"""Ways to nudge: how a circuit is wired for each, and what its elements are driven to. One file a way, in `ways`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
