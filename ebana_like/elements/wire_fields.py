"""What does a crossbar with wires do between its ports? Voltages at its cells, and what it is reduced to.

All rows are solved exactly, then all columns, and so on: a sweep brings every voltage nearer to its value by at least
the factor `Fields.contraction`. Where that is far from zero, Chebyshev's method takes larger steps.

Kron's reduction of resistors is resistors again: seen from its ports the crossbar is one without wires, of other
conductances, beside resistors between its columns, and between its rows.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from threading import Lock, RLock
from typing import TypeVar

import numpy as np

from ebana_like.elements.lanes import LANES
from ebana_like.elements.lines import add_products, drops, factored, port_currents, sweep
from ebana_like.elements.wires import Wires
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray

TOLERANCE = 1e-11
"""Of the largest voltage at a port: what every voltage inside is known to."""

GRADIENT_TOLERANCE = 1e-8
"""The same where drops are multiplied for a gradient: a sweep less, and still a hundredth of what is asked for."""

ROUNDING = 4e-15
"""Of the largest voltage at a port: sweeps that move nothing by more have come to an end."""

SLOW = 0.1
"""Contraction from which Chebyshev's method is worth its memory."""

SWEEPS = 5000

CHUNKS = 8
"""Parts that sums over fields are taken in, whatever the number of threads: so they have always the same bits."""

KEPT_BYTES = 2**30
"""Unit fields that together take no more are kept from the reduction for the gradient."""

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Group:
    """Up to `LANES` fields. volts, ends: at the ports of rows and columns, (rows, LANES), (columns, LANES).

    b: at the columns' nodes, (rows, columns, LANES).
    """

    volts: FloatArray
    ends: FloatArray
    b: FloatArray


@dataclass(frozen=True, eq=False)
class Reduced:
    """Resistors that stand for a crossbar with wires, siemens, none below zero.

    across: from every row to every column, (columns, rows). columns: between columns, (columns, columns), zero on the
    diagonal. rows: between rows, alike; None where it was not asked for.
    """

    across: FloatArray
    columns: FloatArray
    rows: FloatArray | None


