"""Which classes does a circuit take for which? Rows are the right classes, columns what was answered."""

from collections.abc import Sequence

import numpy as np

from ebana_like.elements import IntArray
from ebana_like.figures.svg import Picture, plain


def confusion(true: IntArray, said: IntArray, classes: Sequence[str]) -> Picture:
    """Return the counts of answers as a picture, coloured by the share of their row.

    true, said: classes of each sample, (samples,), from 0.
    """
    count = len(classes)
    counts = np.zeros((count, count), dtype=np.intp)
    np.add.at(counts, (true, said), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = max(2.8, 0.9 + 0.32 * count)
    picture = Picture("confusion matrix", width=max(4.4, size + 0.8), height=size)
    names = [plain(name) for name in classes]
    with picture as figure:
        axes = figure.add_subplot()
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(count), names, rotation=0 if max(map(len, classes)) < 4 else 30)
        axes.set_yticks(range(count), names)
        axes.tick_params(length=0)
        axes.set_xlabel("answered")
        axes.set_ylabel("right")
        for (row, column), number in np.ndenumerate(counts):
            if number:
                colour = "white" if shares[row, column] > 0.5 else "#1d2430"
                axes.text(column, row, str(number), ha="center", va="center", color=colour, fontsize=8)
        bar = figure.colorbar(image, shrink=0.8)
        bar.outline.set_visible(False)
        bar.set_label("share of the row")
    return picture
