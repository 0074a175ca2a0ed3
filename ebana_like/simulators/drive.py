"""What drives a circuit at one point? Every independent source's value, and the conductances that vary."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, FloatArray, IntArray, VoltageSources
from ebana_like.simulators.protocol import driven_values
from ebana_like.systems import Nudging
from ebana_like.values import Values, parts


@dataclass(frozen=True, eq=False)
class Drive:
    """Stimuli of a number of points.

    voltages: of all voltage sources, bank after bank, (points, sources), volts.
    amperes: of all current sources, bank after bank, (points, sources).
    conductances: of the driven resistors, (points, n) by bank, siemens.
    """

    voltages: FloatArray
    amperes: FloatArray
    conductances: Mapping[str, FloatArray]

    def part(self, points: IntArray | slice) -> "Drive":
        """Return the drive of some of the points."""
        conductances = {name: g[points] for name, g in self.conductances.items()}
        return Drive(self.voltages[points], self.amperes[points], conductances)

    def scaled(self, factor: float) -> "Drive":
        """Return the drive with all sources turned down to a fraction."""
        return replace(self, voltages=factor * self.voltages, amperes=factor * self.amperes)

    def varied(self, circuit: Circuit, values: Mapping[str, FloatArray]) -> "Drive":
        """Return the drive with other values, (points, n) by address."""
        voltages, amperes, conductances = self.voltages.copy(), self.amperes.copy(), dict(self.conductances)
        for address, value in values.items():
            name, _, field = address.rpartition(".")
            if field == "conductance":
                conductances[name] = value
            elif field == "voltage":
                voltages[:, _columns(circuit, VoltageSources, name)] = value
            else:
                amperes[:, _columns(circuit, CurrentSources, name)] = value
        return Drive(voltages, amperes, conductances)


def free_drive(circuit: Circuit, features: FloatArray, held: Values) -> Drive:
    """Return the drive of a batch's free phase: driven sources off, driven resistors as the circuit has them.

    features: (batch, features), volts. held: values of sources that are not as in the circuit, (n,) by address.
    """
    batch, driven = len(features), circuit.driven
    voltages = [np.tile(bank.voltage, (batch, 1)) for bank in circuit.of_kind(VoltageSources)]
    amperes = [np.tile(bank.amperes, (batch, 1)) for bank in circuit.of_kind(CurrentSources)]
    drive = Drive(
        _side_by_side(voltages, batch),
        _side_by_side(amperes, batch),
        {name: np.tile(conductance, (batch, 1)) for name, conductance in circuit.loads.items()},
    )
    values = {f"{circuit.inputs.bank}.voltage": circuit.inputs.voltages(features)}
    off = {address: np.zeros((batch, 1)) for address in driven.addresses if not address.endswith(".conductance")}
    sources = {of: value for of, value in held.items() if parts(of)[1] in ("voltage", "amperes")}
    return drive.varied(circuit, sources | values | off)


def nudged_drives(circuit: Circuit, free: Drive, scores: FloatArray, nudging: Nudging) -> Iterator[Drive]:
    """Yield the drive of each nudged phase of a batch.

    scores: free scores, (batch, outputs), volts. Raises SimulatorError as `driven_values` does.
    """
    values = driven_values(circuit, nudging, scores, slice(0, len(scores)))
    for phase in range(nudging.phases):
        yield free.varied(circuit, {address: value[phase] for address, value in values.items()})


def _columns(circuit: Circuit, kind: type[VoltageSources] | type[CurrentSources], name: str) -> slice:
    """Where a bank stands among all sources of its kind."""
    first = 0
    for bank in circuit.of_kind(kind):
        if bank.name == name:
            return slice(first, first + len(bank))
        first += len(bank)
    raise KeyError(name)


def _side_by_side(arrays: list[FloatArray], batch: int) -> FloatArray:
    return np.concatenate([np.zeros((batch, 0)), *arrays], axis=1)
