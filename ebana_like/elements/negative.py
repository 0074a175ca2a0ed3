"""What does a resistor below zero contribute? Ohm's law with a conductance that gives energy: a model of active parts.

The co-content g v^2 / 2 is still stationary at an operating point, and that is all equilibrium propagation asks for, so
circuits with such resistors are trained by it; they are not trained themselves, as no range of theirs may touch zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.numbers import conductance
from ebana_like.elements.resistor import OhmsLaw
from ebana_like.elements.written import Numbered, Written, numbers
from ebana_like.errors import CircuitError


@dataclass(frozen=True, eq=False)
class NegativeResistors(OhmsLaw):
    """Resistors below zero.

    conductance: (n,), siemens, below zero. Raises CircuitError where one is not.
    """

    kind: ClassVar[str] = "negative_resistor"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (np.isfinite(self.conductance) & (self.conductance < 0)).all():
            raise CircuitError(f'bank "{self.name}" of {self.many} has a conductance that is not below zero')

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        siemens = numbers(elements, _negative, "a resistance below zero")
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), siemens)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = self.positive.tolist(), self.negative.tolist(), (1 / self.conductance).tolist()
        return [
            f"{label} {nodes[p]} {nodes[n]} {ohms!r}" for label, p, n, ohms in zip(self.labels, *columns, strict=True)
        ]


def _negative(ohms: str) -> float:
    """Return 1/R, siemens. Raises ValueError for text that is not a finite resistance below zero."""
    if ohms[:1] != "-":
        raise ValueError(ohms)
    return -conductance(ohms[1:])
