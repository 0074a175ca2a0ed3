"""Pictures of circuits and trainings, one a file; each follows the colours of a page, or is saved black on white."""

from ebana_like.figures.agreement import agreement, followed
from ebana_like.figures.boundary import Plane, class_map, score_map
from ebana_like.figures.confusion import confusion
from ebana_like.figures.curves import compared, curves
from ebana_like.figures.heat_map import heat_map
from ebana_like.figures.histogram import histogram
from ebana_like.figures.schematic import NOT_DRAWN, is_small, save_schematic, schematic
from ebana_like.figures.sheets import NOTHING, Beside, drawn_netlist
from ebana_like.figures.svg import DRAWABLE, Picture, require_drawable
from ebana_like.figures.transfer_curve import transfer_curve

__all__ = [
    "DRAWABLE",
    "NOTHING",
    "NOT_DRAWN",
    "Beside",
    "Picture",
    "Plane",
    "agreement",
    "class_map",
    "compared",
    "confusion",
    "curves",
    "drawn_netlist",
    "followed",
    "heat_map",
    "histogram",
    "is_small",
    "require_drawable",
    "save_schematic",
    "schematic",
    "score_map",
    "transfer_curve",
]
