"""Is this circuit a layered network? Found from its wiring alone."""

from ebana_like.simulators.structure.search import find_layers

__all__ = ["find_layers"]
