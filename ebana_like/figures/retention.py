"""How well does a circuit answer as its devices age? The median chip at every time, between the worst and the best."""

from collections.abc import Callable, Sequence

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import BLUE, INK, Picture, plain


def retention_picture(
    seconds: Sequence[float], measures: FloatArray, design: float, name: str, called: Callable[[float], str]
) -> Picture:
    """Return the picture.

    measures: a measure of every chip as written, then at every time, (1 + times, chips). design: that of exact values.
    called: what a time is called.
    """
    picture = Picture(f"{name} as devices age")
    with picture as figure:
        axes = figure.add_subplot()
        at = np.arange(len(measures))
        axes.fill_between(at, measures.min(axis=1), measures.max(axis=1), color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(at, np.median(measures, axis=1), marker=".", color=BLUE, linewidth=1, label="median, worst to best")
        axes.axhline(design, color=INK, linewidth=1, linestyle=":", label="as trained")
        axes.set_xticks(at, ["written", *(plain(called(each)) for each in seconds)])
        axes.set_xlabel("time since the last write")
        axes.set_ylabel(plain(name))
        axes.legend(fontsize="small", loc="lower left")
    return picture
