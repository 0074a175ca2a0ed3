"""Which drops do the ports of a circuit have behind a step? Newton's method, all samples at once, in loops.

Rows are ports and columns samples, which lie next to each other: a loop over them takes several at once. Loops have few
arrays each: of many, LLVM does not find out whether they overlap, and takes one number at a time. Arrays are copied and
equations solved by loops too: numba takes seconds to compile what numpy has for it, and the words of its errors.
"""

import numpy as np

from ebana_like.compiled import njit
from ebana_like.simulators.native.courses.junction_loops import laws, limit

ITERATIONS = 100
"""Newton iterations of a step, at most; typical are 1 or 2."""

STEP = 1e-6
"""Largest last step, volts (relative above 1 V): what is left is its square over N Vt, some 1e-11."""

FORESEEN = 2.0
"""N Vt by which a diode may be expected to move on at the pace of the steps before."""

DOUBTED = 12
"""Iterations after which rows are exchanged in elimination, sample by sample."""

ROUNDING = 2.2e-16
"""Of the largest entry of a matrix, times its size: a pivot no larger is none."""


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def eliminate(matrix, right):
    """Solve matrix x = right at every sample, (ports, ports, samples) and (ports, samples), in place; rows stay."""
    size, width = right.shape
    factor = np.empty(width)
    for j in range(size):
        for s in range(width):
            matrix[j, j, s] = 1.0 / matrix[j, j, s]
        for below in range(j + 1, size):
            for s in range(width):
                factor[s] = matrix[below, j, s] * matrix[j, j, s]
            for k in range(j + 1, size):
                for s in range(width):
                    matrix[below, k, s] -= factor[s] * matrix[j, k, s]
            for s in range(width):
                right[below, s] -= factor[s] * right[j, s]
    for j in range(size - 1, -1, -1):
        for k in range(j + 1, size):
            for s in range(width):
                right[j, s] -= matrix[j, k, s] * right[k, s]
        for s in range(width):
            right[j, s] *= matrix[j, j, s]


@njit(error_model="numpy", nogil=True)
def eliminate_with_exchange(matrix, right):
    """Solve as `eliminate`, with exchange of rows; what has no solution becomes NaN."""
    size, width = right.shape
    for s in range(width):
        largest = 0.0
        for i in range(size):
            for k in range(size):
                entry = abs(matrix[i, k, s])
                largest = entry if not entry <= largest else largest  # what is no number stays
        for j in range(size):
            best = j
            for i in range(j + 1, size):
                best = i if abs(matrix[i, j, s]) > abs(matrix[best, j, s]) else best
            if not abs(matrix[best, j, s]) > size * ROUNDING * largest:
                right[:, s] = np.nan
                break
            for k in range(j, size):
                matrix[j, k, s], matrix[best, k, s] = matrix[best, k, s], matrix[j, k, s]
            right[j, s], right[best, s] = right[best, s], right[j, s]
            for below in range(j + 1, size):
                factor = matrix[below, j, s] / matrix[j, j, s]
                for k in range(j + 1, size):
                    matrix[below, k, s] -= factor * matrix[j, k, s]
                right[below, s] -= factor * right[j, s]
        for j in range(size - 1, -1, -1):
            for k in range(j + 1, size):
                right[j, s] -= matrix[j, k, s] * right[k, s]
            right[j, s] /= matrix[j, j, s]


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def _linearized(y, a, Z, opened, of_charge, drop, current, charge, slope, capacitance, right, matrix):
    """Set up Newton's step at drops, given what ports carry and store there: what goes through them, its slope, the
    right side and the matrix."""
    ports, width = drop.shape
    for j in range(ports):
        for s in range(width):
            current[j, s] += a * charge[j, s] - of_charge[j, s] - y * drop[j, s]
        for s in range(width):
            slope[j, s] += a * capacitance[j, s] - y
        for s in range(width):
            right[j, s] = opened[j, s] - drop[j, s]
    for j in range(ports):
        for k in range(ports):
            z, diagonal = Z[j, k], 1.0 if j == k else 0.0
            for s in range(width):
                right[j, s] -= z * current[k, s]
            for s in range(width):
                matrix[j, k, s] = diagonal + z * slope[k, s]


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def settle(diodes, y, a, Z, opened, of_charge, drop, room, current, bad):
    """Find the drops at which the ports' equations hold, (ports, samples), by Newton's method.

    It begins where the course seems to lead; where its first step is short, one evaluation of the diodes is all there
    is. drop: where to begin, and the drops then. current: set to what goes through the ports, i + a q - k - y v. room:
    used on the way; its first is left at q. bad: set where there is no solution, (samples,). Returns the number of
    iterations.
    """
    charge, slope, capacitance, right, matrix = room
    v, step = drop.reshape(-1), right.reshape(-1)
    for iteration in range(1, ITERATIONS + 1):
        laws(diodes, drop, current, slope, charge, capacitance)
        _linearized(y, a, Z, opened, of_charge, drop, current, charge, slope, capacitance, right, matrix)
        if iteration <= DOUBTED:
            eliminate(matrix, right)
        else:
            eliminate_with_exchange(matrix, right)
        largest = 0.0
        for s in range(len(v)):
            share = abs(step[s]) / max(1.0, abs(v[s]))
            largest = max(largest, share if share < np.inf else 0.0)  # what is no number moves no more
        if largest <= STEP:
            through, g, q, c = current.reshape(-1), slope.reshape(-1), charge.reshape(-1), capacitance.reshape(-1)
            for s in range(len(v)):
                through[s] += g[s] * step[s]
            for s in range(len(v)):
                q[s] += c[s] * step[s]
            for s in range(len(v)):
                v[s] += step[s]
            return iteration
        for s in range(len(v)):
            step[s] += v[s]
        limit(diodes, drop, right)
        if iteration == ITERATIONS:
            _give_up(drop, right, bad)
        for s in range(len(v)):
            v[s] = step[s]
    return ITERATIONS


@njit(error_model="numpy", nogil=True)
def _give_up(before, after, bad):
    """Leave the samples that still move: nobody waits for them again."""
    for s in range(len(bad)):
        for j in range(len(before)):
            bad[s] |= not abs(after[j, s] - before[j, s]) <= STEP * max(1.0, abs(before[j, s]))
        if bad[s]:
            after[:, s] = np.nan


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def foresee(held, scale, drop):
    """Set where the ports' drops seem to lead, (ports, samples): along a curve through the last four of them."""
    for j in range(len(drop)):
        most = FORESEEN * scale[j]
        for s in range(drop.shape[1]):
            bent = min(max(held.curve[j, s], -most / 4), most / 4)
            drop[j, s] = held.drop[j, s] + min(max(held.pace[j, s] + bent, -most), most)


@njit(error_model="numpy", fastmath={"contract"}, nogil=True)
def remember(held, drop):
    """Keep the ports' drops, the last move, and by how much the next one is expected to differ from it."""
    v, pace, bend = held.drop.reshape(-1), held.pace.reshape(-1), held.bend.reshape(-1)
    curve, now = held.curve.reshape(-1), drop.reshape(-1)
    for s in range(len(now)):
        curve[s] = now[s] - v[s] - pace[s]
    for s in range(len(now)):
        pace[s] = now[s] - v[s]
    for s in range(len(now)):
        v[s] = now[s]
    for s in range(len(now)):
        turned = curve[s]
        curve[s] = turned + turned - bend[s]
        bend[s] = turned
