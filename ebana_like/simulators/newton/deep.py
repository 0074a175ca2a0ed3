"""How is a batch solved in a network with several hidden layers?

Layers are coloured in turn. Given the layers of one colour, every node of the other is a scalar monotone equation, so
only every second layer is left: Newton's method on the current residual R = s(h) - s of the kept layers (the output
layer, or the hidden layers before it, in turn), each step solved by preconditioned conjugate gradients:

    J = diag(1 / w) - C diag(w') C',   w = 1 / (D + i_D'),   C: coupling of kept to eliminated layers.

Rows of layer l times alpha_l = prod A / B of the amplifiers behind it make J symmetric and positive definite. All work
on crossbars is matrix products over the batch, so time grows with the number of conductances; factoring J a sample
would grow with its power 3/2.
"""

from collections.abc import Mapping

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.newton import kernels
from ebana_like.simulators.newton.network import Network
from ebana_like.simulators.newton.neurons import currents_at, guess_neurons, solve_neurons
from ebana_like.simulators.nodes import Phases

NEWTON_LIMIT, GRADIENTS_LIMIT = 40, 200

FORCING = 1e-3
"""Share of the residual that conjugate gradients may leave."""


def free(network: Network, arriving: FloatArray, load: float) -> Phases:
    """Solve the free phase; see `one_hidden.free`."""
    batch = len(arriving)
    none = np.zeros((batch, len(network.positive)))
    points = _Points(network, arriving, none, np.full(batch, load))
    h = {k: np.zeros((batch, len(points.conductance(k)))) for k in range(points.last + 1)}
    for k in (*points.eliminated, *points.kept):
        if k < points.last:
            guess_neurons(network.neurons[k], points.current(k, h), h[k])
        points.settle(k, h)
    iterations = points.solve(h)
    return _phases(h, iterations, (1, batch))


def nudged(network: Network, arriving: FloatArray, currents: FloatArray, loads: FloatArray, start: Phases) -> Phases:
    """Solve nudged phases from the free one; see `one_hidden.nudged`."""
    phases, batch = loads.shape
    points = _Points(
        network, np.tile(arriving, (phases, 1)), currents.reshape(phases * batch, -1), loads.reshape(phases * batch)
    )
    h = {k: np.tile(v[0], (phases, 1)) for k, v in enumerate((*start.hidden, start.outputs))}
    iterations = points.solve(h)
    return _phases(h, iterations, (phases, batch))


def _phases(h: Mapping[int, FloatArray], iterations: IntArray, shape: tuple[int, int]) -> Phases:
    shaped = [h[k].reshape(*shape, -1) for k in sorted(h)]
    return Phases(tuple(shaped[:-1]), shaped[-1], iterations.reshape(shape))


