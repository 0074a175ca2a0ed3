"""Where does a Hopfield network come to rest? Each layer in turn is put at its minimum, until nothing moves.

No weight joins two units of one layer, so that s_l = rho(W_l s_(l-1) + W_(l+1)' s_(l+1) + b_l) is a layer's exact
minimum: every sweep lowers the energy, and ends where small steps of ds/dt = -dE/ds end. Where the layer above hears
the largest of each pool, it is the minimum of an energy that lies nowhere below and touches where the layer is: what
was the largest can only be outdone. What the inputs contribute does not change meanwhile, and is computed once.

Units that are clipped go further, by a factor w between 1 and 2 of the way to that minimum. Along one unit the energy
is a parabola, on which any w below 2 still goes down (Cryer 1971, projected over-relaxation); near the rest a sweep
then leaves w - 1 of the distance rather than l, the share that whole steps leave. Each sample finds its own w: after
every `ROUND` sweeps from the share q that was left, by l = (q + w - 1)^2 / (q w^2) and w = 2 / (1 + sqrt(1 - l))
(Hageman and Young 1981).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from ebana_like.systems.joints import Joint, Layer, Layers

MOST_SWEEPS = 2000
"""After which a state that still moves is given up."""

FIRST, FURTHEST, ROUND = 1.3, 1.9, 8
"""Factors to begin with and at most, and sweeps after which a sample finds its own anew."""

ACTIVATION: dict[str, Callable[[Any], Any]] = {
    "clip": lambda u: jnp.clip(u, 0, 1),
    "logistic": lambda u: 1 / (1 + jnp.exp(2 - 4 * u)),
    "tanh": jnp.tanh,
}
"""rho, by its name."""

SLOPE: dict[str, Callable[[Any], Any]] = {
    "clip": lambda s: ((s > 0) & (s < 1)).astype(s.dtype),
    "logistic": lambda s: 4 * s * (1 - s),
    "tanh": lambda s: 1 - s**2,
}
"""rho' of a unit at rest, of its state."""


class Pulls(NamedTuple):
    """What pulls at outputs, each (phases, batch, outputs): force, stiffness, where they are held, and whether."""

    force: Any
    stiffness: Any
    place: Any
    closed: Any


class Rest(NamedTuple):
    """States of each layer, (phases, batch, units); how far any unit moved last, (phases, batch); sweeps taken, ()."""

    states: list[Array]
    moved: Array
    sweeps: Array


def settle(
    joints: Sequence[Joint],
    start: list[Array],
    drive: Array,
    layers: Layers,
    pulls: Pulls | None,
    still: Any,
    activation: str,
) -> Rest:
    """Sweep until no unit moves by more than `still`.

    joints, layers: those behind the first. start: states of each layer, (phases, batch, units). drive: what inputs
    contribute to the first, (batch, units). pulls: None for nothing. activation: by its name.
    """
    rho, relaxes = ACTIVATION[activation], activation == "clip"

    def moved(state: Array, wanted: Array, factor: Array) -> Array:
        return jnp.asarray(rho(state + factor * (wanted - state) if relaxes else wanted))

    def sweep(states: list[Array], factor: Array) -> list[Array]:
        found = list(states)
        for layer, state in enumerate(states):
            sums = drive if layer == 0 else joints[layer - 1].up(layers[layer - 1], found[layer - 1])
            if layer < len(layers):
                above = joints[layer].down(layers[layer], found[layer + 1], state)
                found[layer] = moved(state, sums + above, factor)
            elif pulls is None:
                found[layer] = moved(state, sums, factor)
            else:
                free = moved(state, (sums + pulls.force) / (1 + pulls.stiffness), factor)
                found[layer] = jnp.where(pulls.closed == 0, free, pulls.place)
        return found

    return swept(sweep, start, still)


