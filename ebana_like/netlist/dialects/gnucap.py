"""How does gnucap want it?"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, BehaviouralConductors, BehaviouralCurrents, DiodeModel
from ebana_like.elements.diode import XTI
from ebana_like.errors import NetlistError, SimulatorError
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.dialects.dialect import Dialect, ProgramLaws, under

OPTIONS = "reltol=1e-6 vntol=1e-9 abstol=1e-9 itl1=500"
"""Tolerances that its rounding lets it reach. Newton's last step goes far below them: the voltages of circuits that
converge at 1e-12, too, are the same to the last digit printed."""

FAILED = "did not converge"
"""What it prints between the table's head and voltages that are no operating point."""


class Gnucap(Dialect):
    """gnucap: a table on the terminal, and laws of its own.

    Measured with version 2017.10: its constants are those of 1973, its diode current is IS (exp(v / (N Vt)) - 1)
    at all voltages (where its option `diodeflags` gives SPICE3's reverse law, a forward diode becomes a resistor), gmin
    lies from every node to ground instead, and its ideal voltage sources have 10 uOhm.
    Rounding of their voltages, 1e-16 V, is a current of 1e-11 A through these: the voltages it finds are good to some
    1e-8 V, and hardly better with another resistance (option `short`), which then is seen itself.
    """

    name: ClassVar[str] = "gnucap"
    programs: ClassVar[tuple[str, ...]] = ("gnucap",)
    arguments: ClassVar[tuple[str, ...]] = ("-b", "circuit.cir")
    install: ClassVar[str] = "apt-get install gnucap"
    laws: ClassVar[ProgramLaws | None] = ProgramLaws(
        1.3806226e-23, 1.6021918e-19, cubic_reverse=False, grounded_gmin=True, series=10e-6
    )

    def elements(self, bank: Bank, nodes: Sequence[str]) -> list[str]:
        if isinstance(bank, BehaviouralCurrents | BehaviouralConductors) and len(bank):
            raise NetlistError(
                f"{bank.labels[0]} has a written law, which gnucap has no words for; choose another dialect"
            )
        return super().elements(bank, nodes)

    def diode_card(self, model: DiodeModel) -> str:
        """Return the card; away from the nominal temperature with the XTI by which gnucap comes to the same IS(T).

        Its IS(T) has (T/T0)^XTI where SPICE3's has (T/T0)^(XTI/N); measured with version 2017.10.
        """
        if model.conditions.celsius == model.conditions.nominal:
            return super().diode_card(model)
        exponent = float(model.other.get("xti", XTI)) / model.emission
        return super().diode_card(replace(model, other={**model.other, "xti": repr(exponent)}))

    def options(self, circuit: Circuit, celsius: float | None) -> list[str]:
        return [f".options {OPTIONS} numdgt=16{under(circuit, celsius)}"]

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        return [".print op v(nodes)", ".op"]

    def voltages(self, folder: Path, printed: str) -> dict[str, float]:
        table = printed.partition("\n#")[2].splitlines()
        if len(table) < 2:
            raise NetlistError("it printed no table of node voltages")
        if table[1].strip() == FAILED:
            raise SimulatorError(
                "gnucap did not converge: the voltages it printed are no operating point; compare with another program"
            )
        names = re.findall(r"v\((\w+)\)", table[0])
        # the first column is the temperature; numbers may have suffixes (45.f)
        found = [number(word, "gnucap's table") if word != "NaN" else math.nan for word in table[1].split()[1:]]
        return dict(zip(names, found, strict=True))
