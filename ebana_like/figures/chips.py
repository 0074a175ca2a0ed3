"""How well do chips answer, as made and after learning? All of them from the worst to the best, a curve a stage."""

from collections.abc import Mapping

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import BLUE, INK, ORANGE, Picture, plain


def chips_picture(stages: Mapping[str, FloatArray], design: float, name: str) -> Picture:
    """Return the curves; stages: a measure of every chip, (chips,), by stage. design: the design's own."""
    picture = Picture(f"{name} of the chips")
    with picture as figure:
        axes = figure.add_subplot()
        for (stage, values), colour in zip(stages.items(), (ORANGE, BLUE), strict=False):
            shares = 100 * (np.arange(len(values)) + 0.5) / len(values)
            axes.plot(shares, np.sort(values), marker=".", color=colour, linewidth=1, label=plain(stage))
        axes.axhline(design, color=INK, linewidth=1, linestyle=":", label="the design")
        axes.set_xlabel("share of the chips that are worse (%)")
        axes.set_ylabel(plain(name))
        axes.legend(fontsize="small", loc="lower right")
    return picture
