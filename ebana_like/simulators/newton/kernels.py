"""How is a network with one hidden layer solved, point by point? Compiled loops; equations in `layered`.

Sums may be re-ordered by the compiler (fastmath "reassoc", "contract": vector instructions for scalar products); NaN and
infinity keep their meaning.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange

from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.constants import GMIN

OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}

TOLERANCE = 1e-12
"""Volts: the output residual over the output's conductance at which iteration stops; one more correction follows."""

OUTER_LIMIT, SCALAR_LIMIT, WARM_LIMIT = 40, 200, 8

SCALAR_STEP = 2e-8
"""Of N Vt: after so small a Newton step the error is that squared, 4e-16."""

STALE = 0.1
"""The factor is renewed when an iteration leaves more of the residual than this."""


class Neurons(NamedTuple):
    """What the nodes of one hidden layer are made of.

    conductance: D, all conductances that load each node, (neurons,), siemens.
    up_rail, down_rail: (neurons,), volts. saturations, scales: IS and N Vt of the up and of the down diodes, (2,).
    """

    conductance: FloatArray
    up_rail: FloatArray
    down_rail: FloatArray
    saturations: FloatArray
    scales: FloatArray


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
def diode(drop, saturation, scale):
    """Return current and slope of the law in `elements.Diodes`."""
    if drop >= -3 * scale:
        exponential = math.exp(drop / scale)
        return saturation * (exponential - 1) + GMIN * drop, saturation * exponential / scale + GMIN
    ratio = 3 * scale / (drop * math.e)
    cubed = ratio * ratio * ratio
    return GMIN * drop - saturation * (1 + cubed), 3 * saturation * cubed / drop + GMIN


@njit(**OPTIONS)
def balance(h, s, D, up_rail, down_rail, saturations, scales):
    """Return D h + i_D(h) - s and its slope."""
    up, up_slope = diode(h - up_rail, saturations[0], scales[0])
    down, down_slope = diode(down_rail - h, saturations[1], scales[1])
    return D * h + up - down - s, D + up_slope + down_slope


@njit(**OPTIONS)
def bound(s, D, rail, other_rail, saturation, scale):
    """Return a voltage the node cannot exceed when a current s flows into it.

    Neither diode can feed more than 1.05 IS plus what leaks through gmin at h >= 0; so s and that bound D h and the
    forward diode's exponential.
    """
    s = max(s + 1.05 * saturation + GMIN * abs(rail), 0.0)
    return max(other_rail, 0.0, min(s / D, rail + scale * math.log1p(s / saturation)))


@njit(**OPTIONS)
def neuron(h, s, D, up_rail, down_rail, saturations, scales):
    """Solve D h + i_D(h) = s for h, from a guess; h and the slope D + i_D'. NaN when it fails.

    Newton's method from the guess first. It can overshoot from far away: then from the bound on the side of s, where
    it is monotone but for the other diode, kept inside a shrinking bracket.
    """
    enough = SCALAR_STEP * min(scales[0], scales[1])
    for _ in range(WARM_LIMIT):
        f, slope = balance(h, s, D, up_rail, down_rail, saturations, scales)
        step = f / slope
        h -= step
        if abs(step) <= enough:
            return h, slope
    high = bound(s, D, up_rail, down_rail, saturations[0], scales[0])
    low = -bound(-s, D, -down_rail, -up_rail, saturations[1], scales[1])
    h = high if s > 0 else low
    for _ in range(SCALAR_LIMIT):
        f, slope = balance(h, s, D, up_rail, down_rail, saturations, scales)
        if f > 0:
            high = h
        else:
            low = h
        step = f / slope
        if abs(step) <= enough:
            return h - step, slope
        h -= step
        if not low <= h <= high:
            h = 0.5 * (low + high)
    return math.nan, math.nan


@njit(**OPTIONS)
def neurons(layer, s, h, slopes):
    """Solve a layer's neurons for the currents s, in place; h holds the guesses."""
    for j in range(len(s)):
        h[j], slopes[j] = neuron(
            h[j], s[j], layer.conductance[j], layer.up_rail[j], layer.down_rail[j], layer.saturations, layer.scales
        )


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
def point(layer, out, c, current, load, h, slopes, o, S, factored):
    """Solve one point in place from the guesses h and o; the iterations it took, 0 where it failed.

    c: currents of the first crossbar into the neurons. S: factor to begin with where `factored`.
    """
    width, outputs = len(h), len(o)
    s, r = np.empty(width), np.empty(outputs)
    before = math.inf
    for iteration in range(1, OUTER_LIMIT + 1):
        feedback(out, o, s)
        for j in range(width):
            s[j] += c[j]
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
            feedback(out, r, s)
            for j in range(width):
                h[j] += s[j] / slopes[j]
            return iteration
        before = worst
    return 0


@njit(parallel=True, **OPTIONS)
def solve_free(layer, out, c, load, h, slopes, o, S, iterations):
    """Solve the free phase of a batch from h and o; one factor S a sample is kept."""
    none = np.zeros(len(out.positive))
    for b in prange(len(c)):
        iterations[b] = point(layer, out, c[b], none, load, h[b], slopes[b], o[b], S[b], False)


@njit(parallel=True, **OPTIONS)
def solve_nudged(layer, out, c, currents, loads, free_h, free_o, S, h, o, iterations):
    """Solve all nudged phases of a batch, each from the sample's free state and with its factor."""
    phases, batch = loads.shape
    for number in prange(phases * batch):
        p, b = number // batch, number % batch
        h[p, b] = free_h[b]
        o[p, b] = free_o[b]
        slopes = np.empty(h.shape[2])
        iterations[p, b] = point(
            layer, out, c[b], currents[p, b], loads[p, b], h[p, b], slopes, o[p, b], S[b].copy(), True
        )


@njit(parallel=True, **OPTIONS)
def fold(g, plus, minus, bias_rows, biases, weights, constant, total):
    """Fold the crossbar (columns, rows) of doubled inputs: weights[j, f] = g[j, plus f] - g[j, minus f].

    plus, minus: rows of each feature, or beyond the last one where it has none. constant: sum of g times bias;
    total: sum of g; both (columns,).
    """
    columns, rows = g.shape
    for j in prange(columns):
        for f in range(len(plus)):
            weights[j, f] = g[j, plus[f]]
        for f in range(len(minus)):
            weights[j, f] -= g[j, minus[f]]
        total[j] = 0.0
        for i in range(rows):
            total[j] += g[j, i]
        constant[j] = 0.0
        for k in range(len(biases)):
            constant[j] += biases[k] * g[j, bias_rows[k]]


@njit(**OPTIONS)
def scatter(voltages, nodes, values):
    """Write values (phases, batch, n) into voltages (phases, batch, nodes); numpy's fancy indexing takes 5 times longer."""
    for p in range(values.shape[0]):
        for b in range(values.shape[1]):
            for k in range(len(nodes)):
                voltages[p, b, nodes[k]] = values[p, b, k]


@njit(**OPTIONS)
def scatter_inputs(voltages, nodes, features, polarities, x):
    """Write the sources' voltages, the same in all phases."""
    for p in range(voltages.shape[0]):
        for b in range(voltages.shape[1]):
            for k in range(len(nodes)):
                voltages[p, b, nodes[k]] = polarities[k] * x[b, features[k]]
