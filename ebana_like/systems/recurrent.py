"""Which circuit computes a gradient by settling? The linearized circuit whose only sources are the errors.

Recurrent backpropagation (Almeida 1987, Pineda 1987) lets errors run through the transposed linearization of a network
until they stand still,

    C dl/dt = -J(V)' l - dC/dV,    l -> lambda,    J' lambda = -dC/dV.

As a circuit that is the adjoint circuit with the capacitors and inductors of the first, charged junctions among them,
into whose outputs the errors flow from time 0 on. At time t it has the gradient of a settling that is looked at for a
time t alone: the integral of the costates of Algorithm 1 over its last t seconds.
"""

from dataclasses import replace

import numpy as np

from ebana_like.adjoint import adjoint_circuit
from ebana_like.circuit import Circuit
from ebana_like.elements import Capacitors, FloatArray, Inductors, VoltageSources
from ebana_like.elements.capacitor import no_initial
from ebana_like.elements.labels import free_name
from ebana_like.storage import Storage
from ebana_like.systems.adjoint_course import charged


def recurrent_circuit(circuit: Circuit, voltages: FloatArray, currents: FloatArray) -> Circuit:
    """Return the circuit whose nodes settle at lambda, as `adjoint_circuit` does, with what it stores.

    circuit: as it was solved. voltages: of its nodes at the operating point, (nodes,), volts. currents: -dC/ds,
    (outputs,), cost per volt, held by the sources that stand for its nudges.
    """
    mirrored = adjoint_circuit(circuit, voltages, currents)
    return replace(mirrored, storage=mirrored_storage(circuit, mirrored, charged(circuit, voltages)))


def mirrored_storage(circuit: Circuit, mirrored: Circuit, junctions: dict[str, FloatArray]) -> Storage:
    """Return what a circuit stores, in the wiring of its adjoint circuit, and capacitances of diodes, (n,) by bank."""
    own, coils = circuit.storage.capacitors, circuit.storage.inductors
    taken = {label for bank in mirrored.banks for label in bank.labels} | {*own.labels, *coils.labels}
    banks = [circuit.named(name) for name in junctions]
    labels = [free_name(f"c{label}", taken) for bank in banks for label in bank.labels]
    capacitors = Capacitors(
        own.name,
        (*own.labels, *labels),
        np.concatenate([own.positive, *(bank.positive for bank in banks)]),
        np.concatenate([own.negative, *(bank.negative for bank in banks)]),
        no_initial(len(own) + len(labels)),
        np.concatenate([own.capacitance, *junctions.values()]),
    )
    wires = {
        label: (p, n)
        for bank in mirrored.of_kind(VoltageSources)
        for label, p, n in zip(bank.labels, bank.positive.tolist(), bank.negative.tolist(), strict=True)
    }
    at = np.array([wires[wire] for wire in coils.wires], dtype=np.intp).reshape(-1, 2)
    coils = Inductors(coils.name, coils.labels, at[:, 0], at[:, 1], no_initial(len(coils)), coils.inductance)
    return Storage(capacitors, coils, circuit.storage.couplings)
