"""How are a bank's conductances spread between the ends of their range, and how were they before training?"""

import numpy as np

from ebana_like.elements import FloatArray, Synapses
from ebana_like.figures.svg import BLUE, INK, ORANGE, Picture

BINS = 40
WIDE = 20
"""Ratio of largest to smallest value from which the axis is logarithmic."""


def histogram(bank: Synapses, before: FloatArray | None = None) -> Picture:
    """Return the distribution of a bank's conductances, with the ends of a trainable bank's range marked.

    before: conductances before training, (n,), siemens, drawn as an outline.
    """
    micro = 1e6 * bank.conductance
    earlier = micro if before is None else 1e6 * before
    low, high = float(min(micro.min(), earlier.min())), float(max(micro.max(), earlier.max()))
    wide = high > WIDE * low
    spread = (low, high) if high > low else (0.9 * low, 1.1 * high)
    bins = np.geomspace(*spread, BINS + 1) if wide else np.linspace(*spread, BINS + 1)
    bins[[0, -1]] = spread  # the power of a logarithm may miss the end in its last digit, and the end's value with it
    picture = Picture(f"distribution of the conductances of {bank.name}", height=2.2)
    with picture as figure:
        axes = figure.add_subplot()
        axes.hist(micro, bins=bins.tolist(), color=BLUE, label="after training")
        if before is not None:
            axes.hist(earlier, bins=bins.tolist(), color=INK, histtype="step", label="before")
            axes.legend(fontsize="small")
        if wide:
            axes.set_xscale("log")
        ends = [end for limits in bank.trainable.values() for end in (1e6 * limits.low, 1e6 * limits.high)]
        for end in ends:
            if spread[0] <= 1.001 * end and end <= 1.001 * spread[1]:
                axes.axvline(end, color=ORANGE, linestyle="--")
        axes.set_xlabel("conductance (µS)")
        axes.set_ylabel("resistors")
        axes.tick_params(colors=INK, which="both")
    return picture
