"""Where does a Hopfield network come to rest? Each layer in turn is put at its minimum, until nothing moves.

No weight joins two units of one layer, so that s_l = rho(W_l s_(l-1) + W_(l+1)' s_(l+1) + b_l) is a layer's exact
minimum: every sweep lowers the energy, and ends where small steps of ds/dt = -dE/ds end. What the inputs contribute
does not change meanwhile, and is computed once.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

MOST_SWEEPS = 2000
"""After which a state that still moves is given up."""

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

Weights = list[tuple[Array, Array]]
"""Weights (units, units before) and biases (units,), layer by layer."""


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
    rho = ACTIVATION[activation]

    def last(sums: Array) -> Array:
        if pulls is None:
            return jnp.asarray(rho(sums))
        return jnp.asarray(jnp.where(pulls.closed == 0, rho((sums + pulls.force) / (1 + pulls.stiffness)), pulls.place))

    def sweep(states: list[Array]) -> list[Array]:
        found = list(states)
        for layer in range(len(found)):
            sums = drive if layer == 0 else found[layer - 1] @ layers[layer - 1][0].T + layers[layer - 1][1]
            found[layer] = rho(sums + found[layer + 1] @ layers[layer][0]) if layer < len(layers) else last(sums)
        return found

    return swept(sweep, start, still)


def settle_adjoint(states: list[Array], slopes: Array, layers: Weights, still: Any, activation: str) -> Rest:
    """Return lambda = -H^-1 dC/ds of every unit, H the energy's second derivatives at rest (recurrent backpropagation).

    lambda_l = rho'(u_l) (W_l lambda_(l-1) + W_(l+1)' lambda_(l+1) - dC/ds_l), swept as states are; a unit at an end of
    its range stays there.

    states: of each layer, (batch, units). slopes: dC/ds of the outputs, (batch, outputs). layers: see `settle`.
    """
    gains = [SLOPE[activation](each) for each in states]

    def sweep(found: list[Array]) -> list[Array]:
        found = list(found)
        for layer, gain in enumerate(gains):
            arriving = jnp.zeros_like(gain) if layer == 0 else found[layer - 1] @ layers[layer - 1][0].T
            arriving = arriving + (found[layer + 1] @ layers[layer][0] if layer < len(layers) else -slopes)
            found[layer] = gain * arriving
        return found

    return swept(sweep, [jnp.zeros_like(each) for each in states], still)


def swept(sweep: Callable[[list[Array]], list[Array]], start: list[Array], still: Any) -> Rest:
    """Repeat a sweep until nothing moves by more than `still` in it, or for `MOST_SWEEPS`."""

    def go_on(carried: Rest) -> Array:
        return jnp.asarray((carried.sweeps < MOST_SWEEPS) & (carried.moved > still).any())

    def step(carried: Rest) -> Rest:
        found = sweep(carried.states)
        moves = [jnp.abs(new - old).max(axis=-1) for new, old in zip(found, carried.states, strict=True)]
        return Rest(found, jnp.stack(moves).max(axis=0), carried.sweeps + 1)

    never = jnp.full(start[0].shape[:-1], jnp.inf, jnp.abs(start[0]).dtype)
    return lax.while_loop(go_on, step, Rest(start, never, jnp.zeros((), jnp.int32)))
