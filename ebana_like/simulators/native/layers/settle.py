"""Where does a batch settle in a layered network of any depth? Newton's method in all layers at once.

Layers are coloured in turn; eliminating every second one, whose equations are scalar, or as many as no crossbar joins
where some see beyond the layer before them, leaves

    J = diag(slopes) - C diag(1 / slopes') C',   C: coupling of kept to eliminated layers,

which the weights of the energy make symmetric and positive definite. Where wires couple the nodes of a layer none is
eliminated. It is solved by conjugate gradients preconditioned by the network without pattern (`patternless`): all work
on crossbars is matrix products over the batch, whatever the depth, and the adjoint is one more solve with the same J.
With one hidden layer J is the Schur complement on the outputs.

On a chip the ratios A / B of amplifiers may differ so that no weights make J symmetric; then biconjugate gradients,
stabilised, take the place of conjugate gradients, and the adjoint is solved with the transposed network.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.simulators.native.layers.gradients import Layers, jacobian_times, largest, roughened, roughly, solve
from ebana_like.simulators.native.layers.ideal import swept
from ebana_like.simulators.native.layers.network import Arriving, Even, Network
from ebana_like.simulators.native.layers.neurons import Layer, Neurons, Rectifiers, driven
from ebana_like.simulators.native.layers.outputs import Outputs, divided, multiplied
from ebana_like.simulators.native.layers.patternless import patternless
from ebana_like.simulators.native.layers.reference import shared

NEWTON_LIMIT = 60

TOLERANCE = 1e-15
"""Volts: residual over slope below which conjugate gradients need not go."""

ROUNDING = 16
"""Of the arithmetic's last digits, times the largest voltage: the smallest tolerance that can be asked for."""

LAST_STEP = 2e-7
"""Of N Vt: so small a Newton step is the last, for the error is half of that squared then, 2e-14 N Vt or 1e-15 V."""

FORCING, LEAST_FORCING = 1e-2, {8: 1e-9, 4: 1e-6}
"""Share of the residual that conjugate gradients may leave: the residual's own share of N Vt, as Newton's method leaves
about that much by itself, within these bounds; the lower one by the bytes of a number.
"""

FAR = 2.0
"""Steps of more N Vt than this are kept below the bound of the neuron's equation."""

NEAR, ALONE_LIMIT = 0.3, 300
"""Before the first step of all together each layer is solved alone until no step is longer than so many N Vt."""

ADJOINT_ERROR = {8: 1e-13, 4: 1e-4}
"""Share of the adjoint's right side that is left, by the bytes of a number."""

REFINEMENTS = {8: 0, 4: 1}
"""How often the adjoint of several hidden layers is solved again for what is left of its right side, by the bytes of a
number.

It shrinks from layer to layer, in three of 1024 by 250,000; solved once in singles it is all noise in the first of
them, and 0.5 % off once what was left has been told anew and solved for (before training; 2e-5 after some).
"""

_Newton = tuple[Array, Layers, Layers, Array, Array]
"""Number, voltages, currents into the eliminated layers, iterations that points took, whether any goes on."""


class Settled(NamedTuple):
    """Voltages of every layer, outputs last, (points, nodes); the iterations each point took, 0 where it failed."""

    voltages: tuple[Array, ...]
    iterations: Array


def guess(net: Network, arriving: Arriving) -> tuple[Array, ...]:
    """Return first guesses of every layer's voltages, each from the layer before it.

    Of several hidden layers each also knows what comes back from those behind it in the mean (`_returning`).
    """
    guesses: list[Array] = []
    rows: list[Array] = []
    s, returning = arriving[0], _returning(net, arriving) if net.last > 1 and net.sums else {}
    for k, layer in enumerate(net.neurons):
        guesses.append(_alone(layer, s + returning[k] if returning else s, net.conductances[k]))
        rows.append(driven(layer, guesses[-1]))
        s, more = net.ahead(k, rows), arriving[k + 1]
        if more is not None:
            s = s + more
    return (*guesses, s / net.conductances[-1])


