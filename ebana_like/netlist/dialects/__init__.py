"""How SPICE programs differ: how each wants to be written to, run, and read; one file a program."""

from ebana_like.netlist.dialects.dialect import Dialect, Laws
from ebana_like.netlist.dialects.gnucap import Gnucap
from ebana_like.netlist.dialects.ltspice import LTspice
from ebana_like.netlist.dialects.ngspice import Ngspice
from ebana_like.netlist.dialects.spectre import Spectre
from ebana_like.netlist.dialects.xyce import Xyce

PORTABLE = Ngspice()
"""What the netlists on disk are written in: ngspice's dialect, which gnucap runs too."""

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (PORTABLE, Gnucap(), Xyce(), LTspice(), Spectre())}

__all__ = ["DIALECTS", "PORTABLE", "Dialect", "Laws"]
