"""How does ngspice want it?"""

from collections.abc import Sequence
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ebana_like.netlist.dialects.dialect import Dialect, ProgramLaws, under
from ebana_like.netlist.netlist import FULL_DIGITS
from ebana_like.netlist.tolerances import tolerances

PRINTED_AT_ONCE = 40


class Ngspice(Dialect):
    """ngspice, which also is the reference: constants and diode law used here are its own."""

    name: ClassVar[str] = "ngspice"
    programs: ClassVar[tuple[str, ...]] = ("ngspice",)
    # -n: nothing is executed from .spiceinit
    arguments: ClassVar[tuple[str, ...]] = ("-b", "-n", "-r", "circuit.raw", "circuit.cir")
    install: ClassVar[str] = "apt-get install ngspice"
    laws: ClassVar[ProgramLaws | None] = ProgramLaws(BOLTZMANN, ELEMENTARY_CHARGE)
    knows_time: ClassVar[bool] = True

    def head(self, title: str) -> list[str]:
        return [title, FULL_DIGITS]

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        return [f".options {tolerances(circuit).options}{under(circuit, celsius)}"]

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        """Return the lines that ask for the operating point, also those that only ngspice does not take for comments.

        With -b it prints the outputs there and ends, where `.op` would have it list every parameter of every device;
        with -r as well, and in other ways to use it, these lines do nothing. Behind a thousand names it prints nothing.
        """
        words = [f"v({node})" for node in outputs]
        prints = [f"*# print {' '.join(words[k : k + PRINTED_AT_ONCE])}" for k in range(0, len(words), PRINTED_AT_ONCE)]
        answer = ["*# if $?batchmode - $?rawfile", "*# op", *prints, "*# quit $sim_status", "*# end"]
        # gnucap, which takes this dialect too, wants .print before .op
        return [*answer, f".print op {' '.join(words)}", ".op"]
