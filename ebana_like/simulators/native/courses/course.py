"""How does a batch take its steps, in loops that are compiled once for all circuits?

The equations are those of `march`, which JAX differentiates. Rows are unknowns or ports, columns are samples, which lie
next to each other: every loop over them takes several at once. A step is one product with the inverse of its matrix,
Newton's method at the ports, and a sum over what is stored.
"""

from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.native.courses.junction_loops import DiodeRows
from ebana_like.simulators.native.courses.port_loops import foresee, remember, settle


class Sparse(NamedTuple):
    """The entries of a matrix that are not zero, (entries,) each."""

    rows: IntArray
    columns: IntArray
    values: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> "Sparse":
        rows, columns = map(np.ascontiguousarray, np.nonzero(matrix))  # views, of which loops are compiled anew
        return cls(rows, columns, matrix[rows, columns])


class Seen(NamedTuple):
    """A circuit at the step sizes of a course, by size.

    opened: drops of the ports left open, by the right side, (sizes, ports, n). whole: the unknowns by the right side,
    then by what the ports carry, (sizes, n, n + ports). Z: of the ports, (sizes, ports, ports), ohms.
    """

    opened: FloatArray
    whole: FloatArray
    Z: FloatArray


class Side(NamedTuple):
    """What sources do at rows: by those that stand still, (rows, batch), and by those that move, (rows, columns)."""

    still: FloatArray
    moving: FloatArray


class Given(NamedTuple):
    """What does not change on the way.

    y: siemens beside every port. stored: of the unknowns. pushed, carried, opened: S x + y D' P x, T x and P x. moving:
    what sources hold behind each step, (steps, columns, batch or 1). place: rows of the result, (n,), -1 for what is
    not kept.
    """

    diodes: DiodeRows
    y: float
    stored: Sparse
    pushed: Side
    carried: Side
    opened: Side
    moving: FloatArray
    place: IntArray


class Held(NamedTuple):
    """What goes from step to step: m, (n, batch); k, v, its last difference, the last difference of that, and the one
    foreseen, (ports, batch)."""

    memory: FloatArray
    of_charge: FloatArray
    drop: FloatArray
    pace: FloatArray
    bend: FloatArray
    curve: FloatArray


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def _sum_sources(side, x, first, found):
    """Set what sources do at rows, (rows, samples)."""
    rows, width = found.shape
    for i in range(rows):
        for s in range(width):
            found[i, s] = side.still[i, first + s]
        for c in range(x.shape[0]):
            factor = side.moving[i, c]
            if factor == 0.0:
                continue
            if x.shape[1] == 1:
                push = factor * x[c, 0]
                for s in range(width):
                    found[i, s] += push
            else:
                for s in range(width):
                    found[i, s] += factor * x[c, first + s]


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def room_for(n, ports, width):
    """Return the arrays that steps use again and again; see `take` and `settle`."""
    both, u, stored = np.empty((n + ports, width)), np.empty((n, width)), np.empty((n, width))
    drop, opened, charge, slope = (
        np.empty((ports, width)),
        np.empty((ports, width)),
        np.empty((ports, width)),
        np.empty((ports, width)),
    )
    capacitance, right = np.empty((ports, width)), np.empty((ports, width))
    matrix = np.empty((ports, ports, width))
    return both, u, stored, drop, opened, (charge, slope, capacitance, right, matrix)


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def take(given, a, opened_by, whole_by, Z, x, scale, first, held, room, bad):
    """Take one step of so many samples from `first` on; return Newton iterations.

    room: the right side and what goes through the ports in one, (n + ports, samples); set to the unknowns and what is
    stored, (n, samples); drops and open drops, (ports, samples); that of `settle`.
    """
    both, u, stored, drop, opened, inner = room
    n, width = u.shape
    z = both[:n]
    _sum_sources(given.carried, x, first, stored)
    _sum_sources(given.pushed, x, first, u)
    for i in range(n):
        for s in range(width):
            both[i, s] = held.memory[i, s] - u[i, s] - a * stored[i, s]
    iterations = 0
    if len(drop):
        _sum_sources(given.opened, x, first, opened)
        np.dot(opened_by, z, drop)
        for j in range(len(drop)):
            for s in range(width):
                opened[j, s] += drop[j, s]
        foresee(held, scale, drop)
        iterations = settle(given.diodes, given.y, a, Z, opened, held.of_charge, drop, inner, both[n:], bad)
        remember(held, drop)
    np.dot(whole_by, both, u)
    for entry in range(len(given.stored.values)):
        i, j, value = given.stored.rows[entry], given.stored.columns[entry], given.stored.values[entry]
        for s in range(width):
            stored[i, s] += value * u[j, s]
    return iterations


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def go_on(held, stored, charge, a, b, next_a, next_b):
    """Turn what was stored behind a step of a and b into what the next one, of other a and b, begins with."""
    factor = next_a + next_b * a
    for i in range(len(stored)):
        for s in range(stored.shape[1]):
            held.memory[i, s] = factor * stored[i, s] - next_b * held.memory[i, s]
    for j in range(len(charge)):
        for s in range(charge.shape[1]):
            held.of_charge[j, s] = factor * charge[j, s] - next_b * held.of_charge[j, s]


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def march(given, a, b, which, seen, scale, first, held, found, bad_at):
    """Take all steps of so many samples from `first` on.

    a, b: of every step, (steps,). which: step size of each. found: set, (times, rows, batch). bad_at: set to the first
    step without a solution, (batch,). Returns Newton iterations, all together.
    """
    n, width = held.memory.shape
    ports, total = len(held.drop), 0
    room = room_for(n, ports, width)
    u, stored, charge = room[1], room[2], room[5][0]
    bad = np.zeros(width, dtype=np.bool_)
    for step in range(len(a)):
        size = which[step]
        total += take(
            given,
            a[step],
            seen.opened[size],
            seen.whole[size],
            seen.Z[size],
            given.moving[step],
            scale,
            first,
            held,
            room,
            bad,
        )
        for i in range(n):
            if given.place[i] >= 0:
                row = given.place[i]
                for s in range(width):
                    found[step + 1, row, first + s] = u[i, s]
        for s in range(width):
            if bad[s]:
                bad_at[first + s] = min(bad_at[first + s], step)
        if step + 1 < len(a):
            go_on(held, stored, charge, a[step], b[step], a[step + 1], b[step + 1])
    return total
