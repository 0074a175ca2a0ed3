"""What does it do to a layer's equations that its columns are read against one more column, of constant resistors?

Let u_k be column k's voltage above the reference, r, and v_j the rows' voltages. Neurons, amplifiers and nudges between
a column and the reference bring there what they take here: currents into all columns and the reference add up to none,

    r = (sum_j R_j v_j - sum_k G_k u_k) / S,    G_k = sum_j g_jk,  R_j = sum_k g_jk + c_j,  S = sum_j R_j.

Put in, the equations of the u alone are those of a network read against ground with

    g_jk - R_j G_k / S    in place of g_jk where it multiplies a voltage of the other side,

so a conductance below the mean weighs less than nothing, and two couplings of rank one beside the D: between the
columns G_k sum_l G_l u_l / S, and B R_j sum_i R_i A u_i / S between the neurons that drive the rows.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class ReferenceSums(NamedTuple):
    """Sums of a crossbar read against a column more.

    columns: G, (columns,), siemens. rows: R, (rows,), siemens. whole: S, (), siemens.
    constant: what rows at constant voltages add to the currents R v, (), amperes; of the first crossbar.
    """

    columns: Array
    rows: Array
    whole: Array
    constant: Array | float = 0.0

    def seen(self, matrix: Array) -> Array:
        """Return what multiplies voltages, (columns, rows), siemens, given the conductances."""
        return matrix - jnp.outer(self.columns, self.rows / self.whole)

    def raised(self, v: Array) -> Array:
        """Return the reference's voltage, (...,), while rows are at v, (..., rows), and the columns where it is."""
        return (v @ self.rows + self.constant) / self.whole

    def lowered(self, u: Array) -> Array:
        """Return by how much columns at u above it, (..., columns), bring the reference down, (...,)."""
        return u @ self.columns / self.whole


Share = tuple[Array, Array]
"""A coupling of rank one: what flows into each node, (nodes,), of the sum of the second, (nodes,), times voltages."""


def shared(shares: list[Share], v: Array) -> Array | float:
    """Return the currents into a layer's nodes at voltages v, (points, nodes), by what couples them."""
    return sum(((v @ of)[:, None] * into for into, of in shares), 0.0)
