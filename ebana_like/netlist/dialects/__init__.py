"""How SPICE programs differ: how each wants to be written to, run, and read; one file a program."""

from ebana_like.netlist.dialects.dialect import Dialect, ProgramLaws
from ebana_like.netlist.dialects.gnucap import Gnucap
from ebana_like.netlist.dialects.ltspice import LTspice
from ebana_like.netlist.dialects.ngspice import Ngspice
from ebana_like.netlist.dialects.spectre import Spectre
from ebana_like.netlist.dialects.xyce import Xyce
from ebana_like.seams import Seam

PORTABLE = Ngspice()
"""What the netlists on disk are written in: ngspice's dialect, which gnucap runs too."""

DIALECTS: Seam[Dialect] = Seam(
    "dialects",
    "dialect",
    {dialect.name: dialect for dialect in (PORTABLE, Gnucap(), Xyce(), LTspice(), Spectre())},
    "an instance of ebana_like.netlist.Dialect",
    lambda thing: isinstance(thing, Dialect),
)

__all__ = ["DIALECTS", "PORTABLE", "Dialect", "ProgramLaws"]
