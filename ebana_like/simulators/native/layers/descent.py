"""How is a layered network trained without leaving the device? Batch after batch in one compiled loop.

The learning signal of the first crossbar is never written out but where it moves the conductances: with c the sums over
columns and d the columns' changes, element (i, j) moves by c_j - sum over samples of d_j x_i, and by c_j + ... where
its row carries the feature's negative.
"""

from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.descent import Draws, Ends, Moves, Numbers
from ebana_like.simulators.layers import pulled
from ebana_like.simulators.moving import Batches, Lasting, begun, ended
from ebana_like.simulators.native.layers.network import (
    Arriving,
    Conductances,
    Network,
    Ports,
    arriving_at,
    network,
    weights_of,
)
from ebana_like.simulators.native.layers.neurons import Layer, driven
from ebana_like.simulators.native.layers.outputs import Outputs, injected, scores, unpushed
from ebana_like.simulators.native.layers.settle import Settled, adjoint, guess, settle
from ebana_like.simulators.native.layers.skips import beside
from ebana_like.simulators.native.layers.stepping import pieces_of, stepped
from ebana_like.simulators.native.layers.synapses import outer, per_value, products

FEW_SAMPLES = 256
"""Samples up to which the norm of their outer products is taken from the samples' scalar products."""


class Rule(NamedTuple):
    """How each crossbar moves, then each feed: learning rate, and range, (all,), and weights in the energy, of each one
    number, (), or one a column, (columns,)."""

    weights: tuple[Array, ...]
    steps: Array
    low: Array
    high: Array


State = dict[str, Any]
Feeds = tuple[Array | None, ...]
Carry = tuple[Array, Array, Conductances, State, Array, Array]


class _Signal(NamedTuple):
    """A crossbar's learning signal: constants (columns,) less products of changes and rows."""

    constant: Array
    change: Array


def _descend(
    branch: tuple[str, ...],
    filled: bool,
    pull: Draws,
    neurons: tuple[Layer, ...],
    ports: Ports,
    rule: Rule,
    g: Conductances,
    batches: Batches,
    inputs: Array,
    count: Array,
    moves: Moves | None = None,
    numbers: Numbers = (),
    state: State | None = None,
    ends: tuple[Ends, ...] = (),
    order: tuple[str, ...] = (),
) -> tuple[Array, Conductances, State, Array, Array]:
    """Take `count` steps; how many were taken, where they led, what the rule remembers, the free scores, and the
    gradients' norms.

    branch: addresses of what stands across the output pairs. pull: what the outputs are drawn by.
    inputs: number of features, those that fill arrays left out.
    filled: whether there are elements that only fill arrays; they have no conductance and keep it.
    moves, numbers, state: see `Stepping`; without them steps go against the gradient. What is remembered then comes
        without what never changes. ends: its ranges, in the `order` of addresses, crossbars on from inputs, then feeds.
    """

    def step(carry: Carry) -> Carry:
        k, _, g, state, scores, norms = carry
        x, targets = batches.unit * batches.features[k].astype(batches.unit.dtype), batches.targets[k]
        weights = weights_of(g)
        net = network(neurons, ports, g)
        arriving = arriving_at(net, ports, weights, g.bias, x)
        entering = net.entering(x)
        present = jnp.arange(len(x)) < batches.counts[k]
        share = present.astype(x.dtype) / batches.counts[k].astype(x.dtype)
        betas = jnp.concatenate([jnp.zeros((1, len(x)), x.dtype), batches.betas[k]])
        score, voltages, iterations = _phases(net, arriving, pull, branch, targets, betas)
        if len(betas) > 1:
            factors = (batches.coefficients[k, 1:] * share).reshape(-1, 1) / 2
            first, behind, signals = _nudged_signals(net, rule, factors, entering, x, voltages, g.behind)
        else:
            currents = injected(net, _pairs(-pull.gradient(_real(score, targets), targets), score))
            outputs = unpushed(net, x, len(branch) > 1)._replace(injected=currents)
            free = tuple(h[0] for h in voltages)
            solved = adjoint(net, outputs, free)
            first, behind, signals = adjoint_signals(net, share[:, None], entering, x, free, solved, g.behind)
        windows = ports.windows
        constant, changes = (per_value(windows, weights, each) for each in (first.constant, first.change.sum(axis=0)))
        bias = constant - changes * ports.biases
        others = [bias, *behind]
        if filled:
            others = [jnp.where(values > 0, part, 0) for values, part in zip((g.bias, *g.behind), others, strict=True)]
        if windows is None:  # the outer product is formed where it moves conductances, once it is known to be good
            squares, moving = _squares(first, x, inputs, bool(g.minus.shape[1])), None
        else:
            moving = outer(windows, weights, first.change, x)
            squares = _sum_squares(constant - moving, *([constant + moving] if g.minus.size else []))
        fed = _of_feeds(rule, g.feeds, signals)
        norm = jnp.sqrt(squares + _sum_squares(*others, *jax.tree.leaves(fed)))
        is_good = ((iterations > 0).all(axis=0) | ~present).all() & jnp.isfinite(norm)
        first = _Signal(*(jnp.where(is_good, part, 0) for part in first))
        others = [jnp.where(is_good, part, 0) for part in others]
        fed = jax.tree.map(lambda part: jnp.where(is_good, part, 0), fed)
        moving = outer(windows, weights, first.change, x) if moving is None else jnp.where(is_good, moving, 0)
        constant = per_value(windows, weights, first.constant)

        def moved(values: Array, k: int, direction: Array) -> Array:
            there = jnp.clip(values - rule.steps[k] * direction, rule.low[k], rule.high[k])
            return jnp.where(values > 0, there, 0) if filled else there

        if moves is not None:

            def by_devices(g: Conductances, state: State) -> tuple[Conductances, State]:
                minus = constant + moving if g.minus.size else g.minus
                gradient = Conductances(constant - moving, minus, others[0], tuple(others[1:]), fed)
                return stepped(moves, numbers, lasting, g, gradient, state, ranges, batches.keys[k], filled)

            g, state = jax.lax.cond(is_good, by_devices, lambda *held: held, g, state)
        else:
            g = Conductances(
                moved(g.plus, 0, constant - moving),
                moved(g.minus, 0, constant + moving) if g.minus.size else g.minus,
                moved(g.bias, 0, others[0]),
                tuple(moved(values, k + 1, others[k + 1]) for k, values in enumerate(g.behind)),
                _fed(rule, g.feeds, fed),
            )
        return k + is_good, is_good, g, state, scores.at[k].set(score), norms.at[k].set(norm)

    def is_going(carry: Carry) -> Array:
        return (carry[0] < count) & carry[1]

    lasting: Lasting = {}
    held: State = {}
    ranges = dict(zip(order, ends, strict=True))
    if moves is not None:
        lasting, held = begun(moves, numbers, pieces_of(g, ranges, in_rows=False), state or {}, ranges)
    size = batches.features.shape[:2]
    scores = jnp.zeros((*size, len(ports.positive)), batches.unit.dtype)
    norms = jnp.zeros(size[:1], batches.unit.dtype)
    done, _, g, held, scores, norms = jax.lax.while_loop(
        is_going, step, (jnp.zeros((), jnp.int32), jnp.ones((), bool), g, held, scores, norms)
    )
    return done, g, ended(held, scores.dtype), scores, norms


