"""How do two layers of units hear each other? Through a matrix, two of them, or kernels and pools.

Layers add own . up(below) to what an energy is lowered by, up being linear in weights and biases. So the layer below
hears the derivative of that by its states, and weights learn from the derivative by them. In a vector field weights
back are values of their own, and each weight learns from the free unit that it leads from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

import jax
import jax.numpy as jnp
from jax import Array, lax

Pooling = Literal["max", "mean"]

Layer = tuple[Any, ...]
"""Weights and biases between two layers, and in a vector field weights back, (units below, units)."""

Layers = Sequence[Layer]


class Joint(Protocol):
    """How two layers are joined; hashable, for it is compiled."""

    def up(self, given: Layer, below: Array) -> Array:
        """Return what units hear, (..., units), of those below, (..., units below)."""

    def down(self, given: Layer, above: Array, below: Array) -> Array:
        """Return what units hear of those above, (..., units below), while they are at `below`."""

    def told(self, given: Layer, changes: tuple[Array, Array], states: tuple[Array, Array]) -> Layer:
        """Return the sum over phases and samples of dE/dweight and dE/dbias.

        changes: states times their factors, (phases, samples, units) of the layer below and its own. states: of both,
        the free phase first.
        """


class Derived:
    """What follows from an energy."""

    def up(self, given: Layer, below: Array) -> Array:
        raise NotImplementedError

    def down(self, given: Layer, above: Array, below: Array) -> Array:
        heard: Array = jax.vjp(partial(self.up, given), below)[1](above)[0]
        return heard

    def told(self, given: Layer, changes: tuple[Array, Array], states: tuple[Array, Array]) -> Layer:
        found: Layer = _derived(self, given, changes[1], states[0])
        return found


@partial(jax.jit, static_argnums=0)
def _derived(joint: Joint, given: Layer, change: Array, below: Array) -> Layer:
    found: Layer = jax.vjp(lambda layer: joint.up(layer, below), given)[1](-change)[0]
    return found


@dataclass(frozen=True)
class Dense(Derived):
    """Each unit hears all below: weights (units, units below), biases (units,)."""

    def up(self, given: Layer, below: Array) -> Array:
        return jnp.asarray(below @ given[0].T + given[1])

    def told(self, given: Layer, changes: tuple[Array, Array], states: tuple[Array, Array]) -> Layer:
        change, below = (each.reshape(-1, each.shape[-1]) for each in (changes[1], states[0]))
        return -change.T @ below, -change.sum(axis=0)


@dataclass(frozen=True)
class BothWays(Dense):
    """Each unit hears all below and all above, by weights of their own."""

    def down(self, given: Layer, above: Array, below: Array) -> Array:
        return jnp.asarray(above @ given[2].T)

    def told(self, given: Layer, changes: tuple[Array, Array], states: tuple[Array, Array]) -> Layer:
        below, own = (each.sum(axis=0) for each in changes)
        free_below, free = (lax.stop_gradient(each[0]) for each in states)
        return -own.T @ free_below, -own.sum(axis=0), -below.T @ free


@dataclass(frozen=True)
class Kernels(Derived):
    """Maps hear windows of the maps below, all by the same weights, and of each pool the largest or the mean.

    Weights are (channels, channels below, side, side), biases (channels,); units stand channel by channel and line by
    line. below: channels, height and width. pool: windows along the side of a pool, which do not overlap.
    """

    below: tuple[int, int, int]
    pool: int
    pooling: Pooling = "max"

    def up(self, given: Layer, below: Array) -> Array:
        weight, bias = given
        side, (channels, height, width) = weight.shape[-1], self.below
        rows, columns = height - side + 1, width - side + 1
        maps = jnp.moveaxis(below.reshape(-1, channels, height, width), 1, 3)
        lines = jnp.concatenate([maps[:, y : y + rows] for y in range(side)], axis=-1)
        windows = jnp.concatenate([lines[:, :, x : x + columns] for x in range(side)], axis=-1)
        heard = windows.reshape(-1, side * side * channels) @ weight.transpose(3, 2, 1, 0).reshape(-1, len(bias))
        pools = heard.reshape(-1, rows // self.pool, self.pool, columns // self.pool, self.pool, len(bias))
        pooled = (pools.max if self.pooling == "max" else pools.mean)(axis=(2, 4))
        return jnp.moveaxis(pooled + bias, 3, 1).reshape(*below.shape[:-1], -1)


def gradients(
    joints: tuple[Joint, ...],
    layers: Layers,
    states: Sequence[Array],
    factors: Array,
    x: Array,
    heard: Sequence[Array] | None = None,
) -> list[Layer]:
    """Return sum over phases and samples of factor dE/dtheta, layer by layer; of numpy's arrays too.

    states: of each layer, (phases, samples, units), the free phase first. factors: (phases, samples). x: features,
    (samples, features). heard: states that weights lead from; the same unless given.
    """
    heard = states if heard is None else heard
    changes = [factors[..., None] * own for own in states]
    first = changes[0].sum(axis=0, keepdims=True)  # features are the same in all phases
    found = [joints[0].told(layers[0], (first, first), (x[None], first))]
    for k in range(1, len(states)):
        found.append(joints[k].told(layers[k], (changes[k - 1], changes[k]), (heard[k - 1], heard[k])))
    return found


@partial(jax.jit, static_argnums=0)
def along(
    joints: tuple[Joint, ...],
    layers: Layers,
    states: Sequence[Array],
    changes: Sequence[Array],
    factors: Array,
    x: Array,
) -> list[Layer]:
    """Return by how much `gradients` change along changes of the states, shaped as those."""
    of_states = partial(gradients, joints, layers, factors=factors, x=x)
    found: list[Layer] = jax.jvp(of_states, (list(states),), (list(changes),))[1]
    return found
