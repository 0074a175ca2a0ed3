"""Tasks, by name; each in a file of its own."""

import lazy_loader

# listed in `__init__.pyi`; whoever lists the tasks does not wait for what trains them
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
