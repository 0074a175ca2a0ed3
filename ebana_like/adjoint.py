"""Which linear circuit has the gradient of a cost as its node voltages? The adjoint circuit of Director and Rohrer.

With f(V) = 0 Kirchhoff's equations and J = df/dV at the operating point, dC/dtheta = lambda' df/dtheta where
J' lambda = -dC/dV. That is the equation of another circuit, wired alike: resistors stay, diodes and switches become
their small-signal conductances, written laws and devices only SPICE knows the transposed matrices of their slopes,
sources are set to zero, every VCVS becomes a CCCS that draws A times the current between its shorted terminals from its
controls, every CCCS a VCVS in series with the source whose current it copied, every CCVS a CCVS the other way, and
-dC/ds is injected into the output pairs. It exists for every circuit, also for one without co-content, and asks
elements for nothing but their slopes (`Bank.links`) and what they are to a solver (`Bank.term`).

    dC/dg = (lambda_p - lambda_n) (V_p - V_n);    dC/dE of a voltage source = minus its current in the adjoint circuit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    FloatArray,
    IntArray,
    LinearDevices,
    Resistors,
    SmallSignal,
    VoltageSources,
)
from ebana_like.elements.labels import free_name
from ebana_like.elements.term import Branch, Flow
from ebana_like.nudges import Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.shared import NOTHING_SHARED
from ebana_like.storage import NOTHING_STORED
from ebana_like.values import Values, address

UNKNOWN = 1e-6
"""Siemens of what stands for a rising law before its slope is known, for no resistor is without."""


def small_signal(circuit: Circuit, voltages: FloatArray, devices: Mapping[str, SmallSignal]) -> dict[str, FloatArray]:
    """Return what the adjoint circuit holds where the circuit is not linear, (points, links) by address, siemens.

    voltages: (points, nodes), volts. devices: those only SPICE knows, at the same points, by bank.
    Raises CircuitError naming an element whose slopes nobody knows.
    """
    return {
        _slopes_of(bank): devices[bank.name].gains if bank.name in devices else bank.slopes(voltages)
        for bank in circuit.banks
        if not bank.linear
    }


def adjoint_circuit(
    circuit: Circuit,
    voltages: FloatArray,
    currents: FloatArray,
    devices: Mapping[str, SmallSignal] | None = None,
) -> Circuit:
    """Return the adjoint circuit at an operating point of the circuit, which must stand as it was solved.

    voltages: of the nodes, (nodes,), volts. currents: -dC/ds, into the output pairs, (outputs,), cost per volt.
    devices: those only SPICE knows, at this one point, by bank.
    Banks keep their names, so that a bank of diodes names resistors here; nodes keep their numbers, and new ones stand
    behind them. What holds a voltage that follows another leaves its name to the source that shorts it.
    Raises CircuitError naming an element of which nobody knows what it does.
    """
    slopes = {of: np.nan_to_num(value[0]) for of, value in small_signal(circuit, voltages[None], devices or {}).items()}
    return _Transposition(circuit).circuit(slopes, currents)


def unsolved_adjoint(circuit: Circuit) -> Circuit:
    """Return the adjoint circuit as it is wired, of no currents yet and of slopes that wait for an operating point."""
    slopes = {
        _slopes_of(bank): np.full(len(bank.links().start), UNKNOWN if bank.rising else 0.0)
        for bank in circuit.banks
        if not bank.linear
    }
    return _Transposition(circuit).circuit(slopes, np.zeros(circuit.outputs.count))


def _slopes_of(bank: Bank) -> str:
    """Return the address in the adjoint circuit of the slopes of a bank that is not linear."""
    return address(bank.name, "conductance" if bank.rising else "gain")


class _Transposition:
    """Builds the adjoint circuit, bank by bank."""

    def __init__(self, circuit: Circuit) -> None:
        self.original = circuit
        self.nodes = list(circuit.nodes)
        self.banks: list[Bank] = []
        self.bank_names = {bank.name for bank in circuit.banks}
        self.labels = {label for bank in circuit.banks for label in bank.labels}
        self.ends: dict[str, IntArray] = {}
        self.place: dict[str, tuple[str, int]] = {}
        for bank in circuit.banks:
            if isinstance(bank.term, Branch) and bank.term.gain is None:  # its current may be followed
                self.ends[bank.name] = bank.negative.copy()
                self.place |= {label: (bank.name, k) for k, label in enumerate(bank.labels)}

    def circuit(self, slopes: Values, currents: FloatArray) -> Circuit:
        circuit = self.original
        # those first that follow currents, for they move the ends of sources
        for bank in sorted(circuit.banks, key=lambda bank: not (bank.term and bank.term.through)):
            self.banks += self.mirrored(bank, slopes)
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
            shared=NOTHING_SHARED,
            storage=NOTHING_STORED,
        )

    def mirrored(self, bank: Bank, slopes: Values) -> list[Bank]:
        """Return what stands for a bank."""
        if not bank.linear:
            return [self.small(bank, slopes[_slopes_of(bank)])]
        if isinstance(bank.term, Flow):
            return [self.of_flow(bank, bank.term)]
        if isinstance(bank.term, Branch):
            return self.of_branch(bank, bank.term)
        return [bank]  # a linear law with a pseudo-power: its matrix is symmetric

    def small(self, bank: Bank, slopes: FloatArray) -> Bank:
        """Return what is left of a law close to an operating point."""
        if bank.rising:
            return Resistors(bank.name, self.new_labels("r", bank.labels), bank.positive, bank.negative, slopes)
        links = bank.links().transposed
        one_each = len(links.start) == len(bank)
        names = bank.labels if one_each else [f"{bank.name}_{k}" for k in range(len(links.start))]
        return LinearDevices(bank.name, self.new_labels("g", names), *links, slopes)

    def of_flow(self, bank: Bank, flow: Flow) -> Bank:
        """Return what draws at its controls what the voltage at its ends tells, or a voltage instead of its current."""
        ends = bank.positive, bank.negative
        if flow.through:  # -B times the drop that the current fell by, in series with the sources that were copied
            labels = self.new_labels("e", bank.labels)
            return VCVS(bank.name, labels, *self.in_series(flow.through), *ends, -flow.gain)
        if flow.between is None:
            return CurrentSources(bank.name, bank.labels, *ends, np.zeros(len(bank)))
        if all(map(np.array_equal, flow.between, ends)):
            return bank
        return VCCS(bank.name, bank.labels, *flow.between, *ends, flow.gain)

    def of_branch(self, bank: Bank, branch: Branch) -> list[Bank]:
        """Return a source of no voltage; where it followed something, also what carries its own current back there."""
        if branch.gain is None:
            ends = bank.positive, self.ends[bank.name]
            return [VoltageSources(bank.name, bank.labels, *ends, np.zeros(len(bank)))]
        meters = self.new_labels("v", bank.labels)
        shorts = VoltageSources(bank.name, meters, bank.positive, bank.negative, np.zeros(len(bank)))
        back = self.new_bank_name(f"{bank.name}_back")
        if branch.through:
            labels = self.new_labels("h", bank.labels)
            return [shorts, CCVS(back, labels, *self.in_series(branch.through), meters, branch.gain)]
        nothing = np.zeros(len(bank), dtype=np.intp)
        followed = branch.between or (nothing, nothing)
        return [shorts, CCCS(back, self.new_labels("f", bank.labels), *followed, meters, -branch.gain)]

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

    def new_labels(self, letter: str, names: Sequence[str]) -> tuple[str, ...]:
        found = []
        for name in names:
            found.append(free_name(f"{letter}{name}", self.labels))
            self.labels.add(found[-1])
        return tuple(found)


def _indices(nodes: list[int]) -> IntArray:
    return np.array(nodes, dtype=np.intp)
