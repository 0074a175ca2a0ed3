"""How close are the quantities a circuit tells to the true ones? Over its one input, or over the truth."""

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import BLUE, INK, ORANGE, Picture, plain


def followed(features: FloatArray, true: FloatArray, said: FloatArray, name: str) -> Picture:
    """Return a quantity over the circuit's one input: what is true, and what it tells.

    features: (samples,), volts. true, said: (samples,), in the quantity's own unit.
    """
    order = np.argsort(features)
    picture = Picture(f"{name} over the input")
    with picture as figure:
        axes = figure.add_subplot()
        axes.plot(features[order], true[order], ".", color=ORANGE, label="true")
        axes.plot(features[order], said[order], color=BLUE, label="told")
        axes.set_xlabel("input (V)")
        axes.set_ylabel(plain(name))
        axes.legend(fontsize="small")
    return picture


def agreement(true: FloatArray, said: FloatArray, name: str) -> Picture:
    """Return what a circuit tells of a quantity over what is true, (samples,) each, with the line where both agree."""
    picture = Picture(f"{name}: told over true", height=3.2)
    with picture as figure:
        axes = figure.add_subplot()
        axes.plot(true, said, ".", color=BLUE, markersize=4)
        axes.axline((float(true.mean()), float(true.mean())), slope=1, color=INK, linewidth=0.7, linestyle=":")
        axes.set_xlabel(f"{plain(name)}, true")
        axes.set_ylabel(f"{plain(name)}, told")
    return picture
