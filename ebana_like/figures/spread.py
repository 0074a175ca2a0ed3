"""How do copies of a circuit differ, and which elements make the difference? A histogram, and bars by element."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import BLUE, INK, ORANGE, Picture, plain

BINS = 40


def copies_histogram(values: FloatArray, nominal: float, ends: tuple[float, float], name: str) -> Picture:
    """Return how often each value of a measure occurs among copies, (copies,), the written one and the extremes."""
    picture = Picture(f"{name} of the copies", height=2.4)
    with picture as figure:
        axes = figure.add_subplot()
        solved = values[np.isfinite(values)]
        axes.hist(solved, bins=BINS, color=BLUE)
        axes.axvline(nominal, color=INK, linewidth=1, label="as written")
        for k, end in enumerate(ends):
            axes.axvline(end, color=ORANGE, linestyle="--", linewidth=1, label="extremes found" if k else None)
        axes.set_xlabel(plain(name))
        axes.set_ylabel("copies")
        axes.legend(fontsize="small")
    return picture


def ranking(moves: Sequence[tuple[str, float]], name: str) -> Picture:
    """Return bars: by how much each element moves a measure when it moves by its tolerance, the largest first."""
    picture = Picture(f"which elements move {name}", height=0.8 + 0.2 * len(moves))
    with picture as figure:
        axes = figure.add_subplot()
        values = [value for _, value in moves]
        axes.barh(range(len(moves)), values, color=[BLUE if value >= 0 else ORANGE for value in values])
        axes.axvline(0, color=INK, linewidth=0.6)
        axes.set_yticks(range(len(moves)), [plain(label) for label, _ in moves])
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel(f"{plain(name)}, moved by one tolerance")
    return picture
