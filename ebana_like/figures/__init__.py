"""Pictures of circuits and of what is in them, one a file; each is returned as SVG that follows the page's colours."""

from ebana_like.figures.heat_map import heat_map
from ebana_like.figures.histogram import histogram
from ebana_like.figures.schematic import DRAWABLE, is_small, save_schematic, schematic
from ebana_like.figures.transfer_curve import transfer_curve

__all__ = ["DRAWABLE", "heat_map", "histogram", "is_small", "save_schematic", "schematic", "transfer_curve"]
