"""Which circuit settles where a modern Hopfield network does? One of exponentials that share a current.

A memory is a node u with a leak g to ground, into which every weight is a transconductance: g k W from an input, g k V
from an output, V(u) = k a. As in a row of transistors with one emitter current, it gives its exponential's share of
all, V(p) = exp(V(u)) / sum. An output has a leak g too, and transconductances g V from the memories.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.behavioural import BehaviouralCurrents
from ebana_like.expressions import Name, fold, parse
from ebana_like.networks.hopfield import LEAK, conducting
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.wiring import Wiring, grounds, labels


def modern_circuit(W: FloatArray, V: FloatArray, b: FloatArray, sharpness: float) -> Circuit:
    """Return the circuit of memories that hold W (memories, features), V (memories, outputs) and b (memories,).

    Inputs and outputs are in volts; scores are the voltages of the outputs.
    """
    wiring = Wiring(np.random.default_rng(0))
    memories, features = W.shape
    rows = wiring.new_nodes([f"x{k}" for k in range(features)])
    one = wiring.new_nodes(["one"])
    wiring.inputs = InputPorts("inputs", np.arange(features, dtype=np.intp), np.ones(features))
    wiring.sources("inputs", rows)
    wiring.sources("one", one, 1.0)
    fit = wiring.new_nodes([f"u{k}" for k in range(memories)])
    active = wiring.new_nodes([f"p{k}" for k in range(memories)])
    out = wiring.new_nodes([f"y{k}" for k in range(V.shape[1])])

    def joined(name: str, into: IntArray, of: IntArray, weight: FloatArray) -> None:
        """Drive each of some nodes by each of others, weights (into, of)."""
        wiring.banks.append(conducting(name, np.repeat(into, len(of)), np.tile(of, len(into)), weight.ravel()))

    joined("from_inputs", fit, rows, sharpness * W)
    joined("from_outputs", fit, out, sharpness * V)
    joined("biases", fit, one, sharpness * b)
    total = "+".join(f"exp(u{k})" for k in range(memories))
    controls = [np.roll(fit, -k) for k in range(memories)]
    law = fold(
        parse(f"{LEAK!r}*exp(u0)/({total})"),
        lambda leaf: Name(leaf.name.removeprefix("u")) if isinstance(leaf, Name) else None,
    )
    names = labels("b", "activities", memories)
    pairs = tuple(tuple((int(node), 0) for node in each) for each in controls)
    wiring.banks.append(BehaviouralCurrents("activities", names, grounds(memories), active, (law,) * memories, pairs))
    joined("to_outputs", out, active, V.T)
    for name, nodes in (("fits", fit), ("actives", active), ("outs", out)):
        wiring.resistors(name, nodes, 0, LEAK)
    wiring.outputs = OutputPorts(out, grounds(len(out)))
    return wiring.circuit("modern Hopfield network", Currents().wire(wiring, wiring.outputs))
