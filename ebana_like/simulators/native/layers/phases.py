"""How is a batch of a layered network solved? Freely, nudged from there, and transposed: each a compiled function."""

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.native.layers.network import (
    Arriving,
    Conductances,
    Network,
    Ports,
    Wired,
    arriving_at,
    network,
    weights_of,
)
from ebana_like.simulators.native.layers.neurons import Layer
from ebana_like.simulators.native.layers.outputs import Outputs, injected, unpushed
from ebana_like.simulators.native.layers.settle import Settled, adjoint, guess, settle


@partial(jax.jit, static_argnames="loaded")
def free(
    loaded: bool, neurons: tuple[Layer, ...], ports: Ports, g: Conductances, wired: Wired, features: Array
) -> tuple[Network, Arriving, Settled]:
    """Solve the free phase of a batch; the network, the currents of its inputs, and the solution."""
    net = network(neurons, ports, g, wired)
    arriving = arriving_at(net, ports, weights_of(g), g.bias, features)
    outputs = unpushed(net, features, loaded)
    return net, arriving, settle(net, arriving, outputs, guess(net, arriving))


@jax.jit
def nudged(net: Network, arriving: Arriving, currents: Array, loads: Array | None, start: tuple[Array, ...]) -> Settled:
    """Solve nudged phases from the free one.

    currents: into the output pairs, (phases, batch, pairs), amperes. loads: (phases, batch), siemens.
    """
    phases, points = currents.shape[:2]
    tiled, guesses = jax.tree.map(lambda each: jnp.tile(each, (phases, 1)), (arriving, start))
    into = injected(net, currents).reshape(phases * points, -1)
    settled = settle(net, tiled, Outputs(into, None if loads is None else loads.reshape(-1, 1)), guesses)
    shaped = tuple(h.reshape(phases, points, -1) for h in settled.voltages)
    return Settled(shaped, settled.iterations.reshape(phases, -1))


@partial(jax.jit, static_argnames="loaded")
def transposed(
    loaded: bool,
    neurons: tuple[Layer, ...],
    ports: Ports,
    g: Conductances,
    wired: Wired,
    voltages: tuple[Array, ...],
    currents: Array,
) -> tuple[tuple[Array, ...], list[Array | None]]:
    """Return the adjoint voltages of every layer at operating points, and of the references.

    currents: into the pairs, (points, pairs).
    """
    net = network(neurons, ports, g, wired)
    outputs = unpushed(net, currents, loaded)
    found = adjoint(net, outputs._replace(injected=injected(net, currents)), voltages)
    return found, net.levels(0.0, found, adjoint=True)


@jax.jit
def levels(net: Network, features: Array, voltages: tuple[Array, ...]) -> list[Array | None]:
    """Return the voltages of the references; see `Network.levels`."""
    return net.levels(net.entering(features), voltages)