def settle_adjoint(
    joints: Sequence[Joint], states: list[Array], slopes: Array, layers: Layers, still: Any, activation: str
) -> Rest:
    """Return lambda = -H^-1 dC/ds of every unit, H the energy's second derivatives at rest (recurrent backpropagation).

    lambda_l = rho'(u_l) (D' lambda_(l-1) + U' lambda_(l+1) - dC/ds_l), swept as states are, with D and U the slopes of
    what the layer below hears of it and the one above; a unit at an end of its range stays there, and what was the
    largest of a pool stays that.

    states: of each layer, (batch, units). slopes: dC/ds of the outputs, (batch, outputs). joints, layers: see `settle`.
    """
    sweep = adjoint_sweep(joints, states, slopes, layers, activation)
    return swept(sweep, [jnp.zeros_like(each) for each in states], still)


def adjoint_sweep(
    joints: Sequence[Joint],
    states: list[Array],
    slopes: Array,
    layers: Layers,
    activation: str,
    at_once: bool = False,
) -> Callable[[list[Array], Any], list[Array]]:
    """Return what gives lambda after one sweep, or after one step of all layers at once.

    It takes lambda and the factor of the way to a layer's own answer. Arguments as those of `settle_adjoint`.
    """
    gains = [SLOPE[activation](each) for each in states]
    ups, downs = [], []
    for joint, layer, below, own in zip(joints, layers, states, states[1:], strict=False):
        ups.append(jax.vjp(partial(_down, joint, layer, below), own)[1])
        downs.append(jax.vjp(partial(joint.up, layer), below)[1])

    def sweep(seen: list[Array], factor: Any) -> list[Array]:
        found = list(seen)
        for layer, gain in enumerate(gains):
            below = seen if at_once else found
            arriving = jnp.zeros_like(gain) if layer == 0 else ups[layer - 1](below[layer - 1])[0]
            arriving = arriving + (downs[layer](seen[layer + 1])[0] if layer < len(layers) else -slopes)
            found[layer] = seen[layer] + factor * (gain * arriving - seen[layer])
        return found

    return sweep


def _down(joint: Joint, layer: Layer, below: Array, above: Array) -> Array:
    return joint.down(layer, above, below)


def swept(sweep: Callable[[list[Array], Array], list[Array]], start: list[Array], still: Any) -> Rest:
    """Repeat a sweep until nothing moves by more than `still` in it, or for `MOST_SWEEPS`.

    sweep: of states, and factors by which units go to their layer's minimum, (..., batch, 1).
    """
    shape, dtype = start[0].shape[:-1], jnp.abs(start[0]).dtype

    def go_on(carried: tuple[Rest, Array, Array]) -> Array:
        rest = carried[0]
        return jnp.asarray((rest.sweeps < MOST_SWEEPS) & (rest.moved > still).any())

    def step(carried: tuple[Rest, Array, Array]) -> tuple[Rest, Array, Array]:
        rest, factor, before = carried
        whole = jnp.where(rest.sweeps == 0, 1, factor).astype(dtype)
        found = sweep(rest.states, whole[..., None])
        moves = [jnp.abs(new - old).max(axis=-1) for new, old in zip(found, rest.states, strict=True)]
        moved, place = jnp.stack(moves).max(axis=0), rest.sweeps % ROUND
        factor = jnp.where(place == ROUND - 1, _factor(factor, moved, before), factor)
        return Rest(found, moved, rest.sweeps + 1), factor, jnp.where(place == ROUND // 2 - 1, moved, before)

    first = Rest(start, jnp.full(shape, jnp.inf, dtype), jnp.zeros((), jnp.int32))
    found: Rest = lax.while_loop(go_on, step, (first, jnp.full(shape, FIRST, dtype), jnp.ones(shape, dtype)))[0]
    return found


def _factor(factor: Array, moved: Array, before: Array) -> Array:
    """Return each sample's factor given how far it moved, now and half a round before."""
    left = jnp.clip((moved / jnp.maximum(before, 1e-30)) ** (2 / ROUND), 1e-3, 0.999)
    whole = jnp.minimum((left + factor - 1) ** 2 / (left * factor**2), 0.999)  # what whole steps would leave
    best = jnp.minimum(2 / (1 + jnp.sqrt(1 - whole)), FURTHEST)
    return jnp.where(left > factor - 0.95, best, factor)
