"""Schematics of circuits without layers: what is drawn, where it stands, and how wires run; one question a file."""

from ebana_like.figures.sheets.contents import sheet_of
from ebana_like.figures.sheets.drawing import draw_sheet
from ebana_like.figures.sheets.file import drawn_netlist
from ebana_like.figures.sheets.parts import NOTHING, Beside, Part, Sheet
from ebana_like.figures.sheets.sheet import Laid, lay_out

__all__ = ["NOTHING", "Beside", "Laid", "Part", "Sheet", "draw_sheet", "drawn_netlist", "lay_out", "sheet_of"]
