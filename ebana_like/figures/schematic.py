"""What does a circuit look like? A sheet as an engineer draws it; of a layered network its crossbars, or blocks."""

import re
from pathlib import Path

import schemdraw
from matplotlib.text import Text

from ebana_like.circuit import Circuit
from ebana_like.drawing import save_figure
from ebana_like.errors import SettingError
from ebana_like.figures.blocks import draw_blocks
from ebana_like.figures.elements import draw_elements
from ebana_like.figures.sheets import NOTHING, Beside, Sheet, draw_sheet, lay_out, sheet_of
from ebana_like.figures.sheets.letters import escaped, unhidden
from ebana_like.figures.svg import inline, require_drawable
from ebana_like.simulators.layers import Layers
from ebana_like.simulators.structure import find_layers

READABLE = 250
"""Elements of a layered network up to which each is drawn."""

WIRED = 50
"""Parts of any other circuit up to which it is drawn; a crossbar is one."""


MOST_LOOKED_AT = 1000
"""Elements up to which crossbars are looked for."""

NOT_DRAWN = (
    f"is no chain of whole crossbars and has more than {WIRED} parts, too many for a schematic that could be read"
)


_PAGE = {"black": "currentColor", "white": "var(--page, white)"}


def is_small(circuit: Circuit) -> bool:
    """Whether every element is drawn, and not blocks of them."""
    return sum(map(len, circuit.banks)) <= READABLE


def schematic(circuit: Circuit, more: Beside = NOTHING) -> str | None:
    """Return the schematic as SVG in the colour of the page's text, or None where it could not be read.

    more: what the circuit does not know itself.
    """
    drawing = _drawing(circuit, "svg", more)
    if drawing is None:
        return None
    text = re.sub(
        r'(?<=[:"])(black|white)(?=[;"])', lambda found: _PAGE[found[0]], drawing.get_imagedata("svg").decode()
    )
    return inline(escaped(text), f"schematic of {circuit.title}")


def save_schematic(circuit: Circuit, path: Path, root: Path | None = None, more: Beside = NOTHING) -> None:
    """Save the schematic, black on white; root: the folder it belongs in, where nobody gave its name.

    more: what the circuit does not know itself.
    Raises SettingError for a kind of file, or a circuit, that is not drawn; RunError where it cannot be written.
    """
    require_drawable(path)
    drawing = _drawing(circuit, "matplotlib", more)
    if drawing is None:
        raise SettingError(f'"{circuit.title}" {NOT_DRAWN}')
    drawn = drawing.draw(show=False)
    figure, artists = drawn.getfig(), drawn.ax.get_default_bbox_extra_artists()
    for label in artists:
        if isinstance(label, Text):
            label.set_text(unhidden(label.get_text()))
            label.set_parse_math(False)
    figure.subplots_adjust(0, 0, 1, 1)
    save_figure(figure, path, root, bbox_inches="tight", bbox_extra_artists=artists, pad_inches=0, dpi=150)


def _drawing(circuit: Circuit, backend: str, more: Beside) -> schemdraw.Drawing | None:
    layers = find_layers(circuit)
    if layers is not None and is_small(circuit) and not _in_stairs(layers):
        layers = None
    sheet = None if layers is not None else _readable_sheet(circuit, more)
    if layers is None and sheet is None:
        return None
    schemdraw.use(backend)
    drawing = schemdraw.Drawing(show=False)
    drawing.config(fontsize=8, inches_per_unit=0.32, lw=0.9, font="sans-serif", color="black", margin=0.5)
    if sheet is not None:
        draw_sheet(drawing, lay_out(sheet))
    elif layers is not None:
        draw = draw_elements if is_small(circuit) else draw_blocks
        draw(drawing, circuit, layers)
    return drawing


def _in_stairs(layers: Layers) -> bool:
    """Whether crossbars in stairs show all: not windows, rows in mirror or of earlier layers, feeds, single outputs."""
    whole = layers.plain and not any(crossbar.skipping for crossbar in layers.crossbars)
    return bool(whole and len(layers.negative) and not any(layers.feeds))


def _readable_sheet(circuit: Circuit, more: Beside) -> Sheet | None:
    """Return what is drawn of a circuit without layers; None where that is too much."""
    if sum(map(len, circuit.banks)) > MOST_LOOKED_AT:
        return None
    sheet = sheet_of(circuit, more)
    return sheet if len(sheet.parts) <= WIRED else None
