"""How does a picture become a piece of a page? As SVG without a background, drawn in the colour of the page's text."""

import io
import re
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#010203"
"""Stands for the colour of the page's text; no other line has it."""

BLUE, ORANGE = "#4a90d9", "#e07b39"
"""Colours that stand out on white and on black."""

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ebana_like",  # the same picture is the same text
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


class Picture:
    """A matplotlib figure with one pair of axes, as a context manager; `svg` is what was drawn.

    title: what the picture shows, for who cannot see it. width, height: inches.
    """

    def __init__(self, title: str, width: float = 4.4, height: float = 2.9) -> None:
        self.title = title
        self.svg = ""
        self._size = (width, height)
        self._style = rc_context(_STYLE)

    def __enter__(self) -> Axes:
        self._style.__enter__()
        self._figure = Figure(figsize=self._size, layout="constrained")
        self._figure.patch.set_alpha(0)
        return self._figure.add_subplot()

    def __exit__(self, *error: object) -> None:
        text = io.StringIO()
        self._figure.savefig(text, format="svg", metadata={"Date": None})
        self._style.__exit__(None, None, None)
        self.svg = inline(text.getvalue().replace(INK, "currentColor"), self.title)


def inline(text: str, title: str) -> str:
    """Return an SVG document as an element of a page, with a title for who cannot see it."""
    body = text[text.index("<svg") :]
    return re.sub(r"<svg", f'<svg role="img" aria-label="{title}" style="overflow:visible"', body, count=1)
