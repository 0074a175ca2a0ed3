"""How do rows of earlier layers enter a crossbar, beside those of the layer before it? As blocks of its matrix.

Its conductances are (columns, rows): first the rows of the layer before, then those of each earlier layer that it sees.
A block of hidden layer l in the crossbar before layer m couples the two as the crossbar between neighbours does,

    currents A_l g h_l into layer m,  B_l g' h_m into layer l,  A_l B_l sum g to D of layer l,

and one of sources brings layer m currents that nothing moves.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.crossbars import SOURCES, Skipping

jax.tree_util.register_dataclass(Skipping, ["feature", "polarity", "volts"], ["layers", "counts"])

Pair = tuple[int, int]
"""Numbers of two layers, the earlier one first."""


def parted(skipping: Skipping | None, before: int, g: Array) -> tuple[Array, dict[int, Array]]:
    """Return the conductances that see the layer before, of so many rows, and those that see earlier ones, by layer."""
    if skipping is None:
        return g, {}
    return g[:, :before], {layer: g[:, at] for layer, at in skipping.places(before).items()}


def beside(skipping: Skipping | None, rows: Sequence[Array], features: Array, times: int) -> Array:
    """Return all rows of the crossbar behind some hidden layers, (points, rows), given those of each of them.

    features: (points, features), the same for every phase where there are several. times: what is taken of the voltages
    of sources: 2 where rows are a sum of two states, 0 where they are a change.
    """
    if skipping is None:
        return rows[-1]
    held = times * jnp.tile(at_sources(skipping, features), (len(rows[-1]) // len(features), 1))
    blocks = (held if layer == SOURCES else rows[layer] for layer in skipping.layers)
    return jnp.concatenate([rows[-1], *blocks], axis=1)


def at_sources(skipping: Skipping, features: Array) -> Array:
    """Return the voltages of the rows of sources, (points, rows), at features, (points, features)."""
    return features[:, skipping.feature] * skipping.polarity + skipping.volts


def to_features(skipping: Skipping, into: Array, count: int) -> Array:
    """Return a gradient by so many features, (points, count), given that by the voltages of the rows of sources."""
    found = jnp.zeros((len(into), count), into.dtype)
    return found.at[:, skipping.feature].add(into * skipping.polarity)
