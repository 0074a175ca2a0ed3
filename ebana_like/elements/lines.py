"""How are the wires of a crossbar solved? Line after line, each exactly; loops over cells, compiled by numba.

A chain of segments of r ohms with cells g_k to known voltages x_k is eliminated from its far end, as what is seen there
(Y siemens, J amperes):

    Y_k = g_k + s_(k+1) Y_(k+1),    J_k = g_k x_k + s_(k+1) J_(k+1),    s_k = 1 / (1 + r Y_k),

and back from the port: v_k = s_k (v_(k-1) + r J_k). Nothing is divided by r, so wires of 0 ohms are as good as others.
Rows begin at their port, columns end at theirs. `LANES` right sides stand side by side in the last axis.
"""

import numpy as np

from ebana_like.compiled import njit
from ebana_like.elements.lanes import LANES, combine, product

SAMPLED = 16
"""Every so many rows a sweep looks at how far it moved: along a column, voltages are smooth."""


@njit(nogil=True)
def factored(g, row, driver, column, sense):
    """Return s of every cell's row and column, (rows, columns) each, and Y at the ports, (rows,) and (columns,).

    g: siemens, (rows, columns). row, column: ohms of a segment. driver, sense: of the first one at a row's port, and of
    the last one at a column's. Y is what is seen behind that one.
    """
    rows, columns = g.shape
    along, down, of_rows, of_columns = np.empty_like(g), np.empty_like(g), np.empty(rows), np.zeros(columns)
    for i in range(rows):
        seen = 0.0
        for j in range(columns - 1, -1, -1):
            seen += g[i, j]
            along[i, j] = 1 / (1 + (row if j else driver) * seen)
            of_rows[i] = seen
            seen *= along[i, j]
    for i in range(rows):
        ohms = column if i < rows - 1 else sense
        for j in range(columns):
            seen = g[i, j] + (of_columns[j] * down[i - 1, j] if i else 0.0)
            down[i, j] = 1 / (1 + ohms * seen)
            of_columns[j] = seen
    return along, down, of_rows, of_columns


@njit(nogil=True)
def _see_row(g, along, b, first, i, w):
    """Set what is seen as J at the cells of row i, w (columns, LANES), given what stands in b from `first` on."""
    columns = g.shape[1]
    last = columns - 1
    combine(w, last * LANES, g[i, last], b, first + last * LANES, 0.0, b, first)
    for j in range(columns - 2, -1, -1):
        at = j * LANES
        combine(w, at, g[i, j], b, first + at, along[i, j + 1], w, at + LANES)


@njit(nogil=True)
def _solve_row(g, along, row, driver, volts, i, w):
    """Turn what is seen at the cells of row i into their voltages, (columns, LANES); volts: at ports, (rows, LANES)."""
    columns = g.shape[1]
    share = along[i, 0]
    combine(w, 0, share, volts, i * LANES, share * driver, w, 0)
    for j in range(1, columns):
        at, share = j * LANES, along[i, j]
        combine(w, at, share, w, at - LANES, share * row, w, at)


@njit(nogil=True)
def sweep(g, along, down, row, driver, column, sense, volts, ends, start, b, scale):
    """Solve all rows, then all columns.

    volts, ends: of the ports, (rows, LANES) and (columns, LANES). start: voltages of the columns' nodes before, (rows,
    columns, LANES), or of one row for all. b: set to those afterwards; may be the same array. Returns by how much they
    moved, the largest of the rows looked at, times `scale` (LANES,).
    """
    rows, columns = g.shape
    wide = columns * LANES
    step = wide if len(start) > 1 else 0
    w = np.empty((columns, LANES))
    before = np.empty(((rows - 1) // SAMPLED + 1, columns, LANES))
    for i in range(rows):
        if i % SAMPLED == 0:
            for j in range(columns):
                for lane in range(LANES):  # not in one line: numba takes seconds to compile the words of its error
                    before[i // SAMPLED, j, lane] = start[i if step else 0, j, lane]
        _see_row(g, along, start, i * step, i, w)
        _solve_row(g, along, row, driver, volts, i, w)
        _see_columns(g, down, w, i, b)
    last = (rows - 1) * wide
    for j in range(columns):
        at, share = j * LANES, down[rows - 1, j]
        combine(b, last + at, share, ends, at, share * sense, b, last + at)
    for i in range(rows - 2, -1, -1):
        here = i * wide
        for j in range(columns):
            at, share = here + j * LANES, down[i, j]
            combine(b, at, share, b, at + wide, share * column, b, at)
    moved = 0.0
    for k in range(len(before)):
        for j in range(columns):
            for lane in range(LANES):
                moved = max(moved, abs(b[k * SAMPLED, j, lane] - before[k, j, lane]) * scale[lane])
    return moved


@njit(nogil=True)
def _see_columns(g, down, w, i, b):
    """Set row i of b to what is seen as J at its cells of the columns."""
    columns = g.shape[1]
    here = i * columns * LANES
    for j in range(columns):
        at = j * LANES
        if i == 0:
            combine(b, at, g[0, j], w, at, 0.0, w, at)
        else:
            combine(b, here + at, g[i, j], w, at, down[i - 1, j], b, here - columns * LANES + at)


@njit(nogil=True)
def port_currents(g, along, down, row, driver, seen_rows, seen_columns, volts, ends, b, of_rows, of_columns):
    """Set what flows in at the rows' and out at the columns' ports, (rows, LANES), (columns, LANES).

    seen_rows, seen_columns: Y at the ports. All rows are solved once more; of the columns it takes what is seen alone.
    """
    rows, columns = g.shape
    w, seen = np.empty((columns, LANES)), np.zeros((columns, LANES))
    for i in range(rows):
        _see_row(g, along, b, i * columns * LANES, i, w)
        share = along[i, 0]
        combine(of_rows, i * LANES, share * seen_rows[i], volts, i * LANES, -share, w, 0)
        _solve_row(g, along, row, driver, volts, i, w)
        for j in range(columns):
            at = j * LANES
            combine(seen, at, g[i, j], w, at, down[i - 1, j] if i else 0.0, seen, at)
    for j in range(columns):
        at, share = j * LANES, down[rows - 1, j]
        combine(of_columns, at, share, seen, at, -share * seen_columns[j], ends, at)


@njit(nogil=True)
def drops(g, along, row, driver, volts, b, found):
    """Set the cells' own drops, (rows, columns, LANES)."""
    rows, columns = g.shape
    w = np.empty((columns, LANES))
    for i in range(rows):
        _see_row(g, along, b, i * columns * LANES, i, w)
        _solve_row(g, along, row, driver, volts, i, w)
        for j in range(columns):
            at, cell = j * LANES, (i * columns + j) * LANES
            combine(found, cell, 1.0, w, at, -1.0, b, cell)


@njit(nogil=True)
def add_products(g, along, row, driver, volts, b, other_volts, other, total):
    """Add the products of each cell's drops in two fields, summed over lanes, to a total (rows, columns)."""
    rows, columns = g.shape
    w, x = np.empty((columns, LANES)), np.empty((columns, LANES))
    for i in range(rows):
        _see_row(g, along, b, i * columns * LANES, i, w)
        _solve_row(g, along, row, driver, volts, i, w)
        _see_row(g, along, other, i * columns * LANES, i, x)
        _solve_row(g, along, row, driver, other_volts, i, x)
        for j in range(columns):
            at, cell = j * LANES, (i * columns + j) * LANES
            total[i, j] += product(w, at, b, cell, x, at, other, cell)