class Fields:
    """The voltages inside one crossbar, for any voltages at its ports.

    g: siemens, (rows, columns), read only. spare: arrays (rows, columns, LANES) to be used. Several threads may use it.
    Raises CircuitError where the wires are so resistive that sweeps end nowhere.
    """

    def __init__(self, g: FloatArray, wires: Wires, spare: Sequence[FloatArray] = ()) -> None:
        self.g, self.wires = g, wires
        self._spare = list(spare)
        self._lock = RLock()
        self._driver, self._sense = wires.row + wires.driver, wires.column + wires.sense
        self._along, self._down, self._rows, self._columns = factored(
            g, wires.row, self._driver, wires.column, self._sense
        )
        rows_left, columns_left = (part.prod(axis=axis).min() for part, axis in ((self._along, 1), (self._down, 0)))
        self.contraction = float((1 - rows_left) * (1 - columns_left))
        self._units: tuple[list[Group], list[Group]] | None = None

    def solve(self, volts: FloatArray, ends: FloatArray, tolerance: float = TOLERANCE) -> Group:
        """Return fields of up to `LANES` sets of port voltages: (rows, LANES), (columns, LANES)."""
        largest = np.maximum(np.abs(volts).max(axis=0), np.abs(ends).max(axis=0))
        scale = 1 / np.where(largest > 0, largest, 1.0)
        enough = self._enough(tolerance)
        if self.contraction > SLOW:
            return Group(volts, ends, self._accelerated(volts, ends, scale, enough))
        start, b = ends[None], self._array()
        for _ in range(SWEEPS):
            if self._sweep(volts, ends, start, b, scale) <= enough:
                return Group(volts, ends, b)
            start = b
        raise self._error()

    def _array(self) -> FloatArray:
        """Return an array for a group: a new one would take as long as a sweep to be touched first."""
        try:
            return self._spare.pop()
        except IndexError:
            return np.empty((*self.g.shape, LANES))

    def given_up(self) -> list[FloatArray]:
        """Forget the unit fields; return all arrays that are free then."""
        with self._lock:
            units = [] if self._units is None else [*self._units[0], *self._units[1]]
            self._units = None
            spare, self._spare = [*self._spare, *(group.b for group in units)], []
            return spare

    def _enough(self, tolerance: float) -> float:
        """Return by how much the last sweep may move, of the largest voltage at a port."""
        rho = self.contraction
        return max(tolerance * (1 - rho), ROUNDING * rho) / max(rho, float(np.finfo(float).tiny))

    def _sweep(self, volts: FloatArray, ends: FloatArray, start: FloatArray, b: FloatArray, scale: FloatArray) -> float:
        wires = self.wires
        resistances = wires.row, self._driver, wires.column, self._sense
        return float(sweep(self.g, self._along, self._down, *resistances, volts, ends, start, b, scale))

    def _accelerated(self, volts: FloatArray, ends: FloatArray, scale: FloatArray, enough: float) -> FloatArray:
        """Chebyshev's semi-iteration on sweeps, whose eigenvalues lie between 0 and the contraction."""
        rho, b = self.contraction, self._array()
        b[:] = ends
        sigma, gamma, omega = rho / (2 - rho), 2 / (2 - rho), 1.0
        before = b
        for number in range(SWEEPS):
            after = self._array()
            if self._sweep(volts, ends, b, after, scale) <= enough:
                return after
            if number:
                omega = 1 / (1 - sigma**2 / (2 if number == 1 else 4 / omega))
            after -= b
            after *= gamma
            after += b
            if number:
                after -= before
                after *= omega
                after += before
                self._spare.append(before)
            before, b = b, after
        raise self._error()

    def _error(self) -> CircuitError:
        return CircuitError(
            f"wires of {self.wires} ohms leave next to nothing of a crossbar of {self.g.shape[0]} x {self.g.shape[1]} "
            f"cells of up to {self.g.max():g} S: {SWEEPS} sweeps do not solve it; give smaller resistances or siemens"
        )

    def groups(self, volts: FloatArray, ends: FloatArray, tolerance: float = TOLERANCE) -> list[Callable[[], Group]]:
        """Return what solves fields, `LANES` at a time. volts, ends: (fields, rows), (fields, columns)."""

        def later(first: int) -> Callable[[], Group]:
            part = slice(first, first + LANES)
            return lambda: self.solve(_lanes(volts[part]), _lanes(ends[part]), tolerance)

        return [later(first) for first in range(0, len(volts), LANES)]

    def drops(self, volts: FloatArray, ends: FloatArray) -> FloatArray:
        """Return the drops of all cells, (fields, columns, rows), volts; arguments as of `groups`."""
        found = np.empty((len(volts), *self.g.shape[::-1]))

        def insert(number: int, solve: Callable[[], Group]) -> None:
            group = solve()
            part = np.empty_like(group.b)
            drops(self.g, self._along, self.wires.row, self._driver, group.volts, group.b, part)
            self._spare.append(group.b)
            first = number * LANES
            count = min(LANES, len(found) - first)
            found[first : first + count] = part[..., :count].transpose(2, 1, 0)

        _each([partial(insert, k, solve) for k, solve in enumerate(self.groups(volts, ends))])
        return found

    def unit_groups(self, of_rows: bool) -> list[Callable[[], Group]]:
        """Return what solves the fields of 1 V at one port, of the columns, or of the rows; kept ones as they are."""
        if kept := self._kept(of_rows):
            return [partial(_itself, group) for group in kept]
        rows, columns = self.g.shape
        if of_rows:
            return self.groups(np.eye(rows), np.zeros((rows, columns)))
        return self.groups(np.zeros((columns, rows)), np.eye(columns))

    def _kept(self, of_rows: bool) -> list[Group]:
        return [] if self._units is None else self._units[of_rows]

    def reduced(self, with_rows: bool) -> Reduced:
        """Return what stands for the crossbar between its ports; with_rows: whether between its rows, too."""
        with self._lock:
            return self._with_rows if with_rows else self._without_rows

    @cached_property
    def _without_rows(self) -> Reduced:
        of_rows, of_columns = self._unit_currents(of_rows=False)
        columns = of_columns.T if self.wires.joins_columns else np.zeros_like(of_columns)
        return Reduced(np.maximum(-of_rows.T, 0), _between(columns), None)

    @cached_property
    def _with_rows(self) -> Reduced:
        without = self._without_rows
        of_rows, _ = self._unit_currents(of_rows=True)
        rows = -of_rows.T if self.wires.joins_rows else np.zeros_like(of_rows)
        return Reduced(without.across, without.columns, _between(rows))

    def _unit_currents(self, of_rows: bool) -> tuple[FloatArray, FloatArray]:
        """Return the currents in at rows' and out at columns' ports, (rows, units), (columns, units)."""
        kept: dict[int, Group] = {}
        rows, columns = self.g.shape
        groups = self.unit_groups(of_rows)
        keeps = (len(groups) * LANES) * self.g.nbytes <= KEPT_BYTES

        def currents(number: int, solve: Callable[[], Group]) -> tuple[FloatArray, FloatArray]:
            group = solve()
            found = np.zeros((rows, LANES)), np.zeros((columns, LANES))
            lines = self.g, self._along, self._down, self.wires.row, self._driver, self._rows, self._columns
            port_currents(*lines, group.volts, group.ends, group.b, *found)
            if keeps:
                kept[number] = group
            else:
                self._spare.append(group.b)
            return found

        parts = _each([partial(currents, k, solve) for k, solve in enumerate(groups)])
        before = self._units or ([], [])
        own = [kept[number] for number in sorted(kept)]
        self._units = (before[0], own) if of_rows else (own, before[1])
        into, out = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
        count = rows if of_rows else columns
        return into[:, :count], out[:, :count]

    def products(
        self, volts: FloatArray, ends: FloatArray, other_volts: FloatArray, other_ends: FloatArray
    ) -> FloatArray:
        """Return sum over fields of a cell's drop times its drop in another field, (columns, rows), volts squared.

        Arguments as of `groups`. Where ports are fewer than fields, the sum is taken over unit fields instead.
        """
        with self._lock:
            return self._products(volts, ends, other_volts, other_ends)

    def _products(
        self, volts: FloatArray, ends: FloatArray, other_volts: FloatArray, other_ends: FloatArray
    ) -> FloatArray:
        moving = [(False, ends)] if not volts.any() else [(False, ends), (True, volts)]
        if sum(part.shape[1] for _, part in moving) > 2 * len(volts):
            return self._summed(
                self.groups(volts, ends, GRADIENT_TOLERANCE), self.groups(other_volts, other_ends, GRADIENT_TOLERANCE)
            )
        total = np.zeros(self.g.shape[::-1])
        for of_rows, part in moving:
            others = self.groups(part.T @ other_volts, part.T @ other_ends, GRADIENT_TOLERANCE)
            total += self._summed(self.unit_groups(of_rows), others, bool(self._kept(of_rows)))
        return total

    def _summed(
        self, groups: Sequence[Callable[[], Group]], others: Sequence[Callable[[], Group]], are_kept: bool = False
    ) -> FloatArray:
        pairs = list(zip(groups, others, strict=True))

        def chunk(first: int) -> FloatArray:
            total = np.zeros(self.g.shape)
            for solve, solve_other in pairs[first::CHUNKS]:
                a, b = solve(), solve_other()
                lines = self.g, self._along, self.wires.row, self._driver
                add_products(*lines, a.volts, a.b, b.volts, b.b, total)
                self._spare += [b.b] if are_kept else [a.b, b.b]
            return total

        parts = _each([partial(chunk, k) for k in range(min(CHUNKS, len(pairs)))])
        return np.ascontiguousarray(sum(parts[1:], start=parts[0]).T)


