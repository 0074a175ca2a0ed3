"""How are curves drawn, and become a file? By matplotlib, which is told not to look at the working directory."""

import io
import logging
from pathlib import Path
from typing import Any

from ebana_like.files import away_from_here, write_atomically, write_given

_log = logging.getLogger("matplotlib")
_log.setLevel(logging.ERROR)  # without a home folder it does without a cache, and says so at length
with away_from_here():  # it would obey the file matplotlibrc
    from matplotlib import rc_context
    from matplotlib.figure import Figure
_log.setLevel(logging.NOTSET)


def save_figure(figure: Figure, path: Path, root: Path | None = None, **options: Any) -> None:
    """Write a figure into a file of the kind that its name ends in; the same figure gives the same bytes.

    root: the folder that the file belongs in, where the name was not given by a person; see `write_atomically`.
    options: those of `Figure.savefig`. Raises RunError where it cannot be written.
    """
    kind, content = path.suffix[1:], io.BytesIO()
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with rc_context({"svg.hashsalt": "ebana_like"}):
        figure.savefig(content, format=kind, metadata=dates.get(kind), **options)
    if root is None:
        write_given(path, content.getvalue())
    else:
        write_atomically(path, content.getvalue(), root=root)


__all__ = ["Figure", "rc_context", "save_figure"]
