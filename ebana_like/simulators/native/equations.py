"""Which equations does a circuit obey? Modified nodal analysis, for many points at a time.

The unknowns are the voltages of all nodes that no grounded source pins, and the currents of the remaining sources,
VCVS and switches. A node's equation is Kirchhoff's current law, a branch's equation is its own law. A switch has a
current of its own so that 1 mOhm beside 1 MOhm costs no digits.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentControlled,
    CurrentLaw,
    CurrentSources,
    Diodes,
    EnergyLaw,
    FloatArray,
    IntArray,
    Resistors,
    Switches,
    VoltageControlled,
    VoltageSources,
)
from ebana_like.elements.switch import CLOSED, OPEN
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.linear import is_dense
from ebana_like.simulators.native.stamps import Pattern, Stamps
from ebana_like.simulators.native.state import Residual, State
from ebana_like.values import Values, parts

COMPILED = (Resistors, Diodes, CurrentSources)
"""Kinds with a law of their own that compiled solvers know; others are solved by what their class computes."""


class Equations:
    """The equations of one circuit; conductances are given by `with_conductances`."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.banks: tuple[Bank, ...] = circuit.banks
        self.node_count = len(circuit.nodes)
        self.driven = circuit.driven.banks("conductance")
        self.first_branch = self._number_branches()
        self.size = self.node_count + sum(len(b) for b in self.banks if _has_branch(b))
        self._slices = self._number_elements()
        self._pin_nodes()
        self._order_ends()
        self.diodes = circuit.of_kind(Diodes)
        self.own_laws = any(type(bank) not in COMPILED for bank in circuit.of_kind(CurrentLaw))
        self.scales = _each([bank.model.scale for bank in self.diodes], self.diodes)
        self.saturations = _each([bank.model.saturation_current for bank in self.diodes], self.diodes)
        self.copied = {bank.name: self._controls(bank) for bank in circuit.of_kind(CurrentControlled)}
        self.pattern = self._pattern()
        on_diagonal = np.flatnonzero(self.pattern.rows == self.pattern.columns)
        self.diagonal = on_diagonal[np.argsort(self.pattern.rows[on_diagonal])][: len(self.free_nodes)]
        self.dense_size = self.pattern.size**2 if is_dense(self.pattern) else 0
        self._base = self._coefficients()

    # ------------------------------------------------------------------ structure, once a circuit

    def _number_branches(self) -> dict[str, int]:
        first, numbers = self.node_count, {}
        for bank in self.banks:
            if _has_branch(bank):
                numbers[bank.name] = first
                first += len(bank)
        return numbers

    def _number_elements(self) -> list[slice]:
        ends = np.cumsum([0, *(len(bank) for bank in self.banks)]).tolist()
        self.element_count = ends[-1]
        return [slice(a, b) for a, b in pairwise(ends)]

    def _pin_nodes(self) -> None:
        """Find the nodes whose voltage one grounded source decides alone, and number what is left."""
        pinned: dict[int, tuple[int, float]] = {}
        known = np.zeros(self.size, dtype=bool)
        known[0] = True
        source = 0
        for bank in self.circuit.of_kind(VoltageSources):
            columns = (bank.labels, bank.positive.tolist(), bank.negative.tolist())
            for k, (label, p, n) in enumerate(zip(*columns, strict=True)):
                node, sign = (p, 1.0) if n == 0 else (n, -1.0)
                if label not in self.circuit.metered and (p == 0) != (n == 0) and node not in pinned:
                    pinned[node] = (source, sign)
                    known[[node, self.first_branch[bank.name] + k]] = True
                source += 1
        self.pinned_nodes = np.array(list(pinned), dtype=np.intp)
        self.pinned_sources = np.array([s for s, _ in pinned.values()], dtype=np.intp)
        self.pinned_signs = np.array([sign for _, sign in pinned.values()])
        self.unknowns = np.flatnonzero(~known)
        self.free_nodes = self.unknowns[self.unknowns < self.node_count]
        self.row_of = np.full(self.size, -1)
        self.row_of[self.unknowns] = np.arange(len(self.unknowns))

    def _order_ends(self) -> None:
        """Sort element ends by node, so that Kirchhoff's sums are sums over runs."""
        nodes = np.concatenate([side for bank in self.banks for side in (bank.positive, bank.negative)])
        numbers = [np.arange(part.start, part.stop) for part in self._slices]
        elements = np.concatenate([part for number in numbers for part in (number, number)])
        signs = np.concatenate([np.repeat([1.0, -1.0], len(bank)) for bank in self.banks])
        kept = np.flatnonzero(self.row_of[nodes] >= 0)
        order = kept[np.argsort(nodes[kept], kind="stable")]
        self._end_elements, self._end_signs = elements[order], signs[order]
        self._end_starts = np.searchsorted(nodes[order], self.free_nodes)

    def _pattern(self) -> Pattern:
        """Say where every coefficient stands in the Jacobian.

        Coefficients: one an element (conductance, slope or gain), one more a switch, then 1, then the leakage that
        gmin stepping adds at every node.
        """
        switches = sum(map(len, self.circuit.of_kind(Switches)))
        one = self.element_count + switches
        stamps = Stamps(self.row_of)
        ones, after = one, self.element_count
        for bank, part in zip(self.banks, self._slices, strict=True):
            number = np.arange(part.start, part.stop)
            ends = ((bank.positive, 1.0), (bank.negative, -1.0))
            if isinstance(bank, CurrentLaw) and bank.paths:
                for row, row_sign in ends:
                    for column, column_sign in ends:
                        stamps.add(row, column, number, row_sign * column_sign)
            elif isinstance(bank, CCCS):
                for row, sign in ends:
                    stamps.add(row, self.copied[bank.name], number, sign)
            elif isinstance(bank, VCCS):
                for row, sign in ends:
                    stamps.add(row, bank.control_positive, number, sign)
                    stamps.add(row, bank.control_negative, number, -sign)
            elif _has_branch(bank):
                branch = self.first_branch[bank.name] + np.arange(len(bank))
                own = number if isinstance(bank, Switches) else np.full(len(bank), ones)
                for node, sign in ends:
                    stamps.add(node, branch, np.full(len(bank), ones), sign)
                    stamps.add(branch, node, own, sign)
                if isinstance(bank, VCVS):
                    stamps.add(branch, bank.control_positive, number, -1.0)
                    stamps.add(branch, bank.control_negative, number, 1.0)
                elif isinstance(bank, CCVS):
                    stamps.add(branch, self.copied[bank.name], number, -1.0)
                elif isinstance(bank, Switches):
                    stamps.add(branch, branch, np.arange(after, after + len(bank)), -1.0)
                    after += len(bank)
        stamps.add(self.free_nodes, self.free_nodes, np.full(len(self.free_nodes), one + 1), 1.0)
        return stamps.pattern(one + 2, self._varying(one + 2))

    def _varying(self, count: int) -> IntArray:
        """Coefficients that differ from point to point: diodes, switches, driven resistors, leakage."""
        varying = np.zeros(count, dtype=bool)
        for bank, part in zip(self.banks, self._slices, strict=True):
            varying[part] = (isinstance(bank, EnergyLaw) and not bank.linear) or bank.name in self.driven
        varying[self.element_count :] = True
        varying[count - 2] = False
        return np.flatnonzero(varying)

    def _controls(self, bank: CurrentControlled) -> IntArray:
        """Position of the current each source copies, (n,)."""
        at = {
            label: self.first_branch[b.name] + k
            for b in self.circuit.of_kind(VoltageSources)
            for k, label in enumerate(b.labels)
        }
        return np.array([at[label] for label in bank.control], dtype=np.intp)

    def _coefficients(self) -> FloatArray:
        """Return the coefficients that are the same at all points, (coefficients,)."""
        values = np.zeros(self.pattern.coefficients)
        values[-2] = 1
        for bank, part in zip(self.banks, self._slices, strict=True):
            if isinstance(bank, Resistors):
                values[part] = bank.conductance
            elif isinstance(bank, VoltageControlled | CurrentControlled):
                values[part] = bank.gain
        return values

    def with_values(self, values: Values) -> "Equations":
        """Return the same equations with other values, one an element, by address."""
        changes: dict[str, dict[str, FloatArray]] = {}
        for of, value in values.items():
            bank, quantity = parts(of)
            changes.setdefault(bank, {})[quantity] = value
        other = object.__new__(Equations)
        other.__dict__.update(self.__dict__)
        other.banks = tuple(b.with_values(changes[b.name]) if b.name in changes else b for b in self.banks)
        other._base = other._coefficients()
        return other

    # ------------------------------------------------------------------ values, at every iteration

    def start(self, drive: Drive) -> State:
        """Return the state with nothing switched on but the pinned nodes."""
        points = len(drive.voltages)
        values = np.zeros((points, self.size))
        self.pin(values, drive)
        return State(values, np.zeros((points, sum(map(len, self.diodes)))))

    def at(self, voltages: FloatArray) -> State:
        """Return the state at given node voltages (points, nodes), without the branch currents."""
        values = np.zeros((len(voltages), self.size))
        values[:, : self.node_count] = voltages
        return State(values, self.junction_drops(values))

    def pin(self, values: FloatArray, drive: Drive) -> None:
        """Set the nodes that sources decide, in place."""
        values[:, self.pinned_nodes] = self.pinned_signs * drive.voltages[:, self.pinned_sources]

    def junction_drops(self, values: FloatArray) -> FloatArray:
        """Return the drops over all diodes, (points, diodes), volts."""
        return np.concatenate([np.zeros((len(values), 0)), *(bank.drop(values) for bank in self.diodes)], axis=1)

    def closed(self, values: FloatArray) -> FloatArray:
        """Return the conductance of every switch, (points, switches), siemens."""
        found = [bank.conductance(values) for bank in self.circuit.of_kind(Switches)]
        return np.concatenate([np.zeros((len(values), 0)), *found], axis=1)

    def evaluate(self, state: State, drive: Drive, leakage: float) -> tuple[Residual, FloatArray]:
        """Return the residual and the Jacobian's entries at the places of the pattern, (points, places).

        leakage: conductance from every node to ground, siemens: zero but in gmin stepping.
        """
        values = state.values
        points = len(values)
        currents = np.empty((points, self.element_count))
        coefficients = np.tile(self._base[self.pattern.varying], (points, 1))
        laws = np.zeros((points, self.size))
        self._branch_laws(values, drive, laws)
        switch = self.element_count
        for bank, part, slopes in self._terms(state, drive, currents):
            if slopes is None:
                continue
            if isinstance(bank, Switches):
                coefficients[:, self.pattern.position(part)] = np.where(slopes == CLOSED, 1.0, OPEN)
                after = slice(switch, switch + len(bank))
                coefficients[:, self.pattern.position(after)] = np.where(slopes == CLOSED, 1 / CLOSED, 1.0)
                switch += len(bank)
            else:
                coefficients[:, self.pattern.position(part)] = slopes
        coefficients[:, -1] = leakage
        ends = currents[:, self._end_elements] * self._end_signs
        nodes = np.add.reduceat(ends, self._end_starts, axis=1) + leakage * values[:, self.free_nodes]
        largest = np.maximum.reduceat(np.abs(ends), self._end_starts, axis=1)
        branches = laws[:, self.unknowns[len(self.free_nodes) :]]
        residual = Residual(np.concatenate([nodes, branches], axis=1), largest)
        return residual, self.pattern.entries(self._base, coefficients)

    def _terms(
        self, state: State, drive: Drive, currents: FloatArray
    ) -> Iterator[tuple[Bank, slice, FloatArray | None]]:
        """Write every element's current, (points, elements), and yield the slopes that vary from point to point."""
        values = state.values
        junction = ampere = 0
        for bank, part in zip(self.banks, self._slices, strict=True):
            slopes: FloatArray | None = None
            if isinstance(bank, Diodes):
                at = state.junctions[:, junction : junction + len(bank)]
                slopes = bank.slope(at)
                currents[:, part] = bank.current(at) + slopes * (bank.drop(values) - at)
                junction += len(bank)
            elif bank.name in drive.conductances:
                slopes = drive.conductances[bank.name]
                currents[:, part] = slopes * bank.drop(values)
            elif isinstance(bank, Resistors):
                currents[:, part] = bank.current(bank.drop(values))
            elif isinstance(bank, CurrentSources):
                currents[:, part] = drive.amperes[:, ampere : ampere + len(bank)]
                ampere += len(bank)
            elif isinstance(bank, CCCS):
                currents[:, part] = bank.current(values[:, self.copied[bank.name]])
            elif isinstance(bank, VCCS):
                currents[:, part] = bank.current(values)
            elif isinstance(bank, CurrentLaw):
                currents[:, part], slopes = bank.own_current(values), bank.small_signal(values)
            else:
                first = self.first_branch[bank.name]
                currents[:, part] = values[:, first : first + len(bank)]
                slopes = bank.conductance(values) if isinstance(bank, Switches) else None
            yield bank, part, slopes

    def _branch_laws(self, values: FloatArray, drive: Drive, laws: FloatArray) -> None:
        """Write how far each branch is from its law."""
        source = 0
        for bank in self.banks:
            if not _has_branch(bank):
                continue
            branch = slice(self.first_branch[bank.name], self.first_branch[bank.name] + len(bank))
            drop = bank.drop(values)
            if isinstance(bank, VoltageSources):
                laws[:, branch] = drop - drive.voltages[:, source : source + len(bank)]
                source += len(bank)
            elif isinstance(bank, VCVS):
                laws[:, branch] = drop - bank.voltage(values)
            elif isinstance(bank, CCVS):
                laws[:, branch] = drop - bank.voltage(values[:, self.copied[bank.name]])
            elif isinstance(bank, Switches):
                shut = bank.conductance(values) == CLOSED
                current = values[:, branch]
                laws[:, branch] = np.where(shut, drop - current / CLOSED, OPEN * drop - current)


def _has_branch(bank: Bank) -> bool:
    return isinstance(bank, VoltageSources | VCVS | CCVS | Switches)


def _each(values: list[float], banks: tuple[Diodes, ...]) -> FloatArray:
    """Return every bank's value once for each of its elements."""
    return np.repeat(values, [len(bank) for bank in banks]) if banks else np.zeros(0)
