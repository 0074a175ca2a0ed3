"""What does a layered network answer to many samples? Chunk after chunk on the device; node voltages stay there."""

from functools import partial

import jax
import numpy as np
from jax import Array

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.native.layers.layered import LayeredCircuit
from ebana_like.simulators.native.layers.network import Conductances, Ports, arriving_at, network, weights_of
from ebana_like.simulators.native.layers.neurons import Layer
from ebana_like.simulators.native.layers.outputs import scores, unpushed
from ebana_like.simulators.native.layers.settle import guess, settle
from ebana_like.simulators.native.runtime import gathered, padded, padded_size, shared_out

CHUNK = 100
"""Samples solved together: the arrays of 100 neurons then stay in the second-level cache, those of 32768 in memory."""


def scores_of(layered: LayeredCircuit, g: Conductances, features: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return free scores (batch, outputs), volts, and the iterations each took, 0 where it failed. Within `doubles`."""
    batch = len(features)
    size = padded_size(min(batch, CHUNK))
    chunks = padded_size(-(-batch // size))
    filled = padded(padded(features, chunks * size), layered.features, 1).reshape(chunks, size, -1)
    found, iterations = _scored(layered.switched, *layered.held, g, shared_out(filled, 1))
    outputs = layered.circuit.outputs.count
    flat = gathered(found).reshape(chunks * size, -1)[:batch, :outputs]
    return flat, gathered(iterations).ravel()[:batch].astype(np.intp)


@partial(jax.jit, static_argnames="loaded")
def _scored(
    loaded: bool, neurons: tuple[Layer, ...], ports: Ports, given: Conductances, features: Array
) -> tuple[Array, Array]:
    g: Conductances = jax.tree.map(lambda part: part.astype(features.dtype), given)
    weights = weights_of(g)
    net = network(neurons, ports, g)

    def chunk(x: Array) -> tuple[Array, Array]:
        arriving = arriving_at(net, ports, weights, g.bias, x)
        settled = settle(net, arriving, unpushed(net, x, loaded), guess(net, arriving))
        return scores(net, settled.voltages[-1]), settled.iterations

    found: tuple[Array, Array] = jax.lax.map(chunk, features)
    return found
