"""What does a crossbar learn by, before it is written out? A sum of outer products, one a sample: what a row holds
times how its columns moved.

A batch of 20 says in 36,000 numbers what 157,000 conductances do. Update rules that are linear in the gradient take it
as it is; `dense` writes it out for all others.
"""

from dataclasses import dataclass, replace

import numpy as np

from ebana_like.values import FloatArray


@dataclass(frozen=True, eq=False)
class OuterProducts:
    """The learning signal of a crossbar whose rows stand still while it is nudged.

    Element (i, j), from row i to column j: constant_j - sum over samples of change_j rows_i.

    constant: (columns,). change: (samples, columns). rows: (samples, rows).
    mirrored: whether the crossbar has twice as many rows, each followed by one at the opposite voltages: doubled
        inputs. The products of both are the same but for the sign.
    """

    constant: FloatArray
    change: FloatArray
    rows: FloatArray
    mirrored: bool

    def __mul__(self, factor: float) -> "OuterProducts":
        return replace(self, constant=factor * self.constant, change=factor * self.change)

    def dense(self) -> FloatArray:
        """Return the signal of every element, column by column as the bank has them, (columns * rows,)."""
        products, constant = self.change.T @ self.rows, self.constant[:, None]
        if self.mirrored:
            return np.stack([constant - products, constant + products], axis=-1).ravel()
        return (constant - products).ravel()

    def squared_norm(self) -> float:
        """Return the sum of the squares of all elements' signals."""
        rows = self.rows.shape[1]
        squares = np.vdot(self.change @ self.change.T, self.rows @ self.rows.T) + rows * np.vdot(
            self.constant, self.constant
        )
        if self.mirrored:
            return float(2 * squares)
        return float(squares - 2 * (self.change @ self.constant) @ self.rows.sum(axis=1))


Signal = FloatArray | OuterProducts
"""A learning signal: an array (n,), or products that stand for one."""


def dense(signal: Signal) -> FloatArray:
    """Return the signal of each element, (n,)."""
    return signal.dense() if isinstance(signal, OuterProducts) else signal


def squared_norm(signal: Signal) -> float:
    """Return the sum of the squares of all elements' signals."""
    return signal.squared_norm() if isinstance(signal, OuterProducts) else float(np.vdot(signal, signal))
