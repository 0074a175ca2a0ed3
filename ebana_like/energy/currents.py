"""Which current flows through every element, given the node voltages? And how far is Kirchhoff's law from holding?

Resistors, diodes, switches and current sources follow their own laws. Voltage sources, controlled or not, carry what
Kirchhoff's law asks of them: they form no loops, so at all nodes they tie together but one it decides their currents.
At that one node, and at every node without such a source, the law is left to be fulfilled: what is missing there is the
residual. What an ideal diode carries where it conducts is what its node lacks, as long as that flows forward.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import SuperLU, splu

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCCS,
    Bank,
    BehaviouralCurrents,
    Devices,
    EnergyLaw,
    FloatArray,
    IdealDiodes,
    IntArray,
    Synapses,
    VoltageLaw,
)

LEAST_CURRENT = 1e-12
"""Amperes, SPICE's `abstol`: a residual is held against this where no more flows, as in a circuit at rest."""


@dataclass(frozen=True, eq=False)
class ElementCurrents:
    """ElementCurrents of all elements at some points, from their positive to their negative nodes.

    of: by bank, (..., n), amperes.
    residual: what leaves each node too much, (..., nodes), amperes; zero at an operating point. Of nodes tied
        together by voltage sources it stands at the first, and nowhere for those tied to ground.
    """

    of: Mapping[str, FloatArray]
    residual: FloatArray

    @property
    def imbalance(self) -> FloatArray:
        """Largest residual over the largest current, or `LEAST_CURRENT`, (...,): the honest measure of convergence."""
        largest = np.max([np.abs(current).max(axis=-1, initial=0.0) for current in self.of.values()], axis=0)
        return np.asarray(np.abs(self.residual).max(axis=-1) / np.maximum(largest, LEAST_CURRENT))


def own_currents(circuit: Circuit, voltages: FloatArray) -> dict[str, FloatArray]:
    """Return the currents by bank, (..., n), amperes, of all elements whose law tells them from node voltages."""
    found = {bank.name: bank.own_current(voltages) for bank in circuit.of_kind(EnergyLaw)}
    found |= {bank.name: bank.current(voltages) for bank in circuit.of_kind(BehaviouralCurrents)}
    return found | {bank.name: bank.current(voltages) for bank in circuit.of_kind(VCCS)}


