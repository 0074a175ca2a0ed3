"""How are elements picked out of arrays? As slices where they can be, which copy nothing."""

import numpy as np

from ebana_like.values import IntArray

Index = IntArray | slice


def index_of(positions: IntArray) -> Index:
    """Return evenly spaced, rising positions as a slice, which indexes without a copy; others as they are."""
    if not len(positions):
        return slice(0, 0)
    first, last = int(positions[0]), int(positions[-1])
    step = int(positions[1]) - first if len(positions) > 1 else 1
    rising = step > 0 and np.array_equal(positions, np.arange(first, last + 1, step))
    return slice(first, last + 1, step) if rising else positions
