"""How is a network with one hidden layer solved, point by point? Compiled loops; equations in `one_hidden`."""

import math
from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit, prange
from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.newton.neurons import OPTIONS, first_guess, neurons

TOLERANCE = 1e-12
"""Volts: the output residual over the output's conductance at which iteration stops; one more correction follows."""

OUTER_LIMIT = 40

STALE = 0.1
"""The factor is renewed when an iteration leaves more of the residual than this."""


COLUMNS = 16
"""Of the first crossbar, folded together."""


class OutputLayer(NamedTuple):
    """What stands behind the neurons.

    g: last crossbar, (outputs, neurons). conductance: D of the outputs. forward, back: gains A and B, (neurons,).
    positive, negative: the pairs that currents and loads stand across.
    """

    g: FloatArray
    conductance: FloatArray
    forward: FloatArray
    back: FloatArray
    positive: IntArray
    negative: IntArray


@njit(**OPTIONS)
def factor_schur(out, slopes, load, S):
    """Write the LDL' factor of S = diag(D) + loads - G diag(A B / slopes) G' into the lower triangle of S."""
    outputs, width = out.g.shape
    weights = np.empty(width)
    for j in range(width):
        weights[j] = out.forward[j] * out.back[j] / slopes[j]
    row = np.empty(width)
    for k in range(outputs):
        for j in range(width):
            row[j] = out.g[k, j] * weights[j]
        for m in range(k + 1):
            total = 0.0
            for j in range(width):
                total += row[j] * out.g[m, j]
            S[k, m] = -total
        S[k, k] += out.conductance[k]
    for pair in range(len(out.positive)):
        p, n = out.positive[pair], out.negative[pair]
        S[p, p] += load
        S[n, n] += load
        S[max(p, n), min(p, n)] -= load
    for k in range(outputs):
        for m in range(k):
            for i in range(m):
                S[k, m] -= S[k, i] * S[m, i]
        for m in range(k):
            scaled = S[k, m] / S[m, m]
            S[k, k] -= scaled * S[k, m]
            S[k, m] = scaled


@njit(**OPTIONS)
def solve_schur(S, r):
    """Solve S x = r in place."""
    n = len(r)
    for k in range(n):
        for m in range(k):
            r[k] -= S[k, m] * r[m]
    for k in range(n):
        r[k] /= S[k, k]
    for k in range(n - 1, -1, -1):
        for m in range(k):
            r[m] -= S[k, m] * r[k]


@njit(**OPTIONS)
def feedback(out, o, s):
    """Write B G' o into s."""
    outputs, width = out.g.shape
    s[:] = 0
    for k in range(outputs):
        for j in range(width):
            s[j] += out.g[k, j] * o[k]
    for j in range(width):
        s[j] *= out.back[j]


@njit(**OPTIONS)
def output_residual(out, h, o, current, load, r):
    """Write I - D o + G A h into r; return the largest of it over D, volts."""
    outputs, width = out.g.shape
    driven = np.empty(width)
    for j in range(width):
        driven[j] = out.forward[j] * h[j]
    for k in range(outputs):
        total = 0.0
        for j in range(width):
            total += out.g[k, j] * driven[j]
        r[k] = total - out.conductance[k] * o[k]
    for pair in range(len(out.positive)):
        p, n = out.positive[pair], out.negative[pair]
        amperes = current[pair] - load * (o[p] - o[n])
        r[p] += amperes
        r[n] -= amperes
    worst = 0.0
    for k in range(outputs):
        size = abs(r[k]) / out.conductance[k]
        if not size <= worst:  # NaN included
            worst = size
    return worst


@njit(**OPTIONS)
def point(layer, out, c, current, load, s, h, slopes, o, S, factored):
    """Solve one point in place from the guesses h and o; the iterations it took, 0 where it failed.

    c: currents of the first crossbar into the neurons. s, slopes: currents and slopes at the guess h.
    S: factor to begin with where `factored`.
    """
    width, outputs = len(h), len(o)
    r, arriving = np.empty(outputs), np.empty(width)
    before = math.inf
    for iteration in range(1, OUTER_LIMIT + 1):
        feedback(out, o, arriving)
        for j in range(width):
            h[j] += (c[j] + arriving[j] - s[j]) / slopes[j]  # Newton's first step, known without an exponential
            s[j] = c[j] + arriving[j]
        neurons(layer, s, h, slopes)
        worst = output_residual(out, h, o, current, load, r)
        if not worst < math.inf:
            return 0
        if not factored or worst > STALE * before:
            factor_schur(out, slopes, load, S)
            factored = True
        solve_schur(S, r)
        for k in range(outputs):
            o[k] += r[k]
        if worst < TOLERANCE:
            feedback(out, r, arriving)
            for j in range(width):
                s[j] += arriving[j]
                h[j] += arriving[j] / slopes[j]
            return iteration
        before = worst
    return 0


@njit(parallel=True, **OPTIONS)
def solve_points(layer, out, c, currents, loads, s, h, slopes, o, S, factored, iterations):
    """Solve all points of some phases in place from the guesses h and o, (phases, batch, ...); see `point`.

    S: one factor a sample, (batch, outputs, outputs), to begin with where `factored`. Else it is written, and so is h,
        which holds no guesses yet.
    """
    phases, batch = loads.shape
    for number in prange(phases * batch):
        p, b = number // batch, number % batch
        if not factored:
            first_guess(layer, s[p, b], h[p, b])
        factor = S[b].copy() if factored else S[b]
        iterations[p, b] = point(
            layer,
            out,
            c[b],
            currents[p, b],
            loads[p, b],
            s[p, b],
            h[p, b],
            slopes[p, b],
            o[p, b],
            factor,
            factored,
        )


@njit(parallel=True, **OPTIONS)
def fold(g, plus, minus, bias, biases, x, arriving, total):
    """Fold the first crossbar g (columns, rows) and the features x (features, batch) into currents.

    plus, minus: its rows that carry each feature and its negative, (columns, features); minus is (columns, 0) where
        inputs are not doubled. bias: its rows at the voltages `biases`.
    arriving: current of all rows into each column, (batch, columns). total: sum of g, (columns,).
    Both are written. A few columns at a time, so that what each feature sees of them stays in the cache.
    """
    columns, features = plus.shape
    batch = x.shape[1]
    for block in prange((columns + COLUMNS - 1) // COLUMNS):
        first = block * COLUMNS
        last = min(first + COLUMNS, columns)
        weights = np.empty((last - first, features))
        for j in range(first, last):
            row = weights[j - first]
            if minus.shape[1]:
                for f in range(features):
                    row[f] = plus[j, f] - minus[j, f]
            else:
                for f in range(features):
                    row[f] = plus[j, f]
            total[j] = 0.0
            for i in range(g.shape[1]):
                total[j] += g[j, i]
        products = np.dot(weights, x)
        for j in range(first, last):
            constant = 0.0
            for k in range(len(biases)):
                constant += biases[k] * bias[j, k]
            for b in range(batch):
                arriving[b, j] = products[j - first, b] + constant


@njit(**OPTIONS)
def scatter_inputs(voltages, nodes, features, polarities, x):
    """Write the sources' voltages into those of a phase (batch, nodes): 21 us, by numpy 67 (784 features, batch 20)."""
    for b in range(len(x)):
        for k in range(len(nodes)):
            voltages[b, nodes[k]] = polarities[k] * x[b, features[k]]