class _Points:
    """Points of one network.

    Mappings hold one array (points, nodes) a layer, by its number: hidden layers from 0, outputs last.
    """

    def __init__(self, network: Network, arriving: FloatArray, currents: FloatArray, loads: FloatArray) -> None:
        self.network = network
        self.arriving = arriving
        self.last = len(network.neurons)
        self.eliminated = range(0, self.last + 1, 2)
        self.kept = range(1, self.last + 1, 2)
        self.loads, self.loaded = loads[:, None], bool(loads.any())
        self.injected = np.zeros((len(loads), len(network.conductance)))
        self.injected[:, network.positive] += currents
        self.injected[:, network.negative] -= currents
        self.slopes = [np.ones((len(loads), len(layer.conductance))) for layer in network.neurons]
        ratios = [float(a[0] / b[0]) for a, b in zip(network.forward, network.back, strict=True)]
        self.alphas = [float(np.prod(ratios[k:])) for k in range(self.last + 1)]

    # ------------------------------------------------------------------ equations

    def coupled(self, k: int, h: Mapping[int, FloatArray]) -> FloatArray:
        """Return the currents into layer k from the layers beside it, (points, nodes), amperes."""
        network = self.network
        if k == self.last:
            return np.asarray((network.forward[k - 1] * h[k - 1]) @ network.matrices[k - 1].T)
        total = network.back[k] * (h[k + 1] @ network.matrices[k])
        if k > 0:
            total += (network.forward[k - 1] * h[k - 1]) @ network.matrices[k - 1].T
        return np.asarray(total)

    def current(self, k: int, h: Mapping[int, FloatArray]) -> FloatArray:
        """Return all that flows into layer k, (points, nodes), amperes."""
        coupled = self.coupled(k, h)
        if k == 0:
            coupled += self.arriving
        if k == self.last:
            coupled += self.injected
        return coupled

    def conductance(self, k: int) -> FloatArray:
        """Return D of layer k, (nodes,), siemens."""
        return self.network.conductance if k == self.last else self.network.neurons[k].conductance

    def solve_layer(self, k: int, s: FloatArray, h: dict[int, FloatArray]) -> None:
        """Set the voltages of layer k, and the slopes there, for the currents s into it."""
        if k == self.last:
            h[k] = self.divided(k, s)
        else:
            solve_neurons(self.network.neurons[k], s, h[k], self.slopes[k])

    def settle(self, k: int, h: dict[int, FloatArray]) -> None:
        """Solve layer k for the voltages of the layers beside it."""
        self.solve_layer(k, self.current(k, h), h)

    def divided(self, k: int, r: FloatArray) -> FloatArray:
        """Return r over the slopes of layer k: the change of its voltages by currents r into it."""
        if k < self.last:
            return r / self.slopes[k]
        D, load, p, n = self.network.conductance, self.loads, self.network.positive, self.network.negative
        result = r / D
        if not self.loaded:
            return result
        determinant = D[p] * D[n] + load * (D[p] + D[n])
        result[:, p] = ((D[n] + load) * r[:, p] + load * r[:, n]) / determinant
        result[:, n] = ((D[p] + load) * r[:, n] + load * r[:, p]) / determinant
        return result

    def multiplied(self, k: int, v: FloatArray) -> FloatArray:
        """Return the slopes of layer k times v, (points, nodes), amperes."""
        if k < self.last:
            return self.slopes[k] * v
        p, n = self.network.positive, self.network.negative
        result = self.network.conductance * v
        if not self.loaded:
            return result
        through = self.loads * (v[:, p] - v[:, n])
        result[:, p] += through
        result[:, n] -= through
        return result

    # ------------------------------------------------------------------ Newton's method

    @np.errstate(over="ignore", invalid="ignore")  # what is no number does not settle, and is reported as a failure
    def solve(self, h: dict[int, FloatArray]) -> IntArray:
        """Solve all points in place from the voltages h; the iterations each took, 0 where it failed, (points,)."""
        s = {k: np.zeros(0) for k in self.kept}
        iterations = np.zeros(len(self.arriving), dtype=np.intp)
        for k in self.kept:
            s[k] = self._inverse_law(k, h[k])
        for iteration in range(1, NEWTON_LIMIT + 1):
            for k in self.eliminated:
                self.settle(k, h)
            residual = {k: self.current(k, h) - s[k] for k in self.kept}
            worst = self._worst(residual)
            iterations[(iterations == 0) & (worst < kernels.TOLERANCE)] = iteration
            steps = self._conjugate_gradients(residual, worst)
            if not np.any((worst >= kernels.TOLERANCE) & (worst < np.inf)):
                self._correct(h, steps)
                break
            for k in self.kept:
                s[k] = s[k] + self.multiplied(k, steps[k])
                h[k] = h[k] + steps[k]
                self.solve_layer(k, s[k], h)
        else:  # some point never settled: bring the others' layers together
            for k in self.eliminated:
                self.settle(k, h)
        return iterations

    def _inverse_law(self, k: int, h: FloatArray) -> FloatArray:
        """Return the currents that hold layer k at the voltages h, and set the slopes there."""
        if k == self.last:
            return self.multiplied(k, h)
        s = np.empty_like(h)
        currents_at(self.network.neurons[k], h, s, self.slopes[k])
        return s

    def _worst(self, residual: dict[int, FloatArray]) -> FloatArray:
        """Return the largest residual over D of each point, (points,), volts; infinite where it is no number."""
        parts = [np.abs(r / self.conductance(k)).max(axis=1) for k, r in residual.items()]
        worst = np.max(parts, axis=0)
        return np.where(worst < np.inf, worst, np.inf)

    def _followers(self, v: Mapping[int, FloatArray]) -> dict[int, FloatArray]:
        """Return how the eliminated layers follow when the kept ones move by v."""
        return {k: self.divided(k, self.coupled(k, v)) for k in self.eliminated}

    def _jacobian_times(self, v: Mapping[int, FloatArray]) -> dict[int, FloatArray]:
        followers = self._followers(v)
        return {k: self.multiplied(k, v[k]) - self.coupled(k, followers) for k in self.kept}

    def _conjugate_gradients(self, r: dict[int, FloatArray], worst: FloatArray) -> dict[int, FloatArray]:
        """Solve J d = r at every point until FORCING of the residual is left."""
        enough = np.maximum(FORCING * worst, 1e-3 * kernels.TOLERANCE)
        d = {k: np.zeros_like(v) for k, v in r.items()}
        z = {k: self.divided(k, v) for k, v in r.items()}
        p, rz = dict(z), self._dot(r, z)
        for _ in range(GRADIENTS_LIMIT):
            q = self._jacobian_times(p)
            a = _ratio(rz, self._dot(p, q))
            d = {k: d[k] + a * p[k] for k in d}
            r = {k: r[k] - a * q[k] for k in r}
            if np.all(self._worst(r) <= enough):
                break
            z = {k: self.divided(k, v) for k, v in r.items()}
            before, rz = rz, self._dot(r, z)
            b = _ratio(rz, before)
            p = {k: z[k] + b * p[k] for k in p}
        return d

    def _dot(self, a: dict[int, FloatArray], b: dict[int, FloatArray]) -> FloatArray:
        """Return the scalar product in which J is symmetric, (points, 1)."""
        parts = [self.alphas[k] * np.einsum("bn,bn->b", a[k], b[k]) for k in a]
        return np.asarray(np.sum(parts, axis=0)[:, None])

    def _correct(self, h: dict[int, FloatArray], steps: dict[int, FloatArray]) -> None:
        """Take the last step, too small for any curvature."""
        for k, follower in self._followers(steps).items():
            h[k] = h[k] + follower
        for k in self.kept:
            h[k] = h[k] + steps[k]


def _ratio(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)
