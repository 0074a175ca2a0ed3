"""How does gnucap want it?"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from ebana_like.elements.constants import GMIN
from ebana_like.errors import NetlistError
from ebana_like.netlist.deck.cards import number
from ebana_like.netlist.dialects.dialect import Dialect, Laws, at_temperature
from ebana_like.netlist.netlist import OPTIONS


class Gnucap(Dialect):
    """gnucap: a table on the terminal, and laws of its own.

    Measured with version 2017.10: its constants are those of 1973, its diode current is IS (exp(v / (N Vt)) - 1)
    + gmin v at all voltages, and gmin lies from every node to ground, too. Its ideal voltage sources have 10 uOhm;
    less, and the currents it measures by them drown in rounding.
    """

    name: ClassVar[str] = "gnucap"
    programs: ClassVar[tuple[str, ...]] = ("gnucap",)
    arguments: ClassVar[tuple[str, ...]] = ("-b", "circuit.cir")
    install: ClassVar[str] = "apt-get install gnucap"
    laws: ClassVar[Laws | None] = Laws(1.3806226e-23, 1.6021918e-19, cubic_reverse=False, leakage=GMIN)

    def options(self, celsius: float | None) -> list[str]:
        return [f".options {OPTIONS} numdgt=16{at_temperature(celsius)}"]

    def analysis(self, outputs: Sequence[str]) -> list[str]:
        return [".print op v(nodes)", ".op"]

    def voltages(self, folder: Path, printed: str) -> dict[str, float]:
        table = printed.partition("\n#")[2].splitlines()
        if len(table) < 2:
            raise NetlistError("it printed no table of node voltages")
        names = re.findall(r"v\((\w+)\)", table[0])
        # the first column is the temperature; numbers may have suffixes (45.f)
        found = [number(word, "gnucap's table") if word != "NaN" else math.nan for word in table[1].split()[1:]]
        return dict(zip(names, found, strict=True))