_STATIC = ("branch", "filled", "pull", "moves", "order")

descend = jax.jit(_descend, static_argnames=_STATIC)

descend_by_devices = jax.jit(_descend, static_argnames=_STATIC, compiler_options={"xla_cpu_prefer_vector_width": 512})
"""The same in vectors as long as the processor has them: what devices do is arithmetic without end."""


def _real(scores: Array, targets: Array) -> Array:
    """Return the scores of the outputs that have targets: those that fill arrays have none."""
    return scores[:, : targets.shape[1]]


def _pairs(currents: Array, scores: Array) -> Array:
    """Return currents into all pairs, none into those that fill arrays."""
    return jnp.pad(currents, [(0, 0)] * (currents.ndim - 1) + [(0, scores.shape[1] - currents.shape[-1])])


def _phases(
    net: Network, arriving: Arriving, pull: Draws, branch: tuple[str, ...], targets: Array, betas: Array
) -> tuple[Array, tuple[Array, ...], Array]:
    """Solve a batch freely, then with each of the betas from its free state.

    betas: (1 + phases, samples), siemens, none in the first. Returns the free scores, the voltages of every layer,
    (1 + phases, samples, nodes), and the iterations each point took, 0 where it failed.
    """

    def phase(free: tuple[Array, tuple[Array, ...]], beta: Array) -> tuple[Any, Settled]:
        score, start = free
        values = pull.nudging(targets, beta[None]).drives(cast(Any, _real(score, targets)), slice(None))
        currents, siemens = pulled(branch, values)
        loads = None if siemens is None else siemens.reshape(-1, 1)
        settled = settle(net, arriving, Outputs(injected(net, _pairs(currents[0], score)), loads), start)
        is_free = (beta == 0).all()
        found = scores(net, settled.voltages[-1]), settled.voltages
        return jax.tree.map(lambda new, old: jnp.where(is_free, new, old), found, free), settled

    start = jnp.zeros((len(arriving[0]), len(net.positive)), arriving[0].dtype), guess(net, arriving)
    (score, _), settled = jax.lax.scan(phase, start, betas)
    return score, settled.voltages, settled.iterations


def _columns(
    net: Network, entering: Array | float, voltages: tuple[Array, ...], adjoint: bool = False
) -> tuple[Array, ...]:
    """Return what the columns of every crossbar are at above ground; arguments as those of `Network.levels`."""
    levels = net.levels(entering, voltages, adjoint)
    return tuple(h if r is None else h + r[..., None] for h, r in zip(voltages, levels, strict=True))


