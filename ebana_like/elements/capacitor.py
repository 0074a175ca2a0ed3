"""What does a capacitor contribute? A charge C v, whose rate is its current; to a direct current it is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Bank, Quantity
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray


@dataclass(frozen=True, eq=False)
class Storing(Bank):
    """Elements that store something linear, and say what they hold before a transient that asks for no operating point.

    initial: (n,), volts or amperes; NaN where nothing is said.
    """

    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    initial: FloatArray

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.isinf(self.initial).any():
            raise CircuitError(f'bank "{self.name}" of {self.many} begins at infinity; give what it holds')

    def beginning(self, initial: FloatArray) -> Self:
        """Return the same, holding something else before a transient, (n,)."""
        return replace(self, initial=initial)

    def stored(self) -> FloatArray:
        """Return how much is stored a volt or an ampere, (n,), farads or henries."""
        (quantity,) = self.quantities
        found: FloatArray = getattr(self, quantity)
        return found

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = self.positive.tolist(), self.negative.tolist(), self.stored().tolist(), self.initial.tolist()
        return [
            f"{label} {nodes[p]} {nodes[n]} {value!r}{'' if np.isnan(begins) else f' ic={begins!r}'}"
            for label, p, n, value, begins in zip(self.labels, *columns, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Capacitors(Storing):
    """Capacitors. capacitance: (n,), farads, above zero."""

    kind: ClassVar[str] = "capacitor"
    letter: ClassVar[str] = "c"
    quantities: ClassVar[Mapping[str, Quantity]] = {"capacitance": Quantity("F", floor=0.0)}

    capacitance: FloatArray

    def charge(self, drop: FloatArray) -> FloatArray:
        """Return C v, coulombs, given drops (..., n), volts."""
        return self.capacitance * drop


def no_initial(count: int) -> FloatArray:
    """Return what so many elements hold that say nothing of it."""
    return np.full(count, np.nan)
