"""Where do conductances end after a step? One compiled pass over them."""

import numpy as np

from ebana_like.compiled import njit, prange
from ebana_like.elements import FloatArray, OuterProducts, Signal

COLUMNS = 16
"""Written out together: products of 16 columns with 784 inputs stay in the second-level cache until they are used."""


def moved(conductance: FloatArray, direction: Signal, step: float, low: float, high: float) -> FloatArray:
    """Return conductance - step * direction, clamped to the range, (n,), siemens; NaN stays NaN.

    A direction of outer products is never written out: for 1570 x 100 conductances and 20 samples product and step
    take 0.48 ms instead of 0.58, for 1570 x 1024 they take 6.5 ms instead of 10.4 (one core).
    """
    if isinstance(direction, OuterProducts):
        columns = direction.change.shape[1]
        return _moved_by_products(
            conductance.reshape(columns, -1),
            direction.constant,
            np.ascontiguousarray(direction.change.T),
            np.ascontiguousarray(direction.rows),
            direction.mirrored,
            step,
            low,
            high,
        ).ravel()
    return _moved(conductance, direction, step, low, high)


@njit(nogil=True, error_model="numpy")
def _clamped(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


@njit(nogil=True, error_model="numpy")
def _moved(conductance, direction, step, low, high):
    """Three times less memory is moved than by numpy: 0.056 instead of 0.138 ms for 157,000 conductances."""
    result = np.empty_like(conductance)
    for k in range(len(result)):
        result[k] = _clamped(conductance[k] - step * direction[k], low, high)
    return result


@njit(parallel=True, nogil=True, error_model="numpy")
def _moved_by_products(conductance, constant, change, rows, mirrored, step, low, high):
    columns = len(conductance)
    result = np.empty_like(conductance)
    for block in prange((columns + COLUMNS - 1) // COLUMNS):
        first = block * COLUMNS
        last = min(first + COLUMNS, columns)
        products = np.dot(change[first:last], rows)
        for j in range(first, last):
            g, moving, product = conductance[j], result[j], products[j - first]
            if mirrored:
                for i in range(len(product)):
                    moving[2 * i] = _clamped(g[2 * i] - step * (constant[j] - product[i]), low, high)
                    moving[2 * i + 1] = _clamped(g[2 * i + 1] - step * (constant[j] + product[i]), low, high)
            else:
                for i in range(len(product)):
                    moving[i] = _clamped(g[i] - step * (constant[j] - product[i]), low, high)
    return result
