"""What does an inductor contribute? A flux L i, whose rate is its voltage; to a direct current it is a wire.

The wire is a voltage source of 0 V among the circuit's elements, whose current is the inductor's: the inductor "lv1"
lies in series with the source "v1", between the same nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements.bank import Quantity
from ebana_like.elements.capacitor import Storing
from ebana_like.values import FloatArray


@dataclass(frozen=True, eq=False)
class Inductors(Storing):
    """Inductors; labels: "l" and the label of the wire that each is at DC.

    inductance: (n,), henries, above zero.
    """

    kind: ClassVar[str] = "inductor"
    letter: ClassVar[str] = "l"
    quantities: ClassVar[Mapping[str, Quantity]] = {"inductance": Quantity("H", floor=0.0)}

    inductance: FloatArray

    @property
    def wires(self) -> tuple[str, ...]:
        """Labels of the voltage sources that they are at DC."""
        return tuple(label[1:] for label in self.labels)

    def flux(self, current: FloatArray) -> FloatArray:
        """Return L i, volt seconds, given currents (..., n), amperes."""
        return self.inductance * current


@dataclass(frozen=True)
class Coupling:
    """Two inductors, by their labels, that share flux: M = factor sqrt(L1 L2)."""

    label: str
    first: str
    second: str
    factor: float
