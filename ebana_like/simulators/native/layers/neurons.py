"""What do the neurons of a layer do? Diodes carry currents or set bounds, amplifiers drive what is behind them."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.ideal_diode import WIRE
from ebana_like.simulators.crossbars import Skipping
from ebana_like.simulators.native.layers.synapses import Windows


class Neurons(NamedTuple):
    """One hidden layer before it has conductances. Diodes first up, then down.

    rails: voltages behind the diodes, (2, neurons), volts. saturations: IS, amperes, (2, neurons), or (2, 1) where
        they are alike. scales: N Vt, (2,), volts.
    forward, back: gains A and B of the amplifiers, (neurons,).
    ground: siemens from each neuron to ground, (neurons,): none, but for places that only fill an array.
    offsets: of the amplifiers' outputs, (neurons,), volts; None where there are none, and nothing is computed then.
    windows: through which the crossbar behind sees them; None for all of them.
    reference: siemens of the column that the crossbar behind is read against, (neurons,); None where there is none.
    skipping: rows that the crossbar behind has of earlier layers; None where it has none.
    """

    rails: Array
    saturations: Array
    scales: Array
    forward: Array
    back: Array
    ground: Array
    offsets: Array | None = None
    windows: Windows | None = None
    reference: Array | None = None
    skipping: Skipping | None = None

    def current(self, h: Array) -> tuple[Array, Array]:
        """Return the diodes' current out of the neurons and its slope, at voltages (points, neurons)."""
        rails = self.rails[:, None, :]
        drops = jnp.stack([h - rails[0], rails[1] - h])
        currents, slopes = junction(drops, self.saturations[:, None, :], self.scales[:, None, None])
        return currents[0] - currents[1], slopes[0] + slopes[1]

    def bound(self, s: Array, conductance: Array) -> Array:
        """Return a voltage beyond that of D h + i_D(h) = s, on the side of s: from there Newton's method is monotone.

        Neither diode can feed more than 1.05 IS plus what leaks through gmin at h >= 0; so s and that bound D h and
        the forward diode's exponential.
        """
        positive = s > 0
        rail = jnp.where(positive, self.rails[0], -self.rails[1])
        other_rail = jnp.where(positive, self.rails[1], -self.rails[0])
        saturation, scale = (jnp.where(positive, up, down) for up, down in (self.saturations, self.scales))
        most = jnp.abs(s) + 1.05 * saturation + GMIN * jnp.abs(rail)
        clamped = rail + scale * jnp.log1p(most / saturation)
        bound = jnp.maximum(jnp.maximum(other_rail, 0), jnp.minimum(most / conductance, clamped))
        return jnp.where(positive, bound, -bound)


class Rectifiers(NamedTuple):
    """One hidden layer of ideal diodes before it has conductances.

    low, high: between which voltages they keep the neurons, (neurons,), volts.
    forward, back, ground, offsets, windows, reference, skipping: as those of `Neurons`.
    """

    low: Array
    high: Array
    forward: Array
    back: Array
    ground: Array
    offsets: Array | None = None
    windows: Windows | None = None
    reference: None = None
    skipping: Skipping | None = None

    def kept(self, h: Array) -> Array:
        """Return the voltages (..., neurons) that diodes leave of those without them: exact, node by node."""
        return jnp.clip(h, self.low, self.high)

    def conducting(self, h: Array) -> Array:
        """Say where a diode conducts, or is about to, at voltages (..., neurons)."""
        return (h <= self.low) | (h >= self.high)

    def current(self, h: Array) -> tuple[Array, Array]:
        """Return what the diodes carry as far as voltages (points, neurons) tell, nothing, and its slope."""
        return jnp.zeros_like(h), jnp.where(self.conducting(h), WIRE, 0).astype(h.dtype)


Layer = Neurons | Rectifiers


def driven(layer: Layer, h: Array) -> Array:
    """Return the voltages behind the amplifiers, (..., neurons), of neurons at h."""
    return layer.forward * h if layer.offsets is None else layer.forward * h + layer.offsets
