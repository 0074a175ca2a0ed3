"""Where does each element stand in the matrix? Stamps, collected once and summed by one sparse product."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ebana_like.elements import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Pattern:
    """The places of a square matrix that are not always zero, column by column.

    rows, starts: of the places, in the compressed-sparse-column convention.
    columns: of the places, (places,).
    coefficients: how many numbers the matrix is made of.
    varying: which of them differ from point to point.
    fixed, changing: how all the coefficients, and the varying ones, add up to entries; (places, ...).
    """

    size: int
    rows: IntArray
    columns: IntArray
    starts: IntArray
    coefficients: int
    varying: IntArray
    fixed: csr_array
    changing: csr_array

    def position(self, part: slice) -> slice:
        """Where a run of coefficients, all varying, stands among the varying ones."""
        first = int(np.searchsorted(self.varying, part.start))
        return slice(first, first + part.stop - part.start)

    def entries(self, base: FloatArray, varying: FloatArray) -> FloatArray:
        """Return the matrix entries, (points, places), for base (coefficients,) and varying (points, varying)."""
        return np.asarray(self.fixed @ base + (self.changing @ varying.T).T)


class Stamps:
    """Collects stamps `sign * coefficient` at (row, column), named by circuit quantities.

    row_of: the unknown's number of every quantity, -1 where it is known.
    """

    def __init__(self, row_of: IntArray) -> None:
        self._row_of = row_of
        self._parts: list[tuple[IntArray, IntArray, IntArray, FloatArray]] = []

    def add(self, rows: IntArray, columns: IntArray, coefficients: IntArray, sign: float) -> None:
        """Add one stamp for each of the (n,) rows, columns and coefficients."""
        i, j = self._row_of[rows], self._row_of[columns]
        kept = (i >= 0) & (j >= 0)
        self._parts.append((i[kept], j[kept], coefficients[kept], np.full(int(kept.sum()), sign)))

    def pattern(self, coefficients: int, varying: IntArray) -> Pattern:
        """Return where the stamps stand, and how coefficients add up to matrix entries."""
        rows, columns, numbers, signs = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        size = int(self._row_of.max()) + 1
        places, place_of = np.unique(columns * size + rows, return_inverse=True)
        adding = csr_array((signs, (place_of, numbers)), shape=(len(places), coefficients))
        is_varying = np.zeros(coefficients)
        is_varying[varying] = 1
        fixed = csr_array(adding.multiply(1 - is_varying))
        return Pattern(
            size=size,
            rows=places % size,
            columns=places // size,
            starts=np.searchsorted(places // size, np.arange(size + 1)),
            coefficients=coefficients,
            varying=varying,
            fixed=fixed,
            changing=csr_array(adding.tocsc()[:, varying]),
        )
