"""Which circuit settles where a Hopfield network does? One of transconductances, leaks and saturating amplifiers.

A unit is a node u with a leak g to ground, into which every weight is a transconductance g W from the other unit's
output: V(u) = sum W V(s) + b. An amplifier that draws nothing there gives its output V(s) = rho(V(u)). Since no weight
loads a node, unlike resistors between the nodes (Hopfield 1984), the leak stays what it is and the network's energy is
that of `ebana_like.systems.hopfield`.
"""

from collections.abc import Sequence

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import VCCS, FloatArray, IntArray
from ebana_like.elements.behavioural import BehaviouralCurrents
from ebana_like.expressions import Name, Tree, fold, parse
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.wiring import Wiring, grounds, labels

LEAK = 1e-6
"""Siemens, of every node."""

ACTIVATIONS = {"clip": "min(max({0},0),1)", "logistic": "1/(1+exp(2-4*{0}))", "tanh": "tanh({0})"}
"""Laws of the amplifiers, volts of volts, in SPICE; `logistic` has slope 1 at 0.5, as `clip` has between 0 and 1."""


def hopfield_circuit(layers: Sequence[tuple[FloatArray, ...]], activation: str = "clip") -> Circuit:
    """Return the circuit of weights (units, units before) and biases (units,), layer by layer; inputs are in volts.

    Weights back (units before, units) may stand behind them, which are those up unless given.

    Scores are the voltages of the last layer's amplifiers. The weights of a layer are the gains of the bank "forward1",
    those on the way back, of "back2" and so on; biases those of "biases1", from a source of 1 V.
    """
    wiring = Wiring(np.random.default_rng(0))
    features = layers[0][0].shape[1]
    rows = wiring.new_nodes([f"x{k}" for k in range(features)])
    one = wiring.new_nodes(["one"])
    wiring.inputs = InputPorts("inputs", np.arange(features, dtype=np.intp), np.ones(features))
    wiring.sources("inputs", rows)
    wiring.sources("one", one, 1.0)
    sums: list[IntArray] = []
    states = [rows]
    for layer, (_, bias, *_) in enumerate(layers, start=1):
        sums.append(wiring.new_nodes([f"u{layer}_{k}" for k in range(len(bias))]))
        states.append(wiring.new_nodes([f"s{layer}_{k}" for k in range(len(bias))]))
    for layer, (weight, bias, *ways_back) in enumerate(layers, start=1):
        count, before = len(bias), states[layer - 1]
        into, out = sums[layer - 1], states[layer]
        wiring.banks += [
            conducting(f"forward{layer}", np.repeat(into, len(before)), np.tile(before, count), weight.ravel()),
            conducting(f"biases{layer}", into, np.repeat(one, count), bias),
        ]
        wiring.resistors(f"leaks{layer}", into, 0, LEAK)
        wiring.banks.append(
            BehaviouralCurrents(
                f"amplifiers{layer}",
                labels("b", f"amplifiers{layer}", count),
                grounds(count),
                out,
                (_law(activation),) * count,
                tuple(((int(node), 0),) for node in into),
            )
        )
        wiring.resistors(f"loads{layer}", out, 0, LEAK)
        if layer > 1:
            below = sums[layer - 2]
            ends = np.repeat(below, count), np.tile(out, len(below))
            back = ways_back[0] if ways_back else weight.T
            wiring.banks.append(conducting(f"back{layer}", *ends, back.ravel()))
    wiring.outputs = OutputPorts(states[-1], grounds(len(states[-1])))
    driven = Currents().wire(wiring, wiring.outputs)
    return wiring.circuit("Hopfield network", driven)


def _law(activation: str) -> Tree:
    """Return the current that an amplifier feeds into its load; the bank calls its control "0"."""
    tree = parse(f"{LEAK!r}*({ACTIVATIONS[activation].format('u')})")
    return fold(tree, lambda leaf: Name("0") if leaf == Name("u") else None)


def conducting(name: str, into: IntArray, of: IntArray, weight: FloatArray) -> VCCS:
    """Return transconductances LEAK times the weights, that drive nodes `into` by the voltages of nodes `of`."""
    count = len(weight)
    return VCCS(name, labels("g", name, count), grounds(count), into.copy(), of.copy(), grounds(count), LEAK * weight)
