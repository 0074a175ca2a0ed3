"""How is a batch solved in a network with one hidden layer?

For given outputs o every neuron is a scalar monotone equation; what is left is as small as the output layer:

    R(o) = I - D o + A g' h(o) = 0,    S = -dR/do = diag(D) - A B g' diag(w) g,  w_j = 1 / (D_j + i_D'(h_j)).

S is factored once a sample and kept, also for the nudged phases.
"""

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.simulators.newton import kernels
from ebana_like.simulators.newton.network import Network
from ebana_like.simulators.nodes import Phases


def free(network: Network, arriving: FloatArray, load: float) -> Phases:
    """Solve the free phase.

    arriving: currents of the inputs into the neurons, (batch, neurons), amperes.
    load: conductance across the output pairs, siemens.
    """
    batch, outputs = len(arriving), len(network.conductance)
    none, loads = np.zeros((1, batch, len(network.positive))), np.full((1, batch), load)
    s, o = arriving[None].copy(), np.zeros((1, batch, outputs))
    h, slopes = np.empty_like(s), np.full_like(s, np.inf)
    return _solved(network, arriving, none, loads, s, h, slopes, o, np.empty((batch, outputs, outputs)), False)


def nudged(network: Network, arriving: FloatArray, currents: FloatArray, loads: FloatArray, start: Phases) -> Phases:
    """Solve nudged phases from the free one.

    currents: into the output pairs, (phases, batch, pairs), amperes. loads: (phases, batch), siemens.
    """
    s, slopes, factors = start.kept
    s, h, slopes, o = (np.repeat(v, len(loads), axis=0) for v in (s, start.hidden[0], slopes, start.outputs))
    return _solved(network, arriving, currents, loads, s, h, slopes, o, factors, True)


def _solved(
    network: Network,
    arriving: FloatArray,
    currents: FloatArray,
    loads: FloatArray,
    s: FloatArray,
    h: FloatArray,
    slopes: FloatArray,
    o: FloatArray,
    factors: FloatArray,
    factored: bool,
) -> Phases:
    """Solve phases from guesses: currents s into the neurons, their voltages and slopes, and the outputs."""
    iterations = np.empty(loads.shape, dtype=np.intp)
    layers = network.neurons[0], _output_layer(network)
    kernels.solve_points(*layers, arriving, currents, loads, s, h, slopes, o, factors, factored, iterations)
    return Phases((h,), o, iterations, (s, slopes, factors))


def _output_layer(network: Network) -> kernels.OutputLayer:
    return kernels.OutputLayer(
        network.matrices[0],
        network.conductance,
        network.forward[0],
        network.back[0],
        network.positive,
        network.negative,
    )