def _itself(group: Group) -> Group:
    return group


def _lanes(fields: FloatArray) -> FloatArray:
    """Return up to `LANES` fields (fields, ports) as (ports, LANES)."""
    filled = np.zeros((fields.shape[1], LANES))
    filled[:, : len(fields)] = fields.T
    return filled


def _between(currents: FloatArray) -> FloatArray:
    """Return the resistors of one kind of port, from what 1 V at one drives into the others."""
    both = np.maximum((currents + currents.T) / 2, 0)
    np.fill_diagonal(both, 0)
    return both


def _each(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Return the results of tasks that compute without Python's lock, on all cores this process may use."""
    threads = min(len(tasks), len(os.sched_getaffinity(0)))
    if threads <= 1:
        return [task() for task in tasks]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda task: task(), tasks))


_lock = Lock()
_last: dict[tuple[Wires, tuple[int, ...]], Fields] = {}


def fields_of(conductance: FloatArray, columns: int, wires: Wires) -> Fields:
    """Return the fields of a crossbar, those of the last call where nothing changed.

    conductance: siemens, (columns * rows,), column by column.
    """
    g = np.ascontiguousarray(conductance.reshape(columns, -1).T)
    key = wires, g.shape
    with _lock:
        last = _last.get(key)
        if last is None or not np.array_equal(last.g, g):
            last = _last[key] = Fields(g, wires, [] if last is None else last.given_up())
        return last
