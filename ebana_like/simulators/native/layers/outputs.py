"""What stands across the outputs, what do they score, and what does each layer answer to currents into it?"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ebana_like.elements.switch import OPEN
from ebana_like.simulators.native.layers.network import Network, Ports
from ebana_like.simulators.native.layers.reference import Share, shared


class Outputs(NamedTuple):
    """What stands across the output pairs of a number of points.

    injected: currents into the output nodes, (points, outputs), amperes; one row of zeros where there are none.
    loads: conductance across each pair, (points, 1), siemens, or None where circuits have none.
    """

    injected: Array
    loads: Array | None


def injected(net: Network, currents: Array) -> Array:
    """Return currents into the output nodes, (..., outputs), for currents into the pairs, (..., pairs)."""
    into = (
        jnp.zeros((*currents.shape[:-1], len(net.conductances[-1])), currents.dtype).at[..., net.positive].add(currents)
    )
    return into.at[..., net.negative].add(-currents) if len(net.negative) else into


def scores(ports: "Network | Ports", outputs: Array) -> Array:
    """Return the scores (..., pairs) of the outputs' voltages (..., outputs)."""
    above = outputs[..., ports.positive]
    return above - outputs[..., ports.negative] if len(ports.negative) else above


def divided(net: Network, k: int, slopes: dict[int, Array], loads: Array | None, r: Array) -> Array:
    """Return the change of the voltages of layer k by currents r into it: r over the slopes, where nodes are not
    coupled by references; else by the formula of Sherman and Morrison, once for each coupling."""

    def solved(r: Array, shares: list[Share]) -> Array:
        if not shares:
            return _divided(net, k, slopes, loads, r)
        *others, (into, of) = shares
        answer, own = solved(r, others), solved(jnp.broadcast_to(into, r.shape), others)
        return answer + own * ((answer @ of) / (1 - own @ of))[:, None]

    return solved(r, net.shares(k))


def _divided(net: Network, k: int, slopes: dict[int, Array], loads: Array | None, r: Array) -> Array:
    """Return r over the slopes of layer k."""
    if k < net.last or loads is None:
        return r / slopes[k]
    D, p, n = net.conductances[k], net.positive, net.negative
    if not len(n):
        return (r / D).at[:, p].set(r[:, p] / (D[p] + loads))
    determinant = D[p] * D[n] + loads * (D[p] + D[n])
    above = ((D[n] + loads) * r[:, p] + loads * r[:, n]) / determinant
    below = ((D[p] + loads) * r[:, n] + loads * r[:, p]) / determinant
    return (r / D).at[:, p].set(above).at[:, n].set(below)


def multiplied(net: Network, k: int, slopes: dict[int, Array], loads: Array | None, v: Array) -> Array:
    """Return the slopes of layer k times v, less what references couple, (points, nodes), amperes."""
    product = slopes[k] * v - shared(net.shares(k), v)
    if k < net.last or loads is None:
        return product
    through = loads * scores(net, v)
    product = product.at[:, net.positive].add(through)
    return product.at[:, net.negative].add(-through) if len(net.negative) else product


def unpushed(net: Network, points: Array, loaded: bool) -> Outputs:
    """Return outputs into which nothing flows, behind open switches where there are any; points: (points, ...)."""
    nothing = jnp.zeros((1, len(net.conductances[-1])), points.dtype)
    return Outputs(nothing, jnp.full((len(points), 1), OPEN, points.dtype) if loaded else None)
