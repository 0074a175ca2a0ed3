"""Update rules, by name: what becomes of conductances once their gradient is known."""

from .catalog import UPDATES, update_named
from .optax_rule import Optax
from .sgd import SGD
from .sign import Sign
from .update import Update

__all__ = ["SGD", "UPDATES", "Optax", "Sign", "Update", "update_named"]
