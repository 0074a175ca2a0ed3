"""What flows through every element at an operating point, and where does power go? Only where Kirchhoff's law holds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, EnergyLaw, FloatArray
from ebana_like.energy import element_currents, own_currents
from ebana_like.errors import SimulatorError

LARGEST_IMBALANCE = 1e-9
"""Kirchhoff's law must hold to this share of the largest current, or a point is not reported."""


@dataclass(frozen=True, eq=False)
class Branches:
    """One operating point.

    voltages: of the nodes, (nodes,), volts.
    drops: V(positive) - V(negative) by bank, (n,), volts.
    currents: from positive through the element to negative, by bank, (n,), amperes; beside transistors, whose currents
        only SPICE knows, those of elements whose own law tells them.
    watts: that go into each bank, below zero where it delivers.
    imbalance: Kirchhoff's residual over the largest current; NaN beside transistors.
    """

    circuit: Circuit
    voltages: FloatArray
    drops: Mapping[str, FloatArray]
    currents: Mapping[str, FloatArray]
    watts: Mapping[str, float]
    imbalance: float

    @property
    def heat(self) -> dict[str, float]:
        """Power that each bank of resistors, diodes and switches turns into heat, watts.

        All that the sources give, but for what transistors take.
        """
        passive = (bank.name for bank in self.circuit.of_kind(EnergyLaw) if not bank.role)
        return {name: self.watts[name] for name in passive}


def branches(circuit: Circuit, voltages: FloatArray) -> Branches:
    """Return what flows in the circuit as it stands, with its own conductances and sources.

    voltages: of the nodes, (nodes,), volts. Raises SimulatorError where they are no operating point.
    """
    drops = {bank.name: bank.drop(voltages) for bank in circuit.banks}
    currents: Mapping[str, FloatArray]
    if circuit.of_kind(Devices):
        currents, imbalance = own_currents(circuit, voltages), float("nan")
    else:
        found = element_currents(circuit, voltages)
        currents, imbalance = found.of, float(found.imbalance)
        if not imbalance <= LARGEST_IMBALANCE:
            worst = circuit.nodes[int(np.abs(found.residual).argmax())]
            raise SimulatorError(
                f'Kirchhoff\'s law is off by {imbalance:.1e} of the largest current at node "{worst}", more than '
                f"{LARGEST_IMBALANCE:g}: this is no operating point"
            )
    watts = {name: float(drops[name] @ amperes) for name, amperes in currents.items()}
    return Branches(circuit, voltages, drops, currents, watts, imbalance)
