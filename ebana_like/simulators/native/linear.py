"""How are the linear equations of many points solved? Dense where matrices are small or full, sparse elsewhere."""

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from ebana_like.elements import FloatArray
from ebana_like.simulators.native.stamps import Pattern

SMALL = 150
"""Unknowns up to which dense LAPACK is faster than sparse LU whatever the pattern (n=210: 0.28 against 1.14 ms)."""

FULL, DENSE_LIMIT = 0.1, 1500
"""Share of non-zeros above which dense stays faster, and the size at which memory ends that."""


def is_dense(pattern: Pattern) -> bool:
    """Say which of the two ways suits the pattern."""
    n = pattern.size
    return n <= SMALL or (n <= DENSE_LIMIT and len(pattern.rows) > FULL * n * n)


def solve_linear(pattern: Pattern, entries: FloatArray, right: FloatArray, transposed: bool = False) -> FloatArray:
    """Solve J x = right at every point, or J' x = right; NaN where J is singular.

    entries: (points, places). right: (points, unknowns). Returns (points, unknowns).
    """
    if not is_dense(pattern):
        return np.stack([_sparse(pattern, e, r, transposed) for e, r in zip(entries, right, strict=True)])
    matrices = np.zeros((len(right), pattern.size, pattern.size))
    matrices[:, pattern.rows, pattern.columns] = entries
    if transposed:
        matrices = matrices.transpose(0, 2, 1)
    try:
        return np.asarray(np.linalg.solve(matrices, right[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.stack([_dense(matrix, r) for matrix, r in zip(matrices, right, strict=True)])


def _dense(matrix: FloatArray, right: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:
        return np.full_like(right, np.nan)


def _sparse(pattern: Pattern, entries: FloatArray, right: FloatArray, transposed: bool) -> FloatArray:
    matrix = csc_array((entries, pattern.rows, pattern.starts), shape=(pattern.size, pattern.size))
    try:
        return np.asarray(splu(matrix).solve(right, trans="T" if transposed else "N"))
    except RuntimeError:  # "Factor is exactly singular"
        return np.full_like(right, np.nan)
