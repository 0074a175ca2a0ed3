"""Does a bank of resistors see its rows through windows? Found from its wiring, whatever it is called.

Channel after channel, each column has as many resistors as the others, and every channel has the same windows in the
same order.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import IntArray, Resistors


@dataclass(frozen=True, eq=False)
class Seen:
    """What is seen through windows: nodes of each window's rows, (windows, rows of one), and of the columns, channel by
    channel; tied: whether all windows share a conductance."""

    rows: IntArray
    columns: IntArray
    tied: bool


def windows_of(bank: Resistors) -> Seen | None:
    """Return through which windows a bank sees its rows; None where it does not, or shares conductances otherwise."""
    negative = bank.negative
    if not len(bank):
        return None
    width = int(np.argmax(negative != negative[0])) or len(bank)
    if len(bank) % width or (negative.reshape(-1, width) != negative[::width, None]).any():
        return None
    columns, rows = negative[::width], bank.positive.reshape(-1, width)
    if len(np.unique(columns)) < len(columns):
        return None
    again = np.flatnonzero((rows[1:] == rows[0]).all(axis=1))
    count = int(again[0]) + 1 if again.size else len(rows)
    if len(rows) % count or (rows.reshape(-1, count, width) != rows[:count]).any():
        return None
    limits = bank.trainable.get("conductance")
    if limits is None or limits.index is None:
        return Seen(rows[:count], columns, False)
    index = limits.index.reshape(-1, count, width)
    apart = len(np.unique(index[:, 0])) == index[:, 0].size
    return Seen(rows[:count], columns, True) if apart and (index == index[:, :1]).all() else None
