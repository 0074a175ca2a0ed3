"""What flows through every element at an operating point, and how much of it turns into heat?"""

from collections.abc import Mapping
from dataclasses import dataclass

from ebana_like.circuit import Circuit
from ebana_like.elements import Diodes, FloatArray, Resistors, Switches
from ebana_like.energy import dissipation, element_currents


@dataclass(frozen=True, eq=False)
class Branches:
    """One operating point.

    voltages: of the nodes, (nodes,), volts.
    drops: V(positive) - V(negative) by bank, (n,), volts.
    currents: from positive through the element to negative, by bank, (n,), amperes.
    heat: power that turns into heat in each bank of resistors, diodes and switches, watts: all that the sources give.
    """

    circuit: Circuit
    voltages: FloatArray
    drops: Mapping[str, FloatArray]
    currents: Mapping[str, FloatArray]
    heat: Mapping[str, float]


def branches(circuit: Circuit, voltages: FloatArray) -> Branches:
    """Return what flows in the circuit as it stands at these node voltages (nodes,), volts."""
    found = element_currents(circuit, voltages)
    watts = dissipation(circuit, voltages, found)
    passive = [bank.name for bank in circuit.banks if isinstance(bank, Resistors | Diodes | Switches)]
    drops = {bank.name: bank.drop(voltages) for bank in circuit.banks}
    return Branches(circuit, voltages, drops, found.of, {name: float(watts[name]) for name in passive})
