"""Circuits as SPICE text, and back."""

from ebana_like.netlist.dialects import DIALECTS, Dialect, ProgramLaws
from ebana_like.netlist.models import diode_model, diode_models, parse_diode_model
from ebana_like.netlist.netlist import Netlist
from ebana_like.netlist.read import from_pyspice, load_netlist, read_netlist
from ebana_like.netlist.tolerances import Tolerances, tolerances
from ebana_like.netlist.write import circuit_lines, model_lines, save_netlist, write_netlist

__all__ = [
    "DIALECTS",
    "Dialect",
    "Netlist",
    "ProgramLaws",
    "Tolerances",
    "circuit_lines",
    "diode_model",
    "diode_models",
    "from_pyspice",
    "load_netlist",
    "model_lines",
    "parse_diode_model",
    "read_netlist",
    "save_netlist",
    "tolerances",
    "write_netlist",
]
