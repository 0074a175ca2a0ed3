"""How far may a circuit as SPICE is given it, with steep diodes, be from the one with ideal diodes?

A steep diode drops N Vt ln(1 + i/IS) where an ideal one drops nothing, and leaks IS + gmin v where an ideal one leaks
nothing. Resistors between neurons take means of voltages, so a node is moved by no more than the largest drop, or what
the leak of one diode makes at its own node; amplifiers make it larger by their gain, one layer after the other.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import VCVS, FloatArray, IdealDiodes
from ebana_like.elements.constants import GMIN
from ebana_like.energy import element_currents


def steepened(circuit: Circuit) -> Circuit:
    """Return the circuit with steep diodes in the place of ideal ones: what its netlist says."""
    return circuit.changed(IdealDiodes, lambda bank: bank.steep)


def largest_deviation(circuit: Circuit, voltages: FloatArray) -> float:
    """Return by how many volts steep diodes may move a node; 0 where there are no ideal ones.

    circuit: as it stands, with one sample's inputs. voltages: of its nodes with ideal diodes, (nodes,).
    """
    ideal = circuit.of_kind(IdealDiodes)
    if not ideal:
        return 0.0
    currents = element_currents(circuit, voltages).of
    conductance, drop, leak = circuit.conducted(), 0.0, 0.0
    for bank in ideal:
        drop = max(drop, bank.deviation(float(np.abs(currents[bank.name]).max(initial=0.0))))
        siemens = np.maximum(conductance[bank.positive], conductance[bank.negative])
        amperes = bank.model.saturation + GMIN * np.abs(bank.drop(voltages))
        leak = max(leak, float((amperes / siemens).max(initial=0.0)))
    gains = [max(1.0, float(np.abs(bank.gain).max(initial=0.0))) for bank in circuit.of_kind(VCVS)]
    return float((drop + leak) * np.prod(gains))
