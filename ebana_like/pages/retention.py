"""What is said of a circuit that ages? How well it answers at every time, as a table and a picture."""

import numpy as np

from ebana_like.analysis.chips import quantiles
from ebana_like.analysis.retention import Aged
from ebana_like.errors import counted
from ebana_like.figures.retention import retention_picture
from ebana_like.figures.svg import Picture
from ebana_like.pages.page import PageTable

SECONDS = {"y": 31_557_600.0, "d": 86_400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
"""Units of time by name, the longest first."""


def time_words(seconds: float) -> str:
    """Return a time as it is asked for: 1d, 90s."""
    whole = (f"{seconds / size:g}{unit}" for unit, size in SECONDS.items() if seconds >= size and not seconds % size)
    return next(whole, f"{seconds:g}s")


def retention_table(found: Aged) -> PageTable:
    """Return a row a time: mean, worst and median of the measure, and the mean loss, over the chips."""
    scale, unit, digits = (100, " %", 1) if found.measure == "accuracy" else (1, "", 3)
    rows = []
    names = ("as written", *(f"after {time_words(each)}" for each in found.seconds))
    for name, evaluations in zip(names, (found.written, *found.later), strict=True):
        spread = quantiles(evaluations)
        cells = [f"{scale * float(spread[each][0]):.{digits}f}{unit}" for each in ("mean", "worst", "median")]
        rows.append((name, *cells, f"{float(spread['mean'][1]):.3g}"))
    of = f"{found.measure} of {counted(len(found.written), 'chip')} of {found.technology}"
    return PageTable(of, ("", "mean", "worst", "median", "loss, mean"), rows)


def retention_drawn(found: Aged) -> Picture:
    """Return the picture of answers over time."""
    scale, name = (100, "accuracy (%)") if found.measure == "accuracy" else (1, found.measure)
    measures = scale * np.array([[each.accuracy for each in chips] for chips in (found.written, *found.later)])
    return retention_picture(found.seconds, measures, scale * found.design.accuracy, name, time_words)
