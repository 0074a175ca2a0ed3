"""How is a Hopfield network trained without leaving the device? Batch after batch in one compiled loop.

The products of the first layer's changes and the features are formed once a batch, where they move the weights.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.descent import Draws, Ends, Moves
from ebana_like.simulators.hopfield.motion import Motion
from ebana_like.simulators.hopfield.settle import Pulls
from ebana_like.simulators.moving import Batches, Lasting, begun, ended, moved
from ebana_like.systems.joints import Layer, along, gradients
from ebana_like.systems.pulls import Clamps, Springs
from ebana_like.systems.settled import HeldForces


class Bounds(NamedTuple):
    """By how much a gradient of one moves a value, and its range, () each."""

    step: Any
    low: Any
    high: Any


Numbers = dict[str, Array]
"""Flat by address."""

State = dict[str, Any]
"""What is remembered, that of devices as `moving.begun` has it."""


class Carry(NamedTuple):
    """Batches done, whether the last was, weights by layer, what the rule remembers, free scores, gradients' norms."""

    done: Array
    is_going: Array
    layers: list[Layer]
    state: State
    scores: Array
    norms: Array


@partial(jax.jit, static_argnames=("motion", "pull", "addresses", "moves"))
def descend(
    motion: Motion,
    pull: Draws,
    addresses: tuple[tuple[str, ...], ...],
    still: Array,
    layers: list[Layer],
    bounds: Mapping[str, Bounds],
    batches: Batches,
    count: Array,
    moves: Moves | None = None,
    by: tuple[Any, ...] = (),
    state: State | None = None,
    ranges: Mapping[str, Ends] | None = None,
) -> Carry:
    """Take `count` steps, up to the first in which a sample does not settle.

    motion: to rest, or in steps. addresses: of weight, bias and, in a vector field, weight back, layer by layer.
    still: see `settle`. bounds: of each address.
    moves, state, ranges: see `Stepping`, whose numbers are `by`; without them steps go against the gradient.
    """

    def step(carry: Carry) -> Carry:
        k, layers = carry.done, carry.layers
        x = batches.unit * batches.features[k].astype(batches.unit.dtype)
        share = (jnp.arange(len(x)) < batches.counts[k]).astype(x.dtype) / batches.counts[k].astype(x.dtype)
        drive = motion.driven(x, layers)
        free = motion.free(drive[None], layers[1:], still)
        score, targets = free.states[-1][0], batches.targets[k]
        if batches.betas.shape[1]:
            nudging = pull.nudging(targets, batches.betas[k]).drives(score, slice(None))
            pushed = motion.nudged(
                [jnp.broadcast_to(s, (batches.betas.shape[1], *s.shape[1:])) for s in free.states],
                drive[None],
                layers[1:],
                pulls_of(nudging, (batches.betas.shape[1], *score.shape), x.dtype),
                still,
            )
            states = [jnp.concatenate(pair) for pair in zip(free.states, pushed.states, strict=True)]
            slopes = gradients(motion.joints, layers, states, batches.coefficients[k] * share, x)
            still_moving = jnp.concatenate([free.moved, pushed.moved])
        else:
            mirrored = motion.adjoint([s[0] for s in free.states], pull.gradient(score, targets), layers[1:], still)
            slopes = along(motion.joints, layers, free.states, [m[None] for m in mirrored.states], share[None], x)
            still_moving = jnp.concatenate([free.moved, mirrored.moved[None]])
        norm = jnp.sqrt(sum(jnp.vdot(each, each) for pair in slopes for each in pair))
        is_good = (~((still_moving > still) & (share > 0))).all() & jnp.isfinite(norm)
        changed, state = _moved(layers, slopes, carry, k)
        layers, state = jax.tree.map(
            lambda new, old: jnp.where(is_good, new, old), (changed, state), (layers, carry.state)
        )
        return Carry(k + is_good, is_good, layers, state, carry.scores.at[k].set(score), carry.norms.at[k].set(norm))

    def _moved(layers: list[Layer], slopes: list[Layer], carry: Carry, k: Array) -> tuple[list[Layer], State]:
        if moves is None or ranges is None:
            return [
                tuple(
                    jnp.clip(value - bounds[at].step * slope, bounds[at].low, bounds[at].high)
                    for at, value, slope in zip(names, pair, slope_pair, strict=True)
                )
                for names, pair, slope_pair in zip(addresses, layers, slopes, strict=True)
            ], carry.state
        rows, steep = ({at: (row,) for at, row in _flat(addresses, part).items()} for part in (layers, slopes))
        there, state = moved(moves, by, lasting, rows, steep, carry.state, ranges, batches.keys[k])
        return _shaped(addresses, {at: row for at, (row,) in there.items()}, layers), state

    def is_going(carry: Carry) -> Array:
        return (carry.done < count) & carry.is_going

    size, dtype = batches.features.shape[:2], batches.unit.dtype
    scores, norms = jnp.zeros((*size, len(layers[-1][1])), dtype), jnp.zeros(size[:1], dtype)
    lasting: Lasting = {}
    if moves is not None and ranges is not None:
        rows = {at: (row,) for at, row in _flat(addresses, layers).items()}
        lasting, state = begun(moves, by, rows, state or {}, ranges)
    first = Carry(jnp.zeros((), jnp.int32), jnp.ones((), bool), layers, state or {}, scores, norms)
    done: Carry = jax.lax.while_loop(is_going, step, first)
    return done._replace(state=ended(done.state, dtype))


def pulls_of(drives: Mapping[str, Any], shape: tuple[int, ...], dtype: Any) -> Pulls:
    """Return what pulls at outputs, (phases, batch, outputs), where some of it is given by address."""
    nothing = jnp.zeros(shape, dtype)
    given = [drives.get(at, nothing) for at in (HeldForces.ADDRESS, Springs.STIFFNESS, Clamps.HELD, Clamps.CLOSED)]
    return Pulls(*(jnp.broadcast_to(jnp.asarray(each), shape) for each in given))


def _flat(addresses: tuple[tuple[str, ...], ...], layers: list[Layer]) -> Numbers:
    pairs = zip(addresses, layers, strict=True)
    return {at: each.ravel() for names, pair in pairs for at, each in zip(names, pair, strict=True)}


def _shaped(addresses: tuple[tuple[str, ...], ...], values: Numbers, like: list[Layer]) -> list[Layer]:
    pairs = zip(addresses, like, strict=True)
    return [tuple(values[at].reshape(each.shape) for at, each in zip(*pair, strict=True)) for pair in pairs]
