"""How is one Newton step of a layered network solved? By conjugate gradients, or biconjugate ones on uneven chips.

Both are preconditioned by the network without pattern (`patternless`), and stop where what is left is a small enough
share of what there was.
"""

import jax
import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.native.layers.network import Even, Network
from ebana_like.simulators.native.layers.outputs import divided, multiplied
from ebana_like.simulators.native.layers.patternless import patternless

GRADIENTS_LIMIT = 200

SINGLES_FROM = 2**16
"""Conductances of a crossbar from which on conjugate gradients work in singles. They need not be closer than `FORCING`:
Kirchhoff's law itself is evaluated in doubles, and what singles leave is told by it and solved for in the next step.
"""

Layers = dict[int, Array]
"""One array (points, nodes) a layer, by its number: hidden layers from 0, outputs last."""


_Gradients = tuple[Array, Layers, Layers, Layers, Array, Array]
"""Number, solution, residual, direction, their scalar product, which points go on."""

_Stabilised = tuple[Array, Layers, Layers, Layers, Layers, Array, Array, Array, Array]
"""Number, solution, residual, direction and J times it, three factors, which points go on."""


def solve(net: Network, slopes: Layers, loads: Array | None, r: Layers, enough: Array) -> Layers:
    """Solve J d = r at every point until the residual over its slope is at most `enough`, (points,), volts."""
    solve = _conjugate_gradients if isinstance(net.ratios, Even) else _stabilised_gradients
    return solve(net, slopes, loads, r, enough)


def roughly(net: Network, slopes: Layers, loads: Array | None, r: Layers, worst: Array, enough: Array) -> Layers:
    """Solve as `solve`, in the precision of the network, in units of `worst`: the largest residual over its slope."""
    kind = net.matrices[0].dtype
    if kind == worst.dtype:
        return solve(net, slopes, loads, r, enough)
    unit = jnp.where(worst > 0, worst, 1)[:, None]
    found = solve(
        net,
        {k: slope.astype(kind) for k, slope in slopes.items()},
        None if loads is None else loads.astype(kind),
        {k: (part / unit).astype(kind) for k, part in r.items()},
        (enough / unit[:, 0]).astype(kind),
    )
    return {k: unit * part for k, part in found.items()}


def roughened(net: Network) -> Network:
    """Return the network in singles where its crossbars are so large that their products take the time."""
    if max(matrix.size for matrix in net.matrices) < SINGLES_FROM:
        return net
    found: Network = jax.tree.map(lambda a: a.astype(jnp.float32) if a.dtype == jnp.float64 else a, net)
    return found


def jacobian_times(net: Network, slopes: Layers, loads: Array | None, v: Layers) -> Layers:
    """Return J v, amperes, for voltages v of the kept layers."""
    followers = {k: divided(net, k, slopes, loads, net.into(k, v)) for k in net.eliminated}
    beside = {**v, **followers}
    return {k: multiplied(net, k, slopes, loads, v[k]) - net.into(k, beside) for k in net.kept}


def _stabilised_gradients(net: Network, slopes: Layers, loads: Array | None, r: Layers, enough: Array) -> Layers:
    """Solve as `solve`, by van der Vorst's BiCGSTAB, for a J that is not symmetric. All in volts."""

    preconditioned = patternless(net, slopes, loads)

    def times(v: Layers) -> Layers:
        return preconditioned(jacobian_times(net, slopes, loads, v))

    def dot(a: Layers, b: Layers) -> Array:
        return jnp.asarray(sum((a[k] * b[k]).sum(axis=1, keepdims=True) for k in a))

    def step(carry: _Stabilised) -> _Stabilised:
        number, d, r, p, v, alpha, rho, omega, goes = carry
        now = dot(first, r)
        beta = _ratio(now, rho) * _ratio(alpha, omega)
        p = {k: r[k] + beta * (p[k] - omega * v[k]) for k in r}
        v = times(p)
        alpha = _ratio(now, dot(first, v))
        s = {k: r[k] - alpha * v[k] for k in r}
        t = times(s)
        omega = _ratio(dot(t, s), dot(t, t))
        d = {k: jnp.where(goes, d[k] + alpha * p[k] + omega * s[k], d[k]) for k in d}
        r = {k: jnp.where(goes, s[k] - omega * t[k], r[k]) for k in r}
        left = jnp.stack([jnp.abs(part).max(axis=1) for part in r.values()]).max(axis=0)[:, None]
        return number + 1, d, r, p, v, alpha, now, omega, goes & (left > enough[:, None]) & (left < jnp.inf)

    def is_going(carry: _Stabilised) -> Array:
        return carry[-1].any() & (carry[0] < GRADIENTS_LIMIT)

    first = preconditioned(r)
    nothing = {k: jnp.zeros_like(part) for k, part in first.items()}
    one = jnp.ones((len(enough), 1), enough.dtype)
    carry = (jnp.zeros((), jnp.int32), nothing, first, nothing, nothing, one, one, one, jnp.ones(one.shape, bool))
    found: Layers = jax.lax.while_loop(is_going, step, carry)[1]
    return found


def _conjugate_gradients(net: Network, slopes: Layers, loads: Array | None, r: Layers, enough: Array) -> Layers:
    """Solve as `solve`, for a J that the weights of the energy make symmetric."""

    preconditioned = patternless(net, slopes, loads)

    def dot(a: Layers, b: Layers) -> Array:
        total: Array | float = 0.0
        for k in a:
            total = total + (net.weights(k) * a[k] * b[k]).sum(axis=1, keepdims=True)
        return jnp.asarray(total)

    def step(carry: _Gradients) -> _Gradients:
        number, d, r, p, rz, goes = carry
        q = jacobian_times(net, slopes, loads, p)
        a = jnp.where(goes, _ratio(rz, dot(p, q)), 0)
        d = {k: d[k] + a * p[k] for k in d}
        r = {k: r[k] - a * q[k] for k in r}
        z = preconditioned(r)
        after = dot(r, z)
        b = _ratio(after, rz)
        p = {k: z[k] + b * p[k] for k in p}
        left = largest(net, slopes, loads, r)[:, None]
        return number + 1, d, r, p, after, goes & (left > enough[:, None]) & (left < jnp.inf)

    def is_going(carry: _Gradients) -> Array:
        return carry[5].any() & (carry[0] < GRADIENTS_LIMIT)

    z = preconditioned(r)
    nothing = {k: jnp.zeros_like(v) for k, v in r.items()}
    rz = dot(r, z)
    carry = (jnp.zeros((), jnp.int32), nothing, r, z, rz, jnp.ones(rz.shape, bool))
    found: Layers = jax.lax.while_loop(is_going, step, carry)[1]
    return found


def _ratio(a: Array, b: Array) -> Array:
    return jnp.where(b != 0, a / jnp.where(b != 0, b, 1), 0)


def largest(net: Network, slopes: Layers, loads: Array | None, residual: Layers) -> Array:
    """Return the largest residual over its slope of each point, (points,), volts; infinite where it is no number.

    A reference couples the nodes of a layer so much that their slopes alone say little.
    """
    parts = [
        jnp.abs(divided(net, k, slopes, loads, r) if net.shares(k) else r / slopes[k]).max(axis=1)
        for k, r in residual.items()
    ]
    worst = parts[0]
    for part in parts[1:]:
        worst = jnp.maximum(worst, part)
    return jnp.where(worst < jnp.inf, worst, jnp.inf)
