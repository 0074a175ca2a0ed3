"""Which circuit learns, and is learned in turn? Weights on capacitors that leak, and what they leak to.

A weight is the voltage phi of a capacitor that the gradient of a loss L discharges and that leaks through a conductance
lambda to a source omega:

    C dphi/dt = -dL/dphi - lambda (phi - omega),

so that it comes to rest where L_in = L(phi) + sum lambda (phi - omega)^2 / 2 is least: learning is settling.
Contrastive meta-learning (Zucchet et al. 2022; thesis 6.3) is then equilibrium propagation one level up. The weights
are the outputs, a loss L_out of theirs on other data is the cost, and the leaks learn by the rule of any resistor and
source,

    dL_out/dlambda = d/dbeta (phi - omega)^2 / 2,    dL_out/domega = -d/dbeta lambda (phi - omega).

Here L is the squared error of a linear neuron, |X phi - y|^2 / 2. Its gradient X'X phi - X'y is drawn by a network of
resistors, positive and negative: X joins the weights to sources at the answers y, which are the circuit's inputs, and
-X'X the weights to each other. Rest is ridge regression about omega, of whatever answers are given to the examples X.
"""

from dataclasses import replace

import numpy as np

from ebana_like.checks import require_number
from ebana_like.circuit import Circuit
from ebana_like.elements import (
    Capacitors,
    FloatArray,
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

LEAKS, CENTRES = Range(1e-2 * SIEMENS, 1e2 * SIEMENS, logarithmic=True), Range(-5.0, 5.0)
"""In which both are learned, siemens and volts."""


def leaky_learner(inputs: FloatArray, leaks: FloatArray, centres: FloatArray) -> Circuit:
    """Return the circuit of a linear neuron that learns examples, whose weights are its outputs, one volt each unit.

    inputs: of the examples, (examples, weights); the answers are the circuit's features, one volt each unit. leaks:
    lambda, (weights,), above zero; in the circuit 1 is `SIEMENS`. centres: omega, (weights,). Leaks and centres can be
    learned: "leaks.conductance", "centres.voltage".
    Raises CircuitError for shapes that do not fit, and for leaks or centres beyond those that can be learned.
    """
    examples, count = inputs.shape
    if leaks.shape != (count,) or centres.shape != (count,):
        raise CircuitError(
            f"inputs are {inputs.shape}, leaks {leaks.shape}, centres {centres.shape}; give (examples, weights), "
            "(weights,) and (weights,)"
        )
    for name, values, span, unit in (("leaks", leaks, LEAKS, SIEMENS), ("centres", centres, CENTRES, 1.0)):
        for value in values.tolist():
            require_number(f"one of {name}", value, low=span.low / unit, high=span.high / unit, error=CircuitError)
    wiring = Wiring(np.random.default_rng(0))
    answers = wiring.new_nodes([f"y{k}" for k in range(examples)])
    weights = wiring.new_nodes([f"w{k}" for k in range(count)])
    held = wiring.new_nodes([f"o{k}" for k in range(count)])
    wiring.sources("inputs", answers)
    wiring.sources("centres", held, centres, learned=CENTRES)
    wiring.resistors("leaks", weights, held, SIEMENS * leaks, learned=LEAKS)
    gram, (one, other) = inputs.T @ inputs, np.triu_indices(count, 1)
    positive = np.concatenate([np.tile(answers, count), weights[one], weights])
    negative = np.concatenate([np.repeat(weights, examples), weights[other], grounds(count)])
    each = np.concatenate([inputs.T.ravel(), -gram[one, other], gram.sum(axis=1) - inputs.sum(axis=0)])
    siemens, above, below = SIEMENS * each, each > 0, each < 0
    if above.any():
        wiring.resistors("data", positive[above], negative[above], siemens[above])
    if below.any():
        names = labels("r", "data_below", int(below.sum()))
        wiring.banks.append(NegativeResistors("data_below", names, positive[below], negative[below], siemens[below]))
    wiring.inputs = InputPorts("inputs", np.arange(examples), np.ones(examples))
    wiring.outputs = OutputPorts(weights, grounds(count))
    circuit = wiring.circuit("weights that leak", Currents().wire(wiring, wiring.outputs))
    charges = labels("c", "capacitors", count)
    held_on = Capacitors("capacitors", charges, weights, grounds(count), no_initial(count), np.full(count, FARADS))
    return replace(circuit, storage=Storage(held_on))


def with_leaks(circuit: Circuit, leaks: FloatArray, centres: FloatArray) -> Circuit:
    """Return a learner with other leaks and centres, (weights,) each."""
    return circuit.with_values({"leaks.conductance": SIEMENS * leaks, "centres.voltage": centres})
