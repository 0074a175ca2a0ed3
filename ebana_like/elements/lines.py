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
    """Return s of every cell's row and column, (rows, columns) each.

    g: siemens, (rows, columns). row, column: ohms of a segment. driver, sense: of the first one at a row's port, and of
    the last one at a column's.
    """
    rows, columns = g.shape
    along, down = np.empty_like(g), np.empty_like(g)
    for i in range(rows):
        seen = 0.0
        for j in range(columns - 1, -1, -1):
            seen += g[i, j]
            along[i, j] = 1 / (1 + (row if j else driver) * seen)
            seen *= along[i, j]
    seen_down = np.zeros(columns)
    for i in range(rows):
        ohms = column if i < rows - 1 else sense
        for j in range(columns):
            seen = g[i, j] + seen_down[j]
            down[i, j] = 1 / (1 + ohms * seen)
            seen_down[j] = seen * down[i, j]
    return along, down


@njit(nogil=True)
def _solve_row(g, along, row, driver, volts, b, i, w):
    """Solve row i: w (columns, LANES) given b (rows, columns, LANES) and the port's volts (rows, LANES)."""
    columns = g.shape[1]
    first = i * columns * LANES
    last = columns - 1
    combine(w, last * LANES, g[i, last], b, first + last * LANES, 0.0, b, first)
    for j in range(columns - 2, -1, -1):
        at = j * LANES
        combine(w, at, g[i, j], b, first + at, along[i, j + 1], w, at + LANES)
    share = along[i, 0]
    combine(w, 0, share, volts, i * LANES, share * driver, w, 0)
    for j in range(1, columns):
        at, share = j * LANES, along[i, j]
        combine(w, at, share, w, at - LANES, share * row, w, at)


@njit(nogil=True)
def sweep(g, along, down, row, driver, column, sense, volts, ends, b, scale):
    """Solve all rows, then all columns; b, voltages of the columns' nodes (rows, columns, LANES), is replaced.

    volts, ends: of the ports, (rows, LANES) and (columns, LANES). Returns by how much b moved, the largest of the
    rows looked at, times `scale` (LANES,).
    """
    rows, columns = g.shape
    wide = columns * LANES
    w = np.empty((columns, LANES), b.dtype)
    before = np.empty(((rows - 1) // SAMPLED + 1, columns, LANES), b.dtype)
    for i in range(rows):
        if i % SAMPLED == 0:
            before[i // SAMPLED] = b[i]
        _solve_row(g, along, row, driver, volts, b, i, w)
        here = i * wide
        for j in range(columns):
            at = j * LANES
            if i == 0:
                combine(b, at, g[0, j], w, at, 0.0, w, at)
            else:
                combine(b, here + at, g[i, j], w, at, down[i - 1, j], b, here - wide + at)
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
def drops(g, along, row, driver, volts, b, found):
    """Set the cells' own drops, (rows, columns, LANES)."""
    rows, columns = g.shape
    w = np.empty((columns, LANES))
    for i in range(rows):
        _solve_row(g, along, row, driver, volts, b, i, w)
        for j in range(columns):
            at, cell = j * LANES, (i * columns + j) * LANES
            combine(found, cell, 1.0, w, at, -1.0, b, cell)


@njit(nogil=True)
def port_currents(g, along, row, driver, volts, b, of_rows, of_columns):
    """Add what flows in at the rows' and out at the columns' ports, (rows, LANES), (columns, LANES): sums of cells."""
    rows, columns = g.shape
    w, u = np.empty((columns, LANES)), np.empty((columns, LANES))
    for i in range(rows):
        _solve_row(g, along, row, driver, volts, b, i, w)
        for j in range(columns):
            at, cell = j * LANES, (i * columns + j) * LANES
            combine(u, at, 1.0, w, at, -1.0, b, cell)
            combine(of_columns, at, g[i, j], u, at, 1.0, of_columns, at)
            combine(of_rows, i * LANES, g[i, j], u, at, 1.0, of_rows, i * LANES)


@njit(nogil=True)
def add_products(g, along, row, driver, volts, b, other_volts, other, total):
    """Add the products of each cell's drops in two fields, summed over lanes, to a total (rows, columns)."""
    rows, columns = g.shape
    w, x = np.empty((columns, LANES)), np.empty((columns, LANES))
    for i in range(rows):
        _solve_row(g, along, row, driver, volts, b, i, w)
        _solve_row(g, along, row, driver, other_volts, other, i, x)
        for j in range(columns):
            at, cell = j * LANES, (i * columns + j) * LANES
            total[i, j] += product(w, at, b, cell, x, at, other, cell)
