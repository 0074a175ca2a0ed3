"""How does a picture become a piece of a page, or a file? On a page it is SVG without a background, drawn in the colour
of the page's text; in a file it is black on white."""

import io
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from ebana_like.drawing import Figure, rc_context, save_figure
from ebana_like.errors import SettingError, visible

INK = "#010203"
"""Stands for the colour of the page's text; no other line has it."""

BLUE, ORANGE = "#4a90d9", "#e07b39"
COLOURS = (BLUE, ORANGE, "#3fa66b", "#a878d8", "#d9566b", "#2aa5a5", "#b08d2e", "#8a93a3", "#d070b0", "#6f9e2f")
"""Colours that stand out on white and on black."""

DRAWABLE = (".svg", ".png", ".pdf")
"""Kinds of files that pictures are saved as."""

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
    """A matplotlib figure, as a context manager in which it is drawn; afterwards `svg` and `save` give what was drawn.

    title: what the picture shows, for who cannot see it. width, height: inches.
    """

    def __init__(self, title: str, width: float = 4.4, height: float = 2.9) -> None:
        self.title = title
        self._size = (width, height)
        self._style = rc_context(_STYLE)

    def __enter__(self) -> Figure:
        self._style.__enter__()
        self._figure = Figure(figsize=self._size, layout="constrained")
        return self._figure

    def __exit__(self, *error: object) -> None:
        self._style.__exit__(None, None, None)

    @property
    def svg(self) -> str:
        """The picture as an element of a page."""
        text = io.StringIO()
        with rc_context(_STYLE):
            self._figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        return inline(text.getvalue().replace(INK, "currentColor"), self.title)

    def save(self, path: Path, root: Path | None = None) -> None:
        """Save the picture; root: the folder it belongs in, where nobody gave its name.

        Raises SettingError for a kind of file that is not drawn, RunError where it cannot be written.
        """
        require_drawable(path)
        with rc_context(_STYLE):
            save_figure(self._figure, path, root, facecolor="white", dpi=150)


def require_drawable(path: Path) -> None:
    """Raise SettingError for a kind of file that pictures are not saved as."""
    if path.suffix not in DRAWABLE:
        raise SettingError(f"cannot draw into {path}; give a name that ends in {', '.join(DRAWABLE)}")


def inline(text: str, title: str) -> str:
    """Return an SVG document as an element of a page, with a title for who cannot see it."""
    body = text[text.index("<svg") :]
    return body.replace("<svg", f'<svg role="img" aria-label={quoteattr(title)} style="overflow:visible"', 1)


def plain(text: str) -> str:
    """Return words that matplotlib shows as they are, dollars included, and what cannot be seen as a terminal does."""
    return visible(text).replace("$", r"\$")
