"""What would a network answer whose crossbars had the same sums but no pattern? Nearly the same, and at once.

All conductances are positive, and a crossbar of them is far from a random matrix: what its column and row sums r and c
alone say of it, r c' / sum, has its largest singular value, 50 times the next one with 1024 neurons. A network of such
crossbars has the same D, so its equations are those of real resistors too. One layer reaches the next by one number
there, ahead a_k and back b_k,

    a_k = c_k (A h_k) / sum,    b_k = r_k h_{k+1} / sum,    slope_k h_k = into_k + r_{k-1} a_{k-1} + B c_k b_k,

and so every layer is a two-port, from (a_{k-1}, b_k) to (a_k, b_{k-1}): the last ones are seen from those before them
as one number, from the back to the front, and answers go from the front to the back. Conjugate gradients that begin
from them gain a factor of 100 to 1000 an iteration, where those that know the slopes alone gain 10.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from ebana_like.simulators.native.layers.network import Network
from ebana_like.simulators.native.layers.outputs import divided

Layers = dict[int, Array]


class _Port(NamedTuple):
    """One layer without pattern, of every point, (points,), or 0 where it is the first or the last.

    passed, returned: of a_{k-1}, what goes ahead as a_k and back as b_{k-1}; likewise of b_k: echoed, relayed.
    behind: b_k over a_k of all layers behind it. closed: 1 / (1 - echoed behind).
    """

    passed: Array | float
    returned: Array | float
    echoed: Array | float
    relayed: Array | float
    behind: Array | float
    closed: Array | float

    @property
    def seen(self) -> Array | float:
        """b_{k-1} over a_{k-1} of this layer and all behind it."""
        return self.returned + self.relayed * self.behind * self.closed * self.passed


def patternless(net: Network, slopes: Layers, loads: Array | None) -> Callable[[Layers], Layers]:
    """Return what answers currents into some layers, (points, nodes), with the changes of their voltages.

    Where weights have either sign, their sums say little of them: each layer then answers alone.

    slopes: of every layer, (points, nodes) or (nodes,). loads: see `Outputs`.
    """
    if not net.sums:
        return lambda into: {k: divided(net, k, slopes, loads, r) for k, r in into.items()}
    last, points = net.last, len(slopes[0])
    fronts = {k + 1: of_columns for k, (of_columns, _) in enumerate(net.sums)}
    backs = {k: layer.back * of_rows for k, (layer, (_, of_rows)) in enumerate(zip(net.neurons, net.sums, strict=True))}
    totals = [jnp.where(of_rows.sum() > 0, of_rows.sum(), 1) for _, of_rows in net.sums]
    ahead = {k: layer.forward * net.sums[k][1] / totals[k] for k, layer in enumerate(net.neurons)}
    behind = {k: front / totals[k - 1] for k, front in fronts.items()}

    def answer(k: int, currents: Array, weights: Array) -> Array:
        """Return weights times what layer k answers to currents into it, (nodes,) each."""
        if k < last:
            return (1 / slopes[k]) @ (currents * weights)
        return divided(net, k, slopes, loads, jnp.broadcast_to(currents, (points, len(currents)))) @ weights

    ports: dict[int, _Port] = {}
    for k in reversed(range(last + 1)):
        passed = answer(k, fronts[k], ahead[k]) if 0 < k < last else 0.0
        returned = answer(k, fronts[k], behind[k]) if k > 0 else 0.0
        echoed = answer(k, backs[k], ahead[k]) if k < last else 0.0
        relayed = answer(k, backs[k], behind[k]) if 0 < k < last else 0.0
        beyond = ports[k + 1].seen if k < last else 0.0
        ports[k] = _Port(passed, returned, echoed, relayed, beyond, 1 / (1 - echoed * beyond))

    def answered(into: Layers) -> Layers:
        own = {k: divided(net, k, slopes, loads, r) for k, r in into.items()}
        forth = {k: own[k] @ ahead[k] if k in own and k < last else 0.0 for k in range(last + 1)}
        returns: dict[int, Array | float] = {last: 0.0}  # b_k by what flows into the layers behind, while a_k is 0
        for k in range(last, 0, -1):
            port = ports[k]
            there = port.closed * (port.echoed * returns[k] + forth[k])
            b = port.relayed * (returns[k] + port.behind * there)
            returns[k - 1] = b + own[k] @ behind[k] if k in own else b
        found, a = {}, jnp.zeros(points, slopes[0].dtype)
        for k in range(last + 1):
            port, before = ports[k], a
            a = port.closed * (port.passed * before + port.echoed * returns[k] + forth[k])
            if k not in into:
                continue
            total = into[k]
            if k > 0:
                total = total + before[:, None] * fronts[k]
            if k < last:
                total = total + (returns[k] + port.behind * a)[:, None] * backs[k]
            found[k] = divided(net, k, slopes, loads, total)
        return found

    return answered