def _returning(net: Network, arriving: Arriving) -> Layers:
    """Return roughly the currents into each hidden layer from the one behind it, (points, neurons), amperes.

    They are those of a network without pattern, whose first layer conducts as its diodes do where it stands alone.
    """
    first = arriving[0]
    alone = _alone(net.neurons[0], first, net.conductances[0])
    chord = jnp.where(alone != 0, first / jnp.where(alone != 0, alone, 1), 0)
    slopes = dict(enumerate(net.conductances))
    slopes[0] = jnp.maximum(chord, slopes[0])
    into = {k: jnp.zeros_like(D)[None] for k, D in enumerate(net.conductances)}
    into |= {k: currents for k, currents in enumerate(arriving) if currents is not None}
    mean = patternless(net, slopes, None)(into)
    return {
        k: (mean[k + 1] @ of_columns / of_columns.sum())[:, None] * (layer.back * of_rows)
        for k, (layer, (of_columns, of_rows)) in enumerate(zip(net.neurons, net.sums, strict=True))
    }


def _alone(layer: Layer, s: Array, D: Array) -> Array:
    """Return roughly where D h + i_D(h) = s: Newton's method until no step is long any more."""
    if isinstance(layer, Rectifiers):
        return layer.kept(s / D)
    near = NEAR * layer.scales.min()

    def step(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        number, h, move = carry
        h = h - jnp.where(jnp.abs(move) > near, move, 0)
        current, slope = layer.current(h)
        return number + 1, h, (D * h + current - s) / (D + slope)

    def is_going(carry: tuple[Array, Array, Array]) -> Array:
        number, _, move = carry
        return (number == 0) | ((jnp.abs(move) > near).any() & (number < ALONE_LIMIT))

    h = layer.bound(s, D)
    _, h, move = jax.lax.while_loop(is_going, step, (jnp.zeros((), jnp.int32), h, jnp.zeros_like(h)))
    return h - move


def settle(net: Network, arriving: Arriving, outputs: Outputs, start: tuple[Array, ...]) -> Settled:
    """Solve points from guesses."""
    last, kept, eliminated = net.last, net.kept, net.eliminated
    points, digits = len(arriving[0]), ROUNDING * float(np.finfo(arriving[0].dtype).eps)
    loads = outputs.loads

    def inflow(k: int, v: Layers) -> Array:
        """Return all that flows into layer k from beside it and from outside."""
        total, brought = net.into(k, v), arriving[k]
        if brought is not None:
            total = total + brought
        fed = net.fed[k]
        if fed is not None:
            total = total + fed
        return total + outputs.injected if k == last else total

    if isinstance(net.neurons[0], Rectifiers):
        return Settled(*swept(net, outputs, start, inflow, digits, solve))
    rough = roughened(net)
    least = LEAST_FORCING[rough.matrices[0].dtype.itemsize]
    thermal = jnp.stack([_smooth(net, k).scales.min() for k in range(last)]).min()

    def laws(k: int, h: Layers, slopes: Layers) -> Array:
        """Return what leaves layer k by its own elements, and set the slopes there."""
        D = net.conductances[k]
        if k == last:
            slopes[k] = D
            return multiplied(net, k, slopes, loads, h[k])
        current, slope = net.neurons[k].current(h[k])
        slopes[k] = D + slope
        return D * h[k] + current - shared(net.shares(k), h[k])

    def step(carry: _Newton) -> _Newton:
        number, h, s, iterations, _ = carry
        slopes: Layers = {}
        own: Layers = {}
        ahead = {}
        moving = jnp.zeros(points, bool)
        for k in eliminated:
            own[k] = divided(net, k, slopes, loads, s[k] - laws(k, h, slopes))
            ahead[k] = h[k] + own[k]
            if k < last:
                short = jnp.maximum(LAST_STEP * _smooth(net, k).scales.min(), digits * jnp.abs(h[k]).max(axis=1))
                moving = moving | ~(jnp.abs(own[k]) <= short[:, None]).all(axis=1)
        out = {k: laws(k, h, slopes) for k in kept}
        residual = {k: inflow(k, {**h, **ahead}) - out[k] for k in kept}
        worst = largest(net, slopes, loads, residual)
        scale = jnp.stack([jnp.abs(h[k]).max(axis=1) for k in kept]).max(axis=0)
        settled = (worst < jnp.maximum(LAST_STEP * thermal, digits * (1 + scale))) & ~moving
        share = jnp.clip(worst / thermal, least, FORCING)
        enough = jnp.maximum(share * worst, max(TOLERANCE, 1e-3 * digits))
        moves = roughly(rough, slopes, loads, residual, worst, enough)
        goes = (iterations == 0)[:, None]  # what has settled stays: no sample depends on those beside it
        own, moves = ({k: jnp.where(goes, part, 0) for k, part in parts.items()} for parts in (own, moves))
        iterations = jnp.where((iterations == 0) & settled, number + 1, iterations)
        for k in kept:
            if k < last:
                into = out[k] + shared(net.shares(k), h[k]) + slopes[k] * moves[k]
                moves[k] = _within(net, k, into, h[k], moves[k])
        h, s = dict(h), dict(s)
        for k in eliminated:
            change = net.into(k, moves)
            s[k] = s[k] + change
            move = own[k] + divided(net, k, slopes, loads, change)
            into = s[k] + shared(net.shares(k), h[k] + move)
            h[k] = h[k] + (move if k == last else _within(net, k, into, h[k], move))
        for k in kept:
            h[k] = h[k] + moves[k]
        going = (iterations == 0) & (worst < jnp.inf)
        return number + 1, h, s, iterations, going.any()

    def is_going(carry: _Newton) -> Array:
        return carry[4] & (carry[0] < NEWTON_LIMIT)

    h = dict(enumerate(start))
    s = {k: inflow(k, {n: v for n, v in h.items() if n in kept}) for k in eliminated}
    zero = jnp.zeros((), jnp.int32)
    iterations = jnp.zeros(points, jnp.int32)
    _, h, _, iterations, _ = jax.lax.while_loop(is_going, step, (zero, h, s, iterations, jnp.ones((), bool)))
    return Settled(tuple(h[k] for k in range(last + 1)), iterations)


def adjoint(net: Network, outputs: Outputs, voltages: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return the adjoint voltages of every layer, outputs last, at operating points; injected: the right side.

    J' lambda = e. With W the weights of the energy W J is symmetric, so lambda = W J^-1 W^-1 e; e stands at the
    outputs, where W is 1. Where there are no such weights, the network with A and B exchanged has J' for its Jacobian.
    """
    even = isinstance(net.ratios, Even)
    net = net if even else net.transposed
    loads, last = outputs.loads, net.last
    slopes = {k: net.conductances[k] + layer.current(voltages[k])[1] for k, layer in enumerate(net.neurons)}
    slopes[last] = net.conductances[last]
    residual = {k: jnp.zeros_like(voltages[k]) for k in net.kept}
    own: Layers = {}
    if last in net.kept:
        residual[last] = jnp.broadcast_to(outputs.injected, voltages[last].shape)
    else:
        own = {last: divided(net, last, slopes, loads, outputs.injected)}
        residual |= {k: net.into(k, own) for k in net.kept if net.joined(k, last)}
    size = voltages[0].dtype.itemsize

    def solved(r: Layers) -> Layers:
        return solve(net, slopes, loads, r, ADJOINT_ERROR[size] * largest(net, slopes, loads, r))

    found = dict(solved(residual))
    for _ in range(REFINEMENTS[size] if last > 1 else 0):
        held = jacobian_times(net, slopes, loads, found)
        more = solved({k: r - held[k] for k, r in residual.items()})
        found = {k: found[k] + part for k, part in more.items()}
    moves = dict(found)
    for k in net.eliminated:
        found[k] = own.get(k, 0.0) + divided(net, k, slopes, loads, net.into(k, moves))
    return tuple(net.weights(k) * found[k] if even else found[k] for k in range(last + 1))


def _smooth(net: Network, k: int) -> Neurons:
    """Return a layer of diodes that have a slope everywhere."""
    layer = net.neurons[k]
    assert isinstance(layer, Neurons)
    return layer


def _within(net: Network, k: int, s: Array, h: Array, move: Array) -> Array:
    """Keep long steps of neurons on this side of the bound of their equation for the currents s."""
    layer = _smooth(net, k)
    far = jnp.abs(move) > FAR * layer.scales.min()

    def shortened(_: None) -> Array:
        bound = layer.bound(s, net.conductances[k])
        there = jnp.where(s > 0, jnp.minimum(h + move, bound), jnp.maximum(h + move, bound))
        return jnp.where(far, there - h, move)

    found: Array = jax.lax.cond(far.any(), shortened, lambda _: move, None)
    return found
