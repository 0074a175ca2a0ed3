"""Which circuit learns, and is learned in turn? Weights on capacitors that leak, and what they leak to.

A weight is the voltage phi of a capacitor that the gradient of a loss L discharges and that leaks through a conductance
lambda to a source omega:

    C dphi/dt = -dL/dphi - lambda (phi - omega),

so that it comes to rest where L_in = L(phi) + sum lambda (phi - omega)^2 / 2 is least: learning is settling.
Contrastive meta-learning (Zucchet et al. 2022; thesis 6.3) is then equilibrium propagation one level up. The weights
are the outputs, a loss L_out of theirs on other data is the cost, and the leaks learn by the rule of any resistor and
source,

    dL_out/dlambda = d/dbeta (phi - omega)^2 / 2,    dL_out/domega = -d/dbeta lambda (phi - omega).

Here L is the squared error of a linear neuron, |X phi - y|^2 / 2: its gradient X'X phi - X'y is drawn by a network of
resistors, positive and negative, between the weights, and by current sources; rest is ridge regression about omega.
"""

from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    Capacitors,
    CurrentSources,
    FloatArray,
    IntArray,
    NegativeResistors,
    Range,
)
from ebana_like.elements.capacitor import no_initial
from ebana_like.errors import CircuitError
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.storage import Storage
from ebana_like.wiring import Wiring, grounds, labels

SIEMENS, FARADS = 1e-3, 1e-9
"""What a leak of 1 and a squared input of 1 conduct, and what a weight is held on."""


@dataclass(frozen=True)
class WeightLoss:
    """|X phi - y|^2 / 2 of weights phi as a cost of scores: targets are X'y, and X'X is the same for all samples.

    gram: X'X as rows, weights squared numbers.
    """

    gram: tuple[tuple[float, ...], ...]

    def outputs(self, classes: int) -> int:
        return len(self.gram)

    def targets(self, answers: FloatArray) -> FloatArray:
        return answers

    def answers(self, scores: FloatArray) -> FloatArray:
        return scores

    def value(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        """Return the loss but for |y|^2 / 2, (batch,)."""
        return np.asarray((scores * (scores @ np.array(self.gram) / 2 - targets)).sum(axis=-1))

    def gradient(self, scores: FloatArray, targets: FloatArray) -> FloatArray:
        return np.asarray(scores @ np.array(self.gram) - targets)

    @classmethod
    def of(cls, inputs: FloatArray, targets: FloatArray) -> "tuple[WeightLoss, FloatArray]":
        """Return the loss of data (rows, weights) with targets (rows,), and its target X'y, (1, weights)."""
        return cls(tuple(map(tuple, (inputs.T @ inputs).tolist()))), (inputs.T @ targets)[None]


def leaky_learner(inputs: FloatArray, targets: FloatArray, leaks: FloatArray, centres: FloatArray) -> Circuit:
    """Return the circuit of a linear neuron that learns data, whose weights are its outputs, one volt each unit.

    inputs: (rows, weights). targets: (rows,). leaks: lambda, (weights,), above zero; in the circuit 1 is `SIEMENS`.
    centres: omega, (weights,). Leaks and centres can be learned: "leaks.conductance", "centres.voltage".
    Raises CircuitError for shapes that do not fit.
    """
    count = inputs.shape[1]
    if targets.shape != inputs.shape[:1] or leaks.shape != (count,) or centres.shape != (count,):
        raise CircuitError(
            f"inputs are {inputs.shape}, targets {targets.shape}, leaks {leaks.shape}, centres {centres.shape}; give "
            "(rows, weights), (rows,), (weights,) and (weights,)"
        )
    wiring = Wiring(np.random.default_rng(0))
    weights = wiring.new_nodes([f"w{k}" for k in range(count)])
    held = wiring.new_nodes([f"o{k}" for k in range(count)])
    wiring.sources("inputs", weights[:0])
    wiring.sources("centres", held, centres, learned=Range(-np.inf, np.inf))
    wiring.resistors("leaks", weights, held, SIEMENS * leaks, learned=Range(0.0, np.inf))
    _add_network(wiring, inputs.T @ inputs, weights)
    teachers = labels("i", "teachers", count)
    wiring.banks.append(CurrentSources("teachers", teachers, grounds(count), weights, SIEMENS * (inputs.T @ targets)))
    wiring.inputs = InputPorts("inputs", weights[:0], np.zeros(0))
    wiring.outputs = OutputPorts(weights, grounds(count))
    circuit = wiring.circuit("weights that leak", Currents().wire(wiring, wiring.outputs))
    charges = labels("c", "capacitors", count)
    held_on = Capacitors("capacitors", charges, weights, grounds(count), no_initial(count), np.full(count, FARADS))
    return replace(circuit, storage=Storage(held_on))


def with_leaks(circuit: Circuit, leaks: FloatArray, centres: FloatArray) -> Circuit:
    """Return a learner with other leaks and centres, (weights,) each."""
    return circuit.with_values({"leaks.conductance": SIEMENS * leaks, "centres.voltage": centres})


def _add_network(wiring: Wiring, gram: FloatArray, nodes: IntArray) -> None:
    """Add resistors whose currents are gram phi: minus its entries between nodes, its rows' sums to ground."""
    one, other = np.triu_indices(len(nodes), 1)
    positive = np.concatenate([nodes[one], nodes])
    negative = np.concatenate([nodes[other], np.zeros_like(nodes)])
    siemens = SIEMENS * np.concatenate([-gram[one, other], gram.sum(axis=1)])
    above, below = siemens > 0, siemens < 0
    if above.any():
        wiring.resistors("data", positive[above], negative[above], siemens[above])
    if below.any():
        names = labels("r", "data_below", int(below.sum()))
        wiring.banks.append(NegativeResistors("data_below", names, positive[below], negative[below], siemens[below]))
