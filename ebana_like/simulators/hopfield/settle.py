"""Where does a Hopfield network come to rest? Each layer in turn is put at its minimum, until nothing moves.

No weight joins two units of one layer, so that s_l = rho(W_l s_(l-1) + W_(l+1)' s_(l+1) + b_l) is a layer's exact
minimum: every sweep lowers the energy, and ends where small steps of ds/dt = -dE/ds end. What the inputs contribute
does not change meanwhile, and is computed once.

Units that are clipped go further, by a factor w between 1 and 2 of the way to that minimum. Along one unit the energy
is a parabola, on which any w below 2 still goes down (Cryer 1971, projected over-relaxation); near the rest a sweep
then leaves w - 1 of the distance rather than l, the share that whole steps leave. Each sample finds its own w: after
every `ROUND` sweeps from the share q that was left, by l = (q + w - 1)^2 / (q w^2) and w = 2 / (1 + sqrt(1 - l))
(Hageman and Young 1981).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

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

Weights = list[tuple[Array, ...]]
"""Weights (units, units before) and biases (units,), layer by layer; in a vector field also those back."""


def back(layer: tuple[Any, ...]) -> Any:
    """Return what a layer's units give to those before it, (units before, units): in a symmetric network what they get
    from them."""
    return layer[2] if len(layer) > 2 else layer[0].T


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


def settle(start: list[Array], drive: Array, layers: Weights, pulls: Pulls | None, still: Any, activation: str) -> Rest:
    """Sweep until no unit moves by more than `still`.

    start: states of each layer, (phases, batch, units). drive: what inputs contribute to the first, (batch, units).
    layers: those behind the first. pulls: None for nothing. activation: by its name.
    """
    rho, relaxes = ACTIVATION[activation], activation == "clip"

    def moved(state: Array, wanted: Array, factor: Array) -> Array:
        return jnp.asarray(rho(state + factor * (wanted - state) if relaxes else wanted))

    def sweep(states: list[Array], factor: Array) -> list[Array]:
        found = list(states)
        for layer, state in enumerate(states):
            sums = drive if layer == 0 else found[layer - 1] @ layers[layer - 1][0].T + layers[layer - 1][1]
            if layer < len(layers):
                found[layer] = moved(state, sums + found[layer + 1] @ back(layers[layer]).T, factor)
            elif pulls is None:
                found[layer] = moved(state, sums, factor)
            else:
                free = moved(state, (sums + pulls.force) / (1 + pulls.stiffness), factor)
                found[layer] = jnp.where(pulls.closed == 0, free, pulls.place)
        return found

    return swept(sweep, start, still)


def settle_adjoint(states: list[Array], slopes: Array, layers: Weights, still: Any, activation: str) -> Rest:
    """Return lambda = -H^-1 dC/ds of every unit, H the energy's second derivatives at rest (recurrent backpropagation).

    lambda_l = rho'(u_l) (D_l' lambda_(l-1) + W_(l+1)' lambda_(l+1) - dC/ds_l), swept as states are; a unit at an end of
    its range stays there. D_l, the weights back, are W_l' but in a vector field.

    states: of each layer, (batch, units). slopes: dC/ds of the outputs, (batch, outputs). layers: see `settle`.
    """
    gains = [SLOPE[activation](each) for each in states]

    def sweep(found: list[Array], factor: Array) -> list[Array]:
        return adjoint_sweep(found, gains, slopes, layers, factor)

    return swept(sweep, [jnp.zeros_like(each) for each in states], still)


def adjoint_sweep(
    found: list[Array], gains: list[Array], slopes: Array, layers: Weights, factor: Any, at_once: bool = False
) -> list[Array]:
    """Return lambda after one sweep, or after one step of all layers at once.

    gains: rho' of each layer. factor: of the way to a layer's own answer.
    """
    seen, found = found, list(found)
    for layer, gain in enumerate(gains):
        below = seen if at_once else found
        arriving = jnp.zeros_like(gain) if layer == 0 else below[layer - 1] @ back(layers[layer - 1])
        arriving = arriving + (seen[layer + 1] @ layers[layer][0] if layer < len(layers) else -slopes)
        found[layer] = seen[layer] + factor * (gain * arriving - seen[layer])
    return found


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
