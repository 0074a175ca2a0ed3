"""How are a bank's conductances spread between the ends of their range?"""

import numpy as np

from ebana_like.elements import Resistors
from ebana_like.figures.svg import BLUE, INK, ORANGE, Picture

BINS = 40
WIDE = 20
"""Ratio of largest to smallest value from which the axis is logarithmic."""


def histogram(bank: Resistors) -> str:
    """Return the distribution of a bank's conductances as SVG, with the ends of a trainable bank's range marked."""
    micro = 1e6 * bank.conductance
    low, high = float(micro.min()), float(micro.max())
    wide = high > WIDE * low
    spread = (low, high) if high > low else (0.9 * low, 1.1 * high)
    bins = np.geomspace(*spread, BINS + 1) if wide else np.linspace(*spread, BINS + 1)
    picture = Picture(f"distribution of the conductances of {bank.name}", height=2.2)
    with picture as axes:
        axes.hist(micro, bins=bins.tolist(), color=BLUE)
        if wide:
            axes.set_xscale("log")
        for end in (1e6 * bank.low, 1e6 * bank.high):
            if bank.trainable and spread[0] <= 1.001 * end and end <= 1.001 * spread[1]:
                axes.axvline(end, color=ORANGE, linestyle="--")
        axes.set_xlabel("conductance (µS)")
        axes.set_ylabel("resistors")
        axes.tick_params(colors=INK, which="both")
    return picture.svg
