"""What is learned as conductances, and may stand between all rows and all columns of a grid?"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ebana_like.elements.bank import Quantity
from ebana_like.elements.law import EnergyLaw
from ebana_like.elements.wires import Wires
from ebana_like.values import FloatArray, IntArray

NO_WIRES = Wires()


@dataclass(frozen=True, eq=False)
class Synapses(EnergyLaw):
    """Resistors, side by side or a crossbar, behind wires with resistance or without. conductance: (n,), siemens."""

    letter: ClassVar[str] = "r"
    linear: ClassVar[bool] = True
    phases_tell: ClassVar[bool] = True
    quantities: ClassVar[Mapping[str, Quantity]] = {"conductance": Quantity("S", floor=0.0, reciprocal="Ohm")}

    conductance: FloatArray

    @property
    @abstractmethod
    def grid(self) -> tuple[IntArray, IntArray] | None:
        """Nodes (rows, columns) where the bank is a crossbar, written column by column; else None."""

    @property
    def wires(self) -> Wires:
        """Resistances of the wires that join the elements of a crossbar; those of a sheet of nodes have none."""
        return NO_WIRES

    def seen(self, conductance: FloatArray) -> FloatArray:
        """Return conductances as they are seen between the ports, (n,), siemens, given those of the elements, (n,)."""
        return conductance

    def between_ports(self, conductance: FloatArray, with_rows: bool) -> tuple[FloatArray | float, FloatArray | float]:
        """Return what wires put between the columns, and between the rows, (ports, ports), siemens; 0 for nothing.

        with_rows: whether the second is asked for.
        """
        return 0.0, 0.0
