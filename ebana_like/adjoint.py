"""Which linear circuit has the gradient of a cost as its node voltages? The adjoint circuit of Director and Rohrer.

With f(V) = 0 Kirchhoff's equations and J = df/dV at the operating point, dC/dtheta = lambda' df/dtheta where
J' lambda = -dC/dV. That is the equation of another circuit, wired alike: resistors stay, diodes and switches become
their small-signal conductances, sources are set to zero, every VCVS becomes a CCCS that draws A times the current
between its shorted terminals from its controls, every CCCS a VCVS in series with the source whose current it copied,
and -dC/ds is injected into the output pairs. It exists for every circuit, also for one without co-content.

    dC/dg = (lambda_p - lambda_n) (V_p - V_n);    dC/dE of a voltage source = minus its current in the adjoint circuit.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit, free_name
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    Devices,
    EnergyLaw,
    FloatArray,
    IntArray,
    Resistors,
    VoltageSources,
)
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across


def small_signal(circuit: Circuit, voltages: FloatArray) -> dict[str, FloatArray]:
    """Return the conductances (..., n) of what is not linear, at node voltages (..., nodes), by bank, siemens."""
    return {bank.name: bank.small_signal(voltages) for bank in circuit.of_kind(EnergyLaw) if not bank.linear}


def adjoint_circuit(circuit: Circuit, voltages: FloatArray, currents: FloatArray) -> Circuit:
    """Return the adjoint circuit at an operating point of the circuit, which must stand as it was solved.

    voltages: of the nodes, (nodes,), volts. currents: -dC/ds, into the output pairs, (outputs,), cost per volt.
    Banks keep their names, so that a bank of diodes names resistors here; nodes keep their numbers, and new ones stand
    behind them. A VCVS leaves its name to the source that shorts it.
    """
    circuit.refuse(Devices | CCVS, "its adjoint circuit is not built here; train without it, or by another estimator")
    return _Transposition(circuit).circuit(small_signal(circuit, voltages), currents)


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

    def circuit(self, slopes: Mapping[str, FloatArray], currents: FloatArray) -> Circuit:
        circuit = self.original
        for copies in circuit.of_kind(CCCS):  # first, for they move the ends of sources
            self.banks.append(self.voltages_of(copies))
        for bank in circuit.banks:
            if isinstance(bank, VCVS):
                self.banks += self.currents_of(bank)
            elif not isinstance(bank, CCCS):
                self.banks.append(self.linear(bank, slopes))
        nudge = self.new_bank_name("adjoint")
        sources = sources_across(circuit.outputs, nudge, self.labels)
        self.banks.append(replace(sources, amperes=np.array(currents, dtype=float)))
        title = f"adjoint circuit of {circuit.title}"
        return replace(
            circuit, title=title, nodes=tuple(self.nodes), banks=tuple(self.banks), driven=Currents.driven(nudge)
        )

    def linear(self, bank: Bank, slopes: Mapping[str, FloatArray]) -> Bank:
        """Return what stands for a bank that is not controlled."""
        if isinstance(bank, VoltageSources):
            return replace(bank, negative=self.ends[bank.name], voltage=np.zeros(len(bank)))
        if isinstance(bank, CurrentSources):
            return replace(bank, amperes=np.zeros(len(bank)))
        if isinstance(bank, Resistors):
            return bank
        if isinstance(bank, VCCS):  # draws at its controls what its output's voltage tells
            outputs, controls = (bank.positive, bank.negative), (bank.control_positive, bank.control_negative)
            return VCCS(bank.name, bank.labels, *controls, *outputs, bank.gain)
        labels = self.new_labels([f"r{label}" for label in bank.labels])
        return Resistors(bank.name, labels, bank.positive, bank.negative, slopes[bank.name])

    def currents_of(self, bank: VCVS) -> list[Bank]:
        """Return the shorted terminals of VCVS, and the CCCS that draw A times their currents from the controls."""
        meters = self.new_labels([f"v{label}" for label in bank.labels])
        labels = self.new_labels([f"f{label}" for label in bank.labels])
        back = self.new_bank_name(f"{bank.name}_back")
        return [
            VoltageSources(bank.name, meters, bank.positive, bank.negative, np.zeros(len(bank))),
            CCCS(back, labels, bank.control_positive, bank.control_negative, meters, -bank.gain),
        ]

    def voltages_of(self, bank: CCCS) -> VCVS:
        """Return VCVS of -B times the drop that the CCCS's current fell by, in series with the sources copied."""
        near, far = [], []
        for control in bank.control:
            name, k = self.place[control]
            far.append(int(self.ends[name][k]))
            self.nodes.append(free_name(f"{control}_{len(self.nodes)}", set(self.nodes)))
            near.append(len(self.nodes) - 1)
            self.ends[name][k] = near[-1]
        labels = self.new_labels([f"e{label}" for label in bank.labels])
        return VCVS(bank.name, labels, _indices(near), _indices(far), bank.positive, bank.negative, -bank.gain)

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
