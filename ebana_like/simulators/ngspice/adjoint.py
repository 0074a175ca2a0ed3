"""How does ngspice compute a gradient? It solves the adjoint circuit, whose small-signal conductances are altered for
every sample."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.adjoint import small_signal
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SimulatorError
from ebana_like.simulators.ngspice.crew import Crew
from ebana_like.systems import OperatingPoints


@dataclass(frozen=True, eq=False)
class Injected:
    """One phase of nudging that does not depend on scores.

    values: (batch, elements) by address.
    """

    values: Mapping[str, FloatArray]

    @property
    def phases(self) -> int:
        return 1

    def drives(self, scores: FloatArray, samples: slice) -> dict[str, FloatArray]:
        return {address: value[None, samples] for address, value in self.values.items()}

    def part(self, samples: slice) -> "Injected":
        return Injected({address: value[samples] for address, value in self.values.items()})


def solve_adjoint(
    crew: Crew,
    circuit: Circuit,
    points: OperatingPoints,
    currents: FloatArray,
) -> FloatArray:
    """Solve the adjoint circuit of every sample; arguments and result as in `Simulator.adjoint`.

    Raises SimulatorError where that succeeds for none.

    crew: holds the adjoint circuit of `circuit` at any operating point.
    """
    found = np.full((len(currents), len(circuit.nodes)), np.nan)
    nothing, samples = np.zeros((1, circuit.inputs.count)), np.flatnonzero(points.converged[0])
    values = circuit.of_elements(points.values).items()
    kept = {of: value for of, value in values if circuit.addressed(of).programmed}
    devices = {name: device.take(samples) for name, device in points.devices.items()}
    held = small_signal(points.solved, points.voltages[0, samples], devices)
    for k, sample in enumerate(samples.tolist()):
        at_point = {of: value[k] for of, value in held.items()}
        if not all(np.isfinite(value).all() for value in at_point.values()):
            continue  # of a device that could not be measured
        injected = Injected({crew.circuit.driven.addresses[0]: currents[sample : sample + 1]})
        answer = crew.solve({**kept, **at_point}, nothing, injected)
        found[sample] = answer.voltages[1, 0, : len(circuit.nodes)]
    if samples.size and not np.isfinite(found[samples]).any():
        raise SimulatorError(
            "at none of the operating points could a gradient be found: a device could not be solved by itself at the "
            "voltages of its terminals, or the adjoint circuit not at all; move sizes away from their model's limits"
        )
    return found
