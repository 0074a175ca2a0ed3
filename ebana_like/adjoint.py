"""Which linear circuit has the gradient of a cost as its node voltages? The adjoint circuit of Director and Rohrer.

With f(V) = 0 Kirchhoff's equations and J = df/dV at the operating point, dC/dtheta = lambda' df/dtheta where
J' lambda = -dC/dV. That is the equation of another circuit, wired alike: resistors stay, diodes and switches become
their small-signal conductances, written laws and devices only SPICE knows the transposed matrices of their slopes,
sources are set to zero, every VCVS becomes a CCCS that draws A times the current between its shorted terminals from its
controls, every CCCS a VCVS in series with the source whose current it copied, every CCVS a CCVS the other way, and
-dC/ds is injected into the output pairs. It exists for every circuit, also for one without co-content.

    dC/dg = (lambda_p - lambda_n) (V_p - V_n);    dC/dE of a voltage source = minus its current in the adjoint circuit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit, free_name
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    BehaviouralConductors,
    BehaviouralCurrents,
    CurrentSources,
    Devices,
    EnergyLaw,
    FloatArray,
    IntArray,
    LinearDevices,
    Resistors,
    SmallSignal,
    Synapses,
    VoltageSources,
    transposed,
)
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.storage import NOTHING_STORED
from ebana_like.values import Values, address


def small_signal(circuit: Circuit, voltages: FloatArray, devices: Mapping[str, SmallSignal]) -> dict[str, FloatArray]:
    """Return what the adjoint circuit holds where the circuit is not linear, (points, n) by address, siemens.

    voltages: (points, nodes), volts. devices: those only SPICE knows, at the same points, by bank.
    """
    slopes = {
        address(bank.name, "conductance"): bank.small_signal(voltages)
        for bank in circuit.of_kind(EnergyLaw)
        if not (bank.linear or isinstance(bank, BehaviouralConductors))
    }
    slopes |= {
        address(bank.name, "gain"): bank.small_signal(voltages) for bank in circuit.of_kind(BehaviouralConductors)
    }
    slopes |= {address(bank.name, "gain"): bank.slopes(voltages) for bank in circuit.of_kind(BehaviouralCurrents)}
    return slopes | {address(name, "gain"): device.gains for name, device in devices.items()}


def adjoint_circuit(
    circuit: Circuit,
    voltages: FloatArray,
    currents: FloatArray,
    devices: Mapping[str, SmallSignal] | None = None,
) -> Circuit:
    """Return the adjoint circuit at an operating point of the circuit, which must stand as it was solved.

    voltages: of the nodes, (nodes,), volts. currents: -dC/ds, into the output pairs, (outputs,), cost per volt.
    devices: those only SPICE knows, at this one point, by bank; without slopes where not given.
    Banks keep their names, so that a bank of diodes names resistors here; nodes keep their numbers, and new ones stand
    behind them. A VCVS or CCVS leaves its name to the source that shorts it.
    """
    devices = devices or {bank.name: _flat(bank) for bank in circuit.of_kind(Devices)}
    slopes = {of: np.nan_to_num(value[0]) for of, value in small_signal(circuit, voltages[None], devices).items()}
    return _Transposition(circuit).circuit(slopes, currents)


def _flat(bank: Devices) -> SmallSignal:
    """Return devices that carry nothing at any voltage."""
    shape = 1, len(bank), len(bank.ends)
    return SmallSignal(np.zeros(shape), np.zeros((*shape, shape[-1])))


class _Transposition:
    """Builds the adjoint circuit, bank by bank."""

    def __init__(self, circuit: Circuit) -> None:
        self.original = circuit
        self.nodes = list(circuit.nodes)
        self.banks: list[Bank] = []
        self.bank_names = {bank.name for bank in circuit.banks}
        self.labels = {label for bank in circuit.banks for label in bank.labels}
        sources = circuit.of_kind(VoltageSources)
        self.ends = {b.name: b.negative.copy() for b in sources}
        self.place = {label: (b.name, k) for b in sources for k, label in enumerate(b.labels)}

    def circuit(self, slopes: Values, currents: FloatArray) -> Circuit:
        circuit = self.original
        for copies in circuit.of_kind(CCCS):  # first, for they move the ends of sources
            self.banks.append(self.voltages_of(copies))
        for carried in circuit.of_kind(CCVS):
            self.banks += self.carried_back(carried)
        for bank in circuit.banks:
            if isinstance(bank, VCVS):
                self.banks += self.currents_of(bank)
            elif not isinstance(bank, CCCS | CCVS):
                self.banks.append(self.linear(bank, slopes))
        nudge = self.new_bank_name("adjoint")
        sources = sources_across(circuit.outputs, nudge, self.labels)
        self.banks.append(replace(sources, amperes=np.array(currents, dtype=float)))
        title = f"adjoint circuit of {circuit.title}"
        return replace(
            circuit,
            title=title,
            nodes=tuple(self.nodes),
            banks=tuple(self.banks),
            driven=Currents.driven(nudge),
            storage=NOTHING_STORED,
        )

    def linear(self, bank: Bank, slopes: Values) -> Bank:
        """Return what stands for a bank that is not controlled."""
        if isinstance(bank, VoltageSources):
            return replace(bank, negative=self.ends[bank.name], voltage=np.zeros(len(bank)))
        if isinstance(bank, CurrentSources):
            return replace(bank, amperes=np.zeros(len(bank)))
        if isinstance(bank, Synapses):
            return bank
        if isinstance(bank, VCCS):  # draws at its controls what its output's voltage tells
            outputs, controls = (bank.positive, bank.negative), (bank.control_positive, bank.control_negative)
            return VCCS(bank.name, bank.labels, *controls, *outputs, bank.gain)
        if isinstance(bank, BehaviouralConductors):  # a slope may be zero or below
            ends = bank.positive, bank.negative
            labels = self.new_labels([f"g{label}" for label in bank.labels])
            return LinearDevices(bank.name, labels, *ends, *ends, slopes[address(bank.name, "gain")])
        if isinstance(bank, BehaviouralCurrents):  # draw at their controls what the voltages at their ends tell
            element, above, below = bank.pairs
            labels = self.new_labels([f"g{bank.labels[k]}_{j}" for j, k in enumerate(element.tolist())])
            ends = bank.positive[element], bank.negative[element]
            return LinearDevices(bank.name, labels, above, below, *ends, slopes[address(bank.name, "gain")])
        if isinstance(bank, Devices):
            count = len(bank.ends) ** 2
            labels = self.new_labels([f"g{label}_{k}" for label in bank.labels for k in range(count)])
            return transposed(bank, labels, slopes[address(bank.name, "gain")])
        labels = self.new_labels([f"r{label}" for label in bank.labels])
        conductances = slopes[address(bank.name, "conductance")]
        return Resistors(bank.name, labels, bank.positive, bank.negative, conductances)

    def currents_of(self, bank: VCVS) -> list[Bank]:
        """Return the shorted terminals of VCVS, and the CCCS that draw A times their currents from the controls."""
        shorts = self.shorted(bank)
        labels = self.new_labels([f"f{label}" for label in bank.labels])
        back = self.new_bank_name(f"{bank.name}_back")
        return [
            shorts,
            CCCS(back, labels, bank.control_positive, bank.control_negative, tuple(shorts.labels), -bank.gain),
        ]

    def voltages_of(self, bank: CCCS) -> VCVS:
        """Return VCVS of -B times the drop that the CCCS's current fell by, in series with the sources copied."""
        ends = self.in_series(bank.control)
        labels = self.new_labels([f"e{label}" for label in bank.labels])
        return VCVS(bank.name, labels, *ends, bank.positive, bank.negative, -bank.gain)

    def carried_back(self, bank: CCVS) -> list[Bank]:
        """Return the shorted terminals of CCVS, and CCVS of their currents in series with the sources they followed."""
        shorts, ends = self.shorted(bank), self.in_series(bank.control)
        labels = self.new_labels([f"h{label}" for label in bank.labels])
        back = self.new_bank_name(f"{bank.name}_back")
        return [shorts, CCVS(back, labels, *ends, tuple(shorts.labels), bank.gain)]

    def shorted(self, bank: VCVS | CCVS) -> VoltageSources:
        """Return sources of no voltage in the bank's place, whose currents can be copied."""
        meters = self.new_labels([f"v{label}" for label in bank.labels])
        return VoltageSources(bank.name, meters, bank.positive, bank.negative, np.zeros(len(bank)))

    def in_series(self, sources: Sequence[str]) -> tuple[IntArray, IntArray]:
        """Make room behind sources, each by a node of its own; what was their negative end comes second, (n,) each."""
        near, far = [], []
        for label in sources:
            name, k = self.place[label]
            far.append(int(self.ends[name][k]))
            self.nodes.append(free_name(f"{label}_{len(self.nodes)}", set(self.nodes)))
            near.append(len(self.nodes) - 1)
            self.ends[name][k] = near[-1]
        return _indices(near), _indices(far)

    def new_bank_name(self, name: str) -> str:
        name = free_name(name, self.bank_names)
        self.bank_names.add(name)
        return name

    def new_labels(self, names: list[str]) -> tuple[str, ...]:
        found = []
        for name in names:
            found.append(free_name(name, self.labels))
            self.labels.add(found[-1])
        return tuple(found)


def _indices(nodes: list[int]) -> IntArray:
    return np.array(nodes, dtype=np.intp)
