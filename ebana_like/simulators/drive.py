"""What drives a circuit at one point? Every independent source's value, and the load on its outputs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.circuit import Circuit, CurrentNudging, SwitchNudging
from ebana_like.elements import CurrentSources, FloatArray, IntArray, Resistors, VoltageSources
from ebana_like.elements.switch import behind_switch
from ebana_like.simulators.protocol import Nudging, check_currents, check_loads


@dataclass(frozen=True, eq=False)
class Drive:
    """Stimuli of a number of points.

    voltages: of all voltage sources, bank after bank, (points, sources), volts.
    amperes: of all current sources, bank after bank, (points, sources).
    loads: conductance of the nudging resistors, (points,), siemens; without effect while their switches are open.
    """

    voltages: FloatArray
    amperes: FloatArray
    loads: FloatArray

    def part(self, points: IntArray | slice) -> "Drive":
        """Return the drive of some of the points."""
        return Drive(self.voltages[points], self.amperes[points], self.loads[points])

    def scaled(self, factor: float) -> "Drive":
        """Return the drive with all sources turned down to a fraction."""
        return replace(self, voltages=factor * self.voltages, amperes=factor * self.amperes)


def free_drive(circuit: Circuit, features: FloatArray) -> Drive:
    """Return the drive of a batch's free phase: nudging sources off, switches open.

    features: (batch, features), volts.
    """
    batch, nudger = len(features), circuit.nudger
    voltages = [np.tile(bank.voltage, (batch, 1)) for bank in circuit.of_kind(VoltageSources)]
    amperes = [np.tile(bank.amperes, (batch, 1)) for bank in circuit.of_kind(CurrentSources)]
    drive = Drive(_side_by_side(voltages, batch), _side_by_side(amperes, batch), np.full(batch, _own_load(circuit)))
    drive.voltages[:, _columns(circuit, VoltageSources, circuit.inputs.bank)] = circuit.inputs.voltages(features)
    if isinstance(nudger, CurrentNudging):
        drive.amperes[:, _columns(circuit, CurrentSources, nudger.bank)] = 0
    else:
        for name in (nudger.targets, nudger.control):
            drive.voltages[:, _columns(circuit, VoltageSources, name)] = 0
    return drive


def nudged_drives(circuit: Circuit, free: Drive, scores: FloatArray, nudging: Nudging) -> Iterator[Drive]:
    """Yield the drive of each nudged phase of a batch.

    scores: free scores, (batch, outputs), volts. Raises SimulatorError where the circuit cannot be nudged that way.
    """
    check_loads(circuit, nudging.loads)
    currents = nudging.currents(scores, slice(0, len(scores)))
    check_currents(circuit, nudging.loads, currents)
    nudger = circuit.nudger
    for current, load in zip(currents, nudging.loads, strict=True):
        voltages, amperes = free.voltages.copy(), free.amperes.copy()
        loads = np.array([behind_switch(g) if g else own for g, own in zip(load.tolist(), free.loads, strict=True)])
        if isinstance(nudger, CurrentNudging):
            amperes[:, _columns(circuit, CurrentSources, nudger.bank)] = current
        else:
            voltages[:, _columns(circuit, VoltageSources, nudger.targets)] = np.where(
                load[:, None] == 0, 0.0, current / np.where(load == 0, 1.0, load)[:, None]
            )
            voltages[:, _columns(circuit, VoltageSources, nudger.control)] = (load != 0)[:, None]
        yield Drive(voltages, amperes, loads)


def _own_load(circuit: Circuit) -> float:
    if not isinstance(circuit.nudger, SwitchNudging):
        return 0.0
    return float(circuit.bank(circuit.nudger.resistors, Resistors).conductance[0])


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
