"""What did Hopfield's circuit of 1984 compute? Resistors between amplifiers, which load the nodes that they drive.

A unit is a node u_i with a leak to ground and an amplifier V_i = tanh(gain u_i), with its inverse. A resistor |T_ij|
joins u_i to V_j, or to -V_j where T_ij is negative, and another one u_j to V_i; a resistor W_ik joins u_i to input k.
By Kirchhoff's law G_i u_i = sum T_ij V_j + sum W_ik x_k, with G_i = leak + sum |T_ij| + sum W_ik: the energy is

    E = -sum over pairs T_ij V_i V_j - sum W_ik V_i x_k + sum G_i K(V_i),   K(V) = int of atanh(V) / gain,

and dE/d|T_ij| = -sign V_i V_j + K(V_i) + K(V_j). A rule of the first term alone is that of a network whose weights load
nothing (`ebana_like.networks.hopfield`), not of this one.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import VCVS, FloatArray
from ebana_like.elements.behavioural import BehaviouralCurrents
from ebana_like.errors import CircuitError
from ebana_like.expressions import Name, fold, parse
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.values import Range
from ebana_like.wiring import Wiring, grounds, labels

LOAD = 1e-3
"""Siemens into which an amplifier's law feeds its current, before it is buffered."""


def hopfield_1984(
    weights: FloatArray,
    inputs: FloatArray,
    outputs: list[int],
    leak: float = 1e-5,
    gain: float = 2.0,
    limits: tuple[float, float] = (1e-8, 1e-3),
) -> Circuit:
    """Return the circuit, whose conductances learn: "between" one a pair of units, "inputs_to_units" one a resistor.

    weights: T, (units, units), siemens, symmetric, and inputs: W, (units, features), siemens, 0 where
    there is none. outputs: units that answer by V. leak: siemens. gain: of the amplifiers, per volt.
    Scores are V of the outputs. Nodes are u0 ..., v0 ... and w0 ... for u, V and -V.

    Raises CircuitError for weights that are not symmetric, or of a unit with itself, and inputs below zero.
    """
    count = len(weights)
    if weights.shape != (count, count) or not np.array_equal(weights, weights.T) or np.diag(weights).any():
        raise CircuitError("the weights are not symmetric with zeros on the diagonal; give T = T' with none to itself")
    if inputs.shape[:1] != (count,) or (inputs < 0).any():
        raise CircuitError(f"the inputs have shape {inputs.shape}; give conductances ({count}, features), none below 0")
    wiring, features = Wiring(np.random.default_rng(0)), inputs.shape[1]
    rows = wiring.new_nodes([f"x{k}" for k in range(features)])
    nodes, laws, plus, minus = (wiring.new_nodes([f"{name}{k}" for k in range(count)]) for name in "uavw")
    wiring.inputs = InputPorts("inputs", np.arange(features, dtype=np.intp), np.ones(features))
    ends, others = np.nonzero(weights)
    low, high = np.minimum(ends, others), np.maximum(ends, others)
    pairs = np.unique(low * count + high, return_inverse=True)[1]
    to = np.where(weights[ends, others] > 0, plus[others], minus[others])
    fed, row = np.nonzero(inputs)
    law = fold(parse(f"{LOAD!r}*tanh({gain!r}*u)"), lambda leaf: Name("0") if leaf == Name("u") else None)
    ground = grounds(count)
    wiring.sources("inputs", rows)
    wiring.resistors("between", nodes[ends], to, abs(weights[ends, others]), learned=Range(*limits, pairs))
    wiring.resistors("inputs_to_units", nodes[fed], rows[row], inputs[fed, row], learned=Range(*limits))
    wiring.resistors("leaks", nodes, 0, leak)
    wiring.banks.append(
        BehaviouralCurrents(
            "amplifiers",
            labels("b", "amplifiers", count),
            ground,
            laws,
            (law,) * count,
            tuple(((int(node), 0),) for node in nodes),
        )
    )
    wiring.resistors("loads", laws, 0, LOAD)
    wiring.banks += [
        VCVS("buffers", labels("e", "buffers", count), plus, ground, laws, ground, np.ones(count)),
        VCVS("inverters", labels("e", "inverters", count), minus, ground, laws, ground, np.full(count, -1.0)),
    ]
    wiring.outputs = OutputPorts(plus[outputs], grounds(len(outputs)))
    driven = Currents().wire(wiring, wiring.outputs)
    return wiring.circuit("Hopfield 1984", driven)
