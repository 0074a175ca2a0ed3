"""What makes a circuit of resistors settle in time? A capacitor at every node that no ideal source holds."""

from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Capacitors, VoltageLaw
from ebana_like.elements.labels import free_name


def loaded(circuit: Circuit, farads: float) -> Circuit:
    """Return a circuit with a capacitor to ground at every node that no ideal source holds, beside those it has.

    farads: of each. Raises CircuitError where that is not above zero.
    """
    held = {0}
    for bank in circuit.of_kind(VoltageLaw):
        held |= set(bank.positive[bank.negative == 0].tolist()) | set(bank.negative[bank.positive == 0].tolist())
    nodes = np.array([node for node in range(len(circuit.nodes)) if node not in held], dtype=np.intp)
    own, taken = circuit.storage.capacitors, {label for bank in circuit.banks for label in bank.labels}
    labels = tuple(free_name(f"c_{circuit.nodes[node]}", {*taken, *own.labels}) for node in nodes.tolist())
    more = Capacitors(
        own.name,
        (*own.labels, *labels),
        np.concatenate([own.positive, nodes]),
        np.concatenate([own.negative, np.zeros_like(nodes)]),
        np.concatenate([own.initial, np.full(len(nodes), np.nan)]),
        np.concatenate([own.capacitance, np.full(len(nodes), farads)]),
    )
    return replace(circuit, storage=replace(circuit.storage, capacitors=more))
