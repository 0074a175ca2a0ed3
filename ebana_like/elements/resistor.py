"""What does a resistor contribute? Current g v, pseudo-power g v^2 / 2, and the learning signal v^2 / 2."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.index import Index, index_of
from ebana_like.elements.law import CurrentLaw
from ebana_like.elements.numbers import conductance, conductances, resistances
from ebana_like.elements.signal import OuterProducts, Signal
from ebana_like.elements.synapses import Synapses
from ebana_like.elements.term import Flow
from ebana_like.elements.written import Numbered, Written, columns_of, numbers
from ebana_like.values import FloatArray, IntArray


def grid_of(positive: IntArray, negative: IntArray) -> tuple[IntArray, IntArray] | None:
    """Return nodes (rows, columns) where elements from one to the other are a crossbar, column by column; else None."""
    if not len(positive):
        return None
    width = int(np.argmax(negative != negative[0])) or len(negative)
    rows, columns = positive[:width], negative[::width]
    if len(positive) != width * len(columns):
        return None
    above, below = (nodes.reshape(len(columns), width) for nodes in (positive, negative))
    is_grid = (above == rows).all() and (below == columns[:, None]).all()
    return (rows, columns) if is_grid else None


@dataclass(frozen=True, eq=False)
class OhmsLaw(CurrentLaw):
    """Elements whose current is proportional to their drop. conductance: (n,), siemens."""

    letter: ClassVar[str] = "r"
    linear: ClassVar[bool] = True
    by_drops: ClassVar[bool] = True

    conductance: FloatArray

    @property
    def term(self) -> Flow:
        return Flow(self.conductance, (self.positive, self.negative))

    def current(self, drop: FloatArray) -> FloatArray:
        return self.conductance * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        return np.broadcast_to(self.conductance, drop.shape)

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        return self.conductance * drop**2 / 2


@dataclass(frozen=True, eq=False)
class Resistors(OhmsLaw, Synapses):
    """Resistors: the synapses of the network.

    conductance: (n,), siemens, above zero.
    """

    kind: ClassVar[str] = "resistor"
    programmed: ClassVar[str] = "conductance"

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        columns = columns_of(elements)
        siemens = conductances(columns.values)
        if siemens is None:
            siemens = numbers(elements, conductance, "a resistance above zero")
        return cls(name, tuple(columns.labels), *nodes.ends(elements), siemens)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        positive, negative = self.positive.tolist(), self.negative.tolist()
        return [
            f"{label} {nodes[p]} {nodes[n]} {ohms}"
            for label, p, n, ohms in zip(self.labels, positive, negative, resistances(self.conductance), strict=True)
        ]

    def pseudo_power_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        """Return dp/dg = v^2 / 2, volts squared: all that equilibrium propagation reads of a resistor."""
        return drop**2 / 2

    def current_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        return drop

    @cached_property
    def grid(self) -> tuple[IntArray, IntArray] | None:
        """Nodes (rows, columns) where the bank is a crossbar, written column by column; else None."""
        return grid_of(self.positive, self.negative)

    def connections(self) -> list[tuple[IntArray, IntArray]]:
        if self.grid is None:
            return super().connections()
        rows, columns = self.grid  # all rows hang together by one column, and all columns by one row
        return [(rows, np.full_like(rows, columns[0])), (np.full_like(columns, rows[0]), columns)]

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        """Return the signal of `CurrentLaw.learning_signal`, a crossbar's as outer products where its rows stand still.

        With V_0 the free phase, v^2 - v_0^2 = (v - v_0)(v + v_0) keeps the digits that subtracting squares would
        lose. For a crossbar this splits into sums over rows and over columns and the matrix products of both.
        """
        factors = coefficients[1:, :, None] / 2
        if self._ports is None:
            change, total = _change_and_total(self.drop(voltages))
            return np.asarray((factors * change * total).sum(axis=(0, 1)))
        rows, columns = (voltages[..., nodes] for nodes in self._ports)
        change, total = _change_and_total(columns)
        change *= factors
        squares = (change * total).sum(axis=(0, 1))
        if (rows[1:] == rows[0]).all():  # inputs do not move: all phases have the same factor
            rows = rows[0]
            mirrored = rows.shape[-1] % 2 == 0 and np.array_equal(rows[:, 1::2], -rows[:, ::2])
            return OuterProducts(squares, 2 * change.sum(axis=0), rows[:, :: 2 if mirrored else 1], mirrored)
        row_change, row_total = _change_and_total(rows)
        row_change *= factors
        row_squares = (row_change * row_total).sum(axis=(0, 1))
        of_columns = [_flat(change), _flat(total), squares[None], np.ones((1, columns.shape[-1]))]
        of_rows = [-_flat(row_total), -_flat(row_change), np.ones((1, rows.shape[-1])), row_squares[None]]
        return np.asarray((np.concatenate(of_columns).T @ np.concatenate(of_rows)).ravel())

    @cached_property
    def _ports(self) -> tuple[Index, Index] | None:
        """Rows and columns of the grid, as they index voltages."""
        return None if self.grid is None else (index_of(self.grid[0]), index_of(self.grid[1]))


def _flat(values: FloatArray) -> FloatArray:
    """Return (phases, batch, n) as (phases * batch, n)."""
    return values.reshape(-1, values.shape[-1])


def _change_and_total(voltages: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return V - V_0 and V + V_0 for the nudged phases V of (phases, batch, n) voltages, V_0 the first."""
    return voltages[1:] - voltages[0], voltages[1:] + voltages[0]
