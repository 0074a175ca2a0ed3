"""How does a crossbar join two layers, whole batches at a time? As a matrix, in mirror, or through windows.

Its conductances are (columns, rows), siemens, or (2, columns, rows) where each row stands a second time at the opposite
voltage. Seen through windows they are (sides, channels, rows of a window), and (sides, windows, channels, rows of a
window) where each window has its own; sides are one, or two in mirror. Columns are then channel * windows + window.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class Windows(NamedTuple):
    """Through what a crossbar sees the layer before.

    rows: that each window holds, (windows, rows of one). back: where each row stands among the windows' rows, one
        behind the other, (rows, most); the number of all of them where it stands in fewer.
    """

    rows: Array
    back: Array


def signed(windows: Windows | None, g: Array) -> Array:
    """Return what multiplies voltages: conductances, less those in mirror."""
    if windows is None:
        return g if g.ndim == 2 else g[0] - g[1]
    return g[0] if g.shape[0] == 1 else g[0] - g[1]


def total(windows: Windows | None, g: Array) -> Array:
    """Return what loads nodes: conductances, and those in mirror too."""
    if windows is None:
        return g if g.ndim == 2 else g[0] + g[1]
    return g[0] if g.shape[0] == 1 else g[0] + g[1]


def in_mirror(windows: Windows | None, g: Array) -> bool:
    """Whether rows stand in mirror."""
    return g.ndim == 3 if windows is None else g.shape[0] == 2


def into_columns(windows: Windows | None, weights: Array, v: Array) -> Array:
    """Return currents into the columns, (points, columns), of rows at v, (points, rows)."""
    if windows is None:
        return v @ weights.T
    seen = v[:, windows.rows]
    if weights.ndim == 3:
        found = jnp.einsum("npf,pcf->ncp", seen, weights)
    else:
        found = (seen.reshape(-1, seen.shape[2]) @ weights.T).reshape(*seen.shape[:2], -1).swapaxes(1, 2)
    return found.reshape(len(v), -1)


def into_rows(windows: Windows | None, weights: Array, o: Array) -> Array:
    """Return currents into the rows, (points, rows), of columns at o, (points, columns)."""
    if windows is None:
        return o @ weights
    columns = _channels(windows, o)
    if weights.ndim == 3:
        seen = jnp.einsum("ncp,pcf->npf", columns, weights)
    else:
        seen = jnp.einsum("ncp,cf->npf", columns, weights)
    flat = seen.reshape(len(o), -1)
    return jnp.pad(flat, ((0, 0), (0, 1)))[:, windows.back].sum(axis=2)


def column_sums(windows: Windows | None, totals: Array) -> Array:
    """Return the conductance at each column, (columns,)."""
    return per_column(windows, totals.sum(axis=-1))


def row_sums(windows: Windows | None, totals: Array) -> Array:
    """Return the conductance at each row, (rows,)."""
    if windows is None:
        return totals.sum(axis=0)
    channels = totals.shape[-2]
    return into_rows(windows, totals, jnp.ones((1, channels * len(windows.rows)), totals.dtype))[0]


def per_column(windows: Windows | None, each: Array) -> Array:
    """Return numbers of channels, (channels,) or (windows, channels), for all columns, (columns,)."""
    if windows is None:
        return each
    return jnp.repeat(each, len(windows.rows)) if each.ndim == 1 else each.T.ravel()


def per_value(windows: Windows | None, weights: Array, each: Array) -> Array:
    """Return numbers of columns, (columns,), summed over those that share their values; behind them an axis for rows.

    weights: whose values they are.
    """
    if windows is None:
        return each[:, None]
    columns = each.reshape(-1, len(windows.rows))
    return columns.T[..., None] if weights.ndim == 3 else columns.sum(axis=1)[:, None]


def per_row(windows: Windows | None, weights: Array, each: Array) -> Array:
    """Return numbers of rows, (rows,), summed over the windows that share their values, to be added to `per_value`."""
    if windows is None:
        return each
    seen = each[windows.rows]
    return seen[:, None, :] if weights.ndim == 3 else seen.sum(axis=0)


def outer(windows: Windows | None, weights: Array, columns: Array, rows: Array) -> Array:
    """Return the sum over points of products of columns (points, columns) and rows (points, rows), by values."""
    if windows is None:
        return columns.T @ rows
    of_channels, seen = _channels(windows, columns), rows[:, windows.rows]
    if weights.ndim == 3:
        return jnp.einsum("ncp,npf->pcf", of_channels, seen)
    flat = of_channels.swapaxes(1, 2).reshape(-1, of_channels.shape[1])
    return flat.T @ seen.reshape(-1, seen.shape[2])


def products(
    windows: Windows | None, g: Array, factors: Array, rows: tuple[Array, Array], columns: tuple[Array, Array]
) -> Array:
    """Return the sum over points of factor (r - c) (r' - c') for all columns c and rows r, by conductances.

    factors: (points, 1) or one for each column. Rows in mirror are at -r.
    """
    row, other_row = rows
    column, other_column = factors * columns[0], factors * columns[1]
    weights = signed(windows, g)
    squares = per_value(windows, weights, (columns[0] * other_column).sum(axis=0)) + per_row(
        windows, weights, (factors * row * other_row).sum(axis=0)
    )
    if not in_mirror(windows, g):
        found = squares - outer(windows, weights, column, other_row) - outer(windows, weights, other_column, row)
        return found if windows is None else found[None]
    crossed = outer(windows, weights, column, other_row) + outer(windows, weights, other_column, row)
    return jnp.stack([squares - crossed, squares + crossed])


def _channels(windows: Windows, columns: Array) -> Array:
    """Return (points, columns) as (points, channels, windows)."""
    return columns.reshape(len(columns), -1, len(windows.rows))
