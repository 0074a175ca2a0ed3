"""What of a circuit has not yet found its place in a layered network?"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, BankType, IntArray


class NotLayeredError(Exception):
    """Something in the circuit has no place in a layered network."""


def require(condition: bool | np.bool_) -> None:
    """Raise NotLayeredError where the condition does not hold."""
    if not condition:
        raise NotLayeredError


class Remaining:
    """Banks that are left, and the nodes that have their place.

    banks: those left. found: nodes with a place, an array a find. constants: volts of nodes that sources hold, by node.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.banks: list[Bank] = list(circuit.banks)
        self.found: list[IntArray] = []
        self.constants: dict[int, float] = {0: 0.0}

    def take(self, *banks: Bank) -> None:
        """Cross out banks that have found their place."""
        self.banks = [bank for bank in self.banks if bank not in banks]

    def of(self, kind: type[BankType]) -> list[BankType]:
        """Return what is left of a kind."""
        return [bank for bank in self.banks if isinstance(bank, kind)]

    def only(self, kind: type[BankType], nodes: IntArray, side: str) -> BankType:
        """Return the one bank of the kind that has these nodes on this side. Raises NotLayeredError."""
        found = [bank for bank in self.of(kind) if np.isin(getattr(bank, side), nodes).any()]
        require(len(found) == 1)
        return found[0]


def positions(found: IntArray, wanted: IntArray) -> IntArray:
    """Return where each wanted node stands among the found ones. Raises NotLayeredError unless they are the same."""
    require(len(found) == len(wanted) and same(np.sort(found), np.sort(wanted)))
    order = np.argsort(found)
    return np.asarray(order[np.searchsorted(found, wanted, sorter=order)])


def same(a: IntArray, b: IntArray) -> bool:
    """Return whether both hold the same nodes in the same order."""
    return np.array_equal(a, b)
