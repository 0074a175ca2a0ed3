"""How does LTspice want it? After its help pages."""

from collections.abc import Sequence
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, Diodes
from ebana_like.elements.device import AREA
from ebana_like.netlist.dialects.dialect import Dialect, under


class LTspice(Dialect):
    """LTspice: results as doubles above six digits asked for, no `.print`, a diode's area without its name.

    Its constants are not published.
    """

    name: ClassVar[str] = "ltspice"
    programs: ClassVar[tuple[str, ...]] = ("LTspice", "ltspice", "LTspice.exe", "XVIIx64.exe")
    arguments: ClassVar[tuple[str, ...]] = ("-b", "-ascii", "circuit.cir")
    install: ClassVar[str] = "see https://www.analog.com/ltspice (on Linux it runs under wine)"

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        tolerances = ".options reltol=1e-9 vntol=1e-12 abstol=1e-15 itl1=500 itl2=500 numdgt=15"
        return [f"{tolerances}{under(circuit, celsius, gmin=True)}"]

    def elements(self, bank: Bank, nodes: Sequence[str]) -> list[str]:
        lines = super().elements(bank, nodes)
        return [line.replace(f" {AREA}=", " ") for line in lines] if isinstance(bank, Diodes) else lines

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        return [".op"]
