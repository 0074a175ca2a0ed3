"""Update rules, by name."""

from ebana_like.learning.updates.adam import Adam
from ebana_like.learning.updates.sgd import SGD, Momentum
from ebana_like.learning.updates.sign import Sign
from ebana_like.learning.updates.update import State, Update

UPDATES: dict[str, type[Update]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam, "sign": Sign}

__all__ = ["SGD", "UPDATES", "Adam", "Momentum", "Sign", "State", "Update"]