def _nudged_signals(
    net: Network,
    rule: Rule,
    factors: Array,
    entering: Array | float,
    features: Array,
    voltages: tuple[Array, ...],
    given: tuple[Array, ...],
) -> tuple[_Signal, list[Array], tuple[Array, ...]]:
    """Return the signals of crossbars, sum over phases and samples of factor times the change of drops squared, and,
    before they are weighted, of feeds into every layer: their drop is the node's voltage below ground.

    entering: see `Network.levels`. features: (samples, features), volts. given: conductances of the crossbars behind
    the first.
    """
    neurons, (changes, totals) = (
        ([_flat(h[1:] - h[0]) for h in each], [_flat(h[1:] + h[0]) for h in each])
        for each in (voltages, _columns(net, entering, voltages))
    )
    changed = rule.weights[0] * factors * changes[0]
    change = 2 * changed.reshape(len(voltages[0]) - 1, -1, changed.shape[1]).sum(axis=0)
    first = _Signal((changed * totals[0]).sum(axis=0), change)
    behind = []
    moved: list[Array] = []
    summed: list[Array] = []
    for k, layer in enumerate(net.neurons):
        scaled = rule.weights[k + 1] * factors
        total = layer.forward * neurons[1][k]
        moved.append(layer.forward * neurons[0][k])
        summed.append(total if layer.offsets is None else total + 2 * layer.offsets)
        rows = beside(layer.skipping, moved, features, 0), beside(layer.skipping, summed, features, 2)
        behind.append(products(layer.windows, given[k], scaled, rows, (changes[k + 1], totals[k + 1])))
    return first, behind, tuple(-2 * (factors * change).sum(axis=0) for change in changes)


def _flat(h: Array) -> Array:
    """Return (phases, samples, nodes) as (points, nodes)."""
    return h.reshape(-1, h.shape[2])


def _of_feeds(rule: Rule, feeds: Feeds, signals: tuple[Array, ...]) -> Feeds:
    """Return the weighted signals of the feeds that there are."""
    weights = iter(rule.weights[len(signals) :])
    pairs = zip(feeds, signals, strict=False)
    return tuple(None if feed is None else next(weights) * signal for feed, signal in pairs)


def _fed(rule: Rule, feeds: Feeds, signals: Feeds) -> Feeds:
    """Return feeds where a step against their signals leads."""
    places = iter(range(len(feeds), len(rule.steps)))

    def moved(values: Array, signal: Array) -> Array:
        k = next(places)
        return jnp.clip(values - rule.steps[k] * signal, rule.low[k], rule.high[k])

    return tuple(
        None if values is None or signal is None else moved(values, signal)
        for values, signal in zip(feeds, signals, strict=True)
    )


def adjoint_signals(
    net: Network,
    share: Array,
    entering: Array | float,
    features: Array,
    voltages: tuple[Array, ...],
    mirrored: tuple[Array, ...],
    given: tuple[Array, ...],
) -> tuple[_Signal, list[Array], tuple[Array, ...]]:
    """Return the signals of crossbars, sum over samples of share times adjoint drops times drops, and of feeds into
    every layer.

    entering: see `Network.levels`. features: (samples, features), volts. given: conductances of the crossbars behind
    the first.
    """
    columns, of_columns = _columns(net, entering, voltages), _columns(net, 0.0, mirrored, adjoint=True)
    change = share * of_columns[0]
    first = _Signal((change * columns[0]).sum(axis=0), change)
    behind = []
    backs: list[Array] = []
    fronts: list[Array] = []
    for k, layer in enumerate(net.neurons):
        backs.append(layer.back * mirrored[k])
        fronts.append(driven(layer, voltages[k]))
        rows = beside(layer.skipping, backs, features, 0), beside(layer.skipping, fronts, features, 1)
        behind.append(products(layer.windows, given[k], share, rows, (of_columns[k + 1], columns[k + 1])))
    return first, behind, tuple(-(share * each).sum(axis=0) for each in mirrored)


def _squares(signal: _Signal, x: Array, inputs: Array, is_mirrored: bool) -> Array:
    """Return the sum of the squares of the first crossbar's signals at so many features."""
    if len(x) <= FEW_SAMPLES:
        squares = jnp.vdot(signal.change @ signal.change.T, x @ x.T)
    else:
        squares = _sum_squares(signal.change.T @ x)
    squares = squares + inputs.astype(x.dtype) * jnp.vdot(signal.constant, signal.constant)
    if is_mirrored:
        return 2 * squares
    return squares - 2 * jnp.vdot(signal.change @ signal.constant, x.sum(axis=1))


def _sum_squares(*arrays: Array) -> Array:
    total: Array | float = 0.0
    for array in arrays:
        total = total + jnp.vdot(array, array)
    return jnp.asarray(total)
