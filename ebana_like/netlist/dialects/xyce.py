"""How does Xyce want it? After its reference guide."""

from collections.abc import Sequence
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements import DiodeModel
from ebana_like.elements.switch import SwitchModel
from ebana_like.netlist.dialects.dialect import Dialect, ProgramLaws, turning, under
from ebana_like.netlist.models import numeric_parameters

DECADES = 1e12
"""Xyce asks for no more than twelve decades between an open and a closed switch."""


class Xyce(Dialect):
    """Xyce: options by package, switches that turn over a range, the constants of Berkeley SPICE3.

    Its solver stops at residuals of 1e-6 A unless told otherwise, which is more than flows in these circuits.
    """

    name: ClassVar[str] = "xyce"
    programs: ClassVar[tuple[str, ...]] = ("Xyce", "xyce")
    arguments: ClassVar[tuple[str, ...]] = ("-r", "circuit.raw", "-a", "circuit.cir")
    install: ClassVar[str] = "see https://xyce.sandia.gov"
    laws: ClassVar[ProgramLaws | None] = ProgramLaws(1.3806226e-23, 1.6021918e-19)

    def diode_card(self, model: DiodeModel) -> str:
        return f".model {model.name} d {numeric_parameters(model)}"

    def switch_card(self, model: SwitchModel) -> str:
        low, high = turning(model)
        opened = min(model.open, model.closed * DECADES)
        return f".model {model.name} vswitch von={high!r} voff={low!r} ron={model.closed:g} roff={opened:g}"

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        return [
            ".options nonlin reltol=1e-9 abstol=1e-12 rhstol=1e-15 maxstep=500",
            f".options device{under(circuit, celsius, gmin=True)}",
        ]

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        return [f".print dc format=csv precision=16 {' '.join(f'v({node})' for node in outputs)}", ".op"]
