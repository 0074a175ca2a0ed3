"""How does a circuit answer to small sinusoids at an operating point? Phasors of all node voltages, by frequency."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, VoltageSources
from ebana_like.errors import SettingError

ComplexArray = NDArray[np.complex128]
Phasors = Mapping[str, ComplexArray]
"""What sources swing by, (n,) or (batch, n) by address: volts or amperes and, as the argument, radians ahead."""


@dataclass(frozen=True, eq=False)
class Response:
    """What a batch answers.

    hertz: (frequencies,). voltages: (frequencies, batch, nodes), nodes as in the circuit, by how much each swings for
    the stimulus as it was given; NaN where a sample had no operating point.
    """

    circuit: Circuit
    hertz: Annotated[FloatArray, "frequencies"]
    voltages: Annotated[ComplexArray, "frequencies batch nodes"]

    @property
    def scores(self) -> ComplexArray:
        """Swings of the scores, (frequencies, batch, outputs)."""
        ports = self.circuit.outputs
        return np.asarray(self.voltages[..., ports.positive] - self.voltages[..., ports.negative])

    def of(self, node: str) -> ComplexArray:
        """Return the swing of a node, (frequencies, batch). Raises SettingError where there is none."""
        if node not in self.circuit.nodes:
            raise SettingError(f'there is no node "{node}" in this circuit; it has {", ".join(self.circuit.nodes[:9])}')
        return np.asarray(self.voltages[..., self.circuit.nodes.index(node)])


def swings(circuit: Circuit, phasors: Phasors, batch: int) -> tuple[ComplexArray, ComplexArray]:
    """Return by what all voltage sources and all current sources swing, (batch, sources) each, bank after bank.

    phasors: of what swings; what is not named stands still. Raises SettingError for shapes that do not fit.
    """
    found = []
    known = set(phasors)
    for kind, quantity in ((VoltageSources, "voltage"), (CurrentSources, "amperes")):
        columns = [np.zeros((batch, 0), dtype=complex)]
        for bank in circuit.of_kind(kind):
            at = f"{bank.name}.{quantity}"
            known.discard(at)
            value = np.asarray(phasors.get(at, np.zeros(len(bank))), dtype=complex)
            if value.shape not in ((len(bank),), (batch, len(bank))):
                raise SettingError(f"the phasors of {at} have shape {value.shape}; give {(batch, len(bank))}")
            columns.append(np.broadcast_to(value, (batch, len(bank))))
        found.append(np.concatenate(columns, axis=1))
    if known:
        raise SettingError(f'"{min(known)}" is no address of sources that could swing')
    return found[0], found[1]


def own_phasors(circuit: Circuit) -> dict[str, ComplexArray]:
    """Return by what a circuit's sources swing as its netlist says (`AC 1 90`), by address."""
    found: dict[str, ComplexArray] = {}
    for kind, quantity in ((VoltageSources, "voltage"), (CurrentSources, "amperes")):
        for bank in circuit.of_kind(kind):
            said = [circuit.storage.phasors.get(label, (0.0, 0.0)) for label in bank.labels]
            if any(magnitude for magnitude, _ in said):
                polar = [magnitude * np.exp(1j * np.radians(degrees)) for magnitude, degrees in said]
                found[f"{bank.name}.{quantity}"] = np.array(polar)
    return found
