"""What is the adjoint of a layered network? Its transposed equations, solved by elimination from the inputs on.

Transposing exchanges the gains A and B of every amplifier. With x_l the adjoint voltages of layer l, D + i_D' its
slopes at the operating point and g_l the crossbar behind it,

    (D_l + i_D') x_l = B_{l-1} g_{l-1} x_{l-1} + A_l g_l' x_{l+1},    the outputs' with the injected currents.

Nothing is injected before the outputs, so x_l = W_l x_{l+1} with matrices that begin with a diagonal:

    W_l = K_l^-1 A_l g_l',   K_{l+1} = diag(D_{l+1} + i_D') - B_l g_l W_l,   K_1 = diag(D_1 + i_D').

With one hidden layer K_2 is the Schur complement of `one_hidden`, here at the operating point itself.
"""

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.simulators.layers import Layers
from ebana_like.simulators.newton.network import Network
from ebana_like.simulators.newton.neurons import currents_at
from ebana_like.simulators.nodes import write_adjoint

CHUNK = 2_000_000
"""Doubles that the largest array of one go may hold: 16 MB."""


def transposed(network: Network, layers: Layers, voltages: FloatArray, currents: FloatArray) -> FloatArray:
    """Return the adjoint voltages of all nodes, (points, nodes); arguments as in `GeneralEngine.adjoint`."""
    found = np.zeros_like(voltages)
    sizes = [len(hidden.nodes) for hidden in layers.hidden] + [len(layers.outputs)]
    chunk = max(CHUNK // max(sizes) ** 2, 1)
    for first in range(0, len(voltages), chunk):
        part = slice(first, first + chunk)
        hidden = [np.ascontiguousarray(voltages[part, layer.nodes]) for layer in layers.hidden]
        injected = np.zeros((len(hidden[0]), sizes[-1]))
        injected[:, network.positive] += currents[part]
        injected[:, network.negative] -= currents[part]
        write_adjoint(layers, found[part], _layers(network, hidden, injected))
    return found


def _layers(network: Network, hidden: list[FloatArray], injected: FloatArray) -> list[FloatArray]:
    """Return the adjoint voltages of each hidden layer and of the outputs, (points, nodes), by elimination."""
    following = []
    slopes = _slopes(network, 0, hidden)
    eliminated = (network.forward[0] * network.matrices[0]).T / slopes[..., None]
    for k in range(len(hidden)):
        following.append(eliminated)
        remaining = -(network.back[k] * network.matrices[k]) @ eliminated
        diagonal = np.arange(remaining.shape[1])
        remaining[:, diagonal, diagonal] += _slopes(network, k + 1, hidden)
        if k + 1 < len(hidden):
            ahead = (network.forward[k + 1] * network.matrices[k + 1]).T
            eliminated = np.asarray(np.linalg.solve(remaining, np.broadcast_to(ahead, (len(remaining), *ahead.shape))))
    found = [np.asarray(np.linalg.solve(remaining, injected[..., None]))]
    for eliminated in reversed(following):
        found.insert(0, eliminated @ found[0])
    return [x[..., 0] for x in found]


def _slopes(network: Network, layer: int, hidden: list[FloatArray]) -> FloatArray:
    """Return D + i_D' of a layer's nodes, (points, nodes), or (nodes,) for the outputs, siemens."""
    if layer == len(hidden):
        return network.conductance  # beside open switches of 1e-18 S, no millionth of a millionth of it
    s, slopes = np.empty_like(hidden[layer]), np.empty_like(hidden[layer])
    currents_at(network.neurons[layer], hidden[layer], s, slopes)
    return slopes