class CurrentEquations:
    """How a circuit's elements are wired, as matrices: what it takes to solve for currents and for followers.

    Depends on wiring and gains alone, not on conductances and stimuli.
    roots: the nodes whose voltage the sources leave open, first of those that each group of sources ties together.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.nodes = len(circuit.nodes)
        self.branches = circuit.of_kind(VoltageLaw)
        self.starts = dict(
            zip([b.name for b in self.branches], np.cumsum([0, *map(len, self.branches)]).tolist(), strict=False)
        )
        tied = circuit.components(self.branches)
        first = np.unique(tied, return_index=True)[1]
        self.roots = np.setdiff1d(first, first[tied[0]])
        self._others = np.setdiff1d(np.arange(self.nodes), first)

    @cached_property
    def _incidence(self) -> csc_array:
        """+1 where a branch leaves, -1 where it enters, (nodes, branches)."""
        count = sum(map(len, self.branches))
        rows, signs = _ends(self.branches)
        return csc_array((signs, (rows, np.tile(np.arange(count), 2))), shape=(self.nodes, count))

    @cached_property
    def _leaving(self) -> csc_array:
        """What leaves every node for each ampere in a branch, copies by CCCS included, (nodes, branches)."""
        number = {label: self.starts[bank.name] + k for bank in self.branches for k, label in enumerate(bank.labels)}
        parts = [self._incidence]
        for bank in self.circuit.of_kind(CCCS):
            rows, signs = _ends((bank,))
            columns = np.tile(np.array([number[label] for label in bank.control], dtype=np.intp), 2)
            parts.append(csc_array((signs * np.tile(bank.gain, 2), (rows, columns)), shape=self._incidence.shape))
        return csc_array(sum(parts[1:], start=parts[0]))

    @cached_property
    def _constraints(self) -> SuperLU:
        """Every branch's law, then V = u at every root; of the voltages of all nodes but ground."""
        count = sum(map(len, self.branches))
        rows = [np.tile(np.arange(count), 2)]
        columns, values = (list(part) for part in zip(_ends(self.branches), strict=True))
        for bank in self.branches:
            if bank.follows is not None:
                above, below, gain = bank.follows
                own = self.starts[bank.name] + np.arange(len(bank))
                rows += [own, own]
                columns += [above, below]
                values += [-gain, gain]
        rows.append(count + np.arange(len(self.roots)))
        columns.append(self.roots)
        values.append(np.ones(len(self.roots)))
        entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        size = count + len(self.roots)
        return splu(csc_array(csc_array(entries, shape=(size, self.nodes))[:, 1:]))

    @cached_property
    def balances(self) -> csr_array:
        """The sums of what leaves nodes that Kirchhoff's law makes zero whatever the branches carry, (roots, nodes)."""
        count = len(self.roots)
        sums = csc_array((np.ones(count), (np.arange(count), self.roots)), shape=(count, self.nodes))
        if len(self._others):
            leaving = self._leaving[self.roots]
            through = splu(csc_array(self._leaving[self._others])).solve(leaving.toarray().T, trans="T").T
            rows, columns = np.nonzero(through)
            places = (rows, self._others[columns])
            sums = sums - csc_array((through[rows, columns], places), shape=(count, self.nodes))
        return csr_array(sums)

    def place(self, bank: str) -> slice:
        """Return where a bank of voltage sources or VCVS stands among all branches."""
        first = self.starts[bank]
        return slice(first, first + next(len(b) for b in self.branches if b.name == bank))

    def node_sums(self, currents: Mapping[str, FloatArray]) -> FloatArray:
        """Return what leaves each node, (..., nodes), for currents of the banks, (..., n), of devices all `flows`."""
        total: FloatArray = np.zeros(self.nodes)
        for bank in self.circuit.banks:
            if bank.name not in currents or not len(bank):
                continue
            ends, signs = _ends((bank,))
            count = len(ends) // 2
            lead, flat = currents[bank.name].shape[:-1], currents[bank.name].reshape(-1, count)
            if isinstance(bank, Synapses) and bank.grid is not None:
                rows, columns = bank.grid  # without their matrix, which for 50 million resistors would fill 3 GB
                grid, sums = flat.reshape(len(flat), len(columns), len(rows)), np.zeros((self.nodes, len(flat)))
                np.add.at(sums, rows, grid.sum(axis=1).T)  # a node may stand in several rows
                np.subtract.at(sums, columns, grid.sum(axis=2).T)
            else:
                sums = csc_array((signs, (ends, np.tile(np.arange(count), 2))), shape=(self.nodes, count)) @ flat.T
            total = total + sums.T.reshape(*lead, self.nodes)
        return total

    def complete(self, currents: Mapping[str, FloatArray]) -> ElementCurrents:
        """Return the currents of all elements, given those (..., n) of the banks that follow their own laws.

        Raises CircuitError where there are devices only SPICE knows whose `flows` are not among them.
        """
        for device in self.circuit.of_kind(Devices):
            if device.name not in currents:
                self.circuit.refuse(type(device), "only ngspice knows its current, and those of sources around it")
        sums = self.node_sums(currents)
        flat = sums.reshape(-1, self.nodes)
        found = np.zeros((len(flat), sum(map(len, self.branches))))
        if found.shape[1]:
            found = splu(csc_array(self._leaving[self._others])).solve(-flat[:, self._others].T).T
        residual = np.zeros_like(flat)
        residual[:, self.roots] = (flat + (self._leaving @ found.T).T)[:, self.roots]
        lead = sums.shape[:-1]
        every = dict(currents)
        by_label: dict[str, FloatArray] = {}
        for bank in self.branches:
            own = found[:, self.place(bank.name)]
            every[bank.name] = own.reshape(*lead, len(bank))
            by_label |= dict(zip(bank.labels, own.T, strict=True))
        for back in self.circuit.of_kind(CCCS):
            copied = np.stack([by_label[label] for label in back.control], axis=-1)
            every[back.name] = back.current(copied).reshape(*lead, len(back))
        return ElementCurrents(every, residual.reshape(*lead, self.nodes))

    def pulled_back(self, slopes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return slopes dP/dV (..., nodes) of a function P of all node voltages as those of what decides them.

        The first is dP/dE of every branch's voltage, (..., branches); the second dP/du of every root, (..., roots),
        whose motion tied nodes share and amplified nodes follow.
        """
        self.circuit.refuse(Devices, "only ngspice knows how currents follow its voltages")
        flat = slopes.reshape(-1, self.nodes)[:, 1:]
        back = self._constraints.solve(np.ascontiguousarray(flat.T), trans="T").T
        count = sum(map(len, self.branches))
        lead = slopes.shape[:-1]
        return back[:, :count].reshape(*lead, count), back[:, count:].reshape(*lead, len(self.roots))

    def followers(self, root: int) -> FloatArray:
        """Return by how much every node moves when roots[root] moves by one, (nodes,)."""
        size = self.nodes - 1
        right = np.zeros(size)
        right[size - len(self.roots) + root] = 1
        return np.concatenate([[0.0], self._constraints.solve(right)])


def element_currents(
    circuit: Circuit, voltages: FloatArray, devices: Mapping[str, FloatArray] | None = None
) -> ElementCurrents:
    """Return the currents of all elements of the circuit as it stands, with its own conductances and sources.

    voltages: of the nodes, (..., nodes), volts. devices: `flows` of those only SPICE knows, by bank, amperes.
    """
    equations, own = CurrentEquations(circuit), own_currents(circuit, voltages) | dict(devices or {})
    found = equations.complete(own)
    carried = {bank.name: _carried(bank, voltages, found.residual) for bank in circuit.of_kind(IdealDiodes)}
    return equations.complete(own | carried) if carried else found


def _carried(bank: IdealDiodes, voltages: FloatArray, residual: FloatArray) -> FloatArray:
    """Return what conducting ideal diodes carry, (..., n): what their nodes lack, and never backwards.

    residual: without them, (..., nodes); none at nodes that sources hold.
    """
    lacking = np.maximum(-residual[..., bank.positive], 0.0) + np.maximum(residual[..., bank.negative], 0.0)
    return np.where(bank.drop(voltages) >= 0, lacking, 0.0)


def _ends(banks: tuple[Bank, ...]) -> tuple[IntArray, FloatArray]:
    """Return the nodes from which, then those to which all currents flow, and +1 and -1 for them."""
    none = np.zeros(0, dtype=np.intp)
    flows = [bank.flows() for bank in banks]
    positive = np.concatenate([none, *(starts for starts, _ in flows)])
    negative = np.concatenate([none, *(stops for _, stops in flows)])
    return np.concatenate([positive, negative]), np.repeat([1.0, -1.0], len(positive))
