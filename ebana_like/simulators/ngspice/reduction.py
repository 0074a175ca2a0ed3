"""What does ngspice not have to solve? Resistors between known voltages and the circuit: Norton's theorem.

A node that resistors g_i join to known voltages x_i sees the same as one conductance sum_i g_i to ground beside one
current source sum_i g_i x_i. The currents of a batch are one matrix product, and ngspice is left with diodes,
amplifiers and the later crossbars.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    Bank,
    BehaviouralCurrents,
    CurrentSources,
    FloatArray,
    IntArray,
    Resistors,
    VoltageSources,
)
from ebana_like.elements.labels import free_name
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.systems import BoolArray
from ebana_like.values import parts

WORTHWHILE = 1000
"""Resistors at the inputs above which circuits are reduced; smaller ones are solved as their netlist has them.

Milliseconds a nudged point, full and reduced: 0.07 and 0.07 with 100 resistors at the inputs, 0.32 and 0.11 with 1040,
1.8 and 0.7 with 1980, 5.0 and 1.4 with 6500 (the digits). Writing new conductances: 14 and 1.5 ms with 1040, 150 and
17 ms with 6500.
"""


def programmable(circuit: Circuit, address: str) -> bool:
    """Whether a value can be changed without loading the circuit again: a conductance, or a source that is trained."""
    bank, quantity = circuit.addressed(address), parts(address)[1]
    return quantity == bank.programmed or (bank.role == "sources" and quantity in bank.trainable)


@dataclass(frozen=True, eq=False)
class PinnedBank:
    """A bank of n resistors from pinned nodes to `columns` nodes.

    bank: as in the full circuit.
    pins: which pinned node each resistor hangs at, (n,).
    columns: nodes of the full circuit, (columns,), each once.
    ends: which column each resistor leads to, (n,).
    pinned: number of pinned nodes in the circuit.
    """

    bank: Resistors
    pins: IntArray
    columns: IntArray
    ends: IntArray
    pinned: int

    def matrix(self, conductance: FloatArray) -> FloatArray:
        """Return the conductances (n,) added up between columns and pinned nodes, (columns, pinned), siemens."""
        shape = len(self.columns), self.pinned
        sums = np.bincount(self.ends * self.pinned + self.pins, weights=conductance, minlength=shape[0] * shape[1])
        return np.asarray(sums, dtype=float).reshape(shape)


@dataclass(frozen=True, eq=False)
class Reduction:
    """A circuit, and a smaller one with the same voltages at all nodes that it has.

    full: the circuit whose voltages are wanted.
    circuit: the one to solve. A bank of `banks` has one resistor a column in it, under the same name.
    banks: the full circuit's banks that were reduced; none where the two circuits are the same.
    sources: names of the banks of current sources into the columns, as `banks`.
    pinned: the full circuit's nodes with known voltages, (pinned,), those of the inputs first.
    fixed: voltages of the others, (pinned - inputs,), volts.
    kept: the full circuit's node that each node of the smaller one is, (nodes,).
    """

    full: Circuit
    circuit: Circuit
    banks: tuple[PinnedBank, ...]
    sources: tuple[str, ...]
    pinned: IntArray
    fixed: FloatArray
    kept: IntArray

    @cached_property
    def gone(self) -> BoolArray:
        """Which pinned nodes the smaller circuit does not have, (pinned,)."""
        return ~np.isin(self.pinned, self.kept)

    def matrices(self, conductances: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return conductances (columns, pinned) of those reduced banks that are among these, by name, siemens."""
        reduced = {pinned.bank.name: pinned for pinned in self.banks}
        return {name: reduced[name].matrix(g) for name, g in conductances.items() if name in reduced}

    def currents(self, matrices: Mapping[str, FloatArray], features: FloatArray) -> FloatArray:
        """Return the currents into the columns of all reduced banks, (batch, columns), amperes.

        matrices: of all reduced banks. features: (batch, features), volts.
        """
        if not self.banks:
            return np.zeros((len(features), 0))
        voltages = self._pinned_voltages(features)
        return np.hstack([voltages @ matrices[pinned.bank.name].T for pinned in self.banks])

    def restore(self, voltages: FloatArray, features: FloatArray) -> FloatArray:
        """Return the voltages of the full circuit, (phases, batch, nodes), given those of the smaller one."""
        if not self.banks:
            return voltages
        full = np.empty((*voltages.shape[:2], len(self.full.nodes)))
        full[..., self.kept] = voltages
        ground = voltages[..., :1]  # 0 V, and NaN where there is no solution
        full[..., self.pinned[self.gone]] = ground + self._pinned_voltages(features)[:, self.gone]
        return full

    def _pinned_voltages(self, features: FloatArray) -> FloatArray:
        fixed = np.broadcast_to(self.fixed, (len(features), len(self.fixed)))
        return np.hstack([self.full.inputs.voltages(features), fixed])


def norton_reduction(circuit: Circuit, worthwhile: int = WORTHWHILE) -> Reduction:
    """Return the circuit without its inputs, or as it is where no more than `worthwhile` resistors hang at them.

    The inputs stay where anything but resistors is connected to them, or where their current is copied.
    """
    inputs = circuit.bank(circuit.inputs.bank, VoltageSources)
    constant = [bank for bank in _grounded_sources(circuit) if bank is not inputs]
    pinning = [inputs, *constant]
    pinned = np.concatenate([bank.positive for bank in pinning])
    banks = _pinned_banks(circuit, pinned)
    others = [bank for bank in circuit.banks if bank not in [*pinning, *(reduced.bank for reduced in banks)]]
    needed = np.concatenate([circuit.outputs.positive, circuit.outputs.negative, *map(_nodes, others)])
    removed = [bank for bank in pinning if not np.isin(bank.positive, needed).any()]
    fixed = np.concatenate([np.zeros(0), *(bank.voltage for bank in constant)])
    everything = np.arange(len(circuit.nodes), dtype=np.intp)
    if (
        circuit.of_kind(BehaviouralCurrents)  # they may follow what would be removed
        or inputs not in removed
        or inputs not in _grounded_sources(circuit)
        or sum(len(reduced.bank) for reduced in banks) <= worthwhile
    ):
        return Reduction(circuit, circuit, (), (), pinned, fixed, everything)
    kept = np.setdiff1d(everything, np.concatenate([bank.positive for bank in removed]))
    names = {bank.name for bank in circuit.banks}
    sources = tuple(free_name(f"norton_{reduced.bank.name}", names) for reduced in banks)
    kept_banks = [bank for bank in circuit.banks if bank is inputs or bank not in removed]
    return Reduction(circuit, _smaller(circuit, kept_banks, banks, sources, kept), banks, sources, pinned, fixed, kept)


def _grounded_sources(circuit: Circuit) -> list[VoltageSources]:
    """Return the banks of sources from a node to ground that are the inputs or never change, and are no meters."""
    changing = {*circuit.driven.banks(), *(bank.name for bank in circuit.banks if bank.trainable)}
    return [
        bank
        for bank in circuit.of_kind(VoltageSources)
        if not bank.negative.any() and bank.name not in changing and circuit.metered.isdisjoint(bank.labels)
    ]


def _pinned_banks(circuit: Circuit, pinned: IntArray) -> tuple[PinnedBank, ...]:
    """Return the banks of resistors, not driven, of which every one leads from a pinned node to one that is not."""
    number = np.full(len(circuit.nodes), -1)
    number[pinned] = np.arange(len(pinned))
    floats = number < 0
    floats[0] = False
    banks = []
    driven = circuit.driven.banks()
    for bank in circuit.of_kind(Resistors):
        if bank.name in driven:
            continue
        for near, far in ((bank.positive, bank.negative), (bank.negative, bank.positive)):
            if len(bank) and (number[near] >= 0).all() and floats[far].all():
                columns, ends = np.unique(far, return_inverse=True)
                banks.append(PinnedBank(bank, number[near], columns, ends, len(pinned)))
    return tuple(banks)


def _smaller(
    circuit: Circuit, kept_banks: list[Bank], reduced: tuple[PinnedBank, ...], sources: tuple[str, ...], kept: IntArray
) -> Circuit:
    """Return the circuit of the kept banks and nodes, with the reduced banks replaced and the inputs empty."""
    number = np.zeros(len(circuit.nodes), dtype=np.intp)
    number[kept] = np.arange(len(kept))
    labels = {label for bank in circuit.banks for label in bank.labels}
    banks: list[Bank] = []
    for bank in kept_banks:
        if bank.name == circuit.inputs.bank:
            banks.append(VoltageSources(bank.name, (), *(np.zeros(0, dtype=np.intp),) * 2, np.zeros(0)))
        elif bank not in [pinned.bank for pinned in reduced]:
            wiring: dict[str, Any] = {name: number[nodes] for name, nodes in _wiring(bank).items()}
            banks.append(replace(bank, **wiring))
    for pinned, source in zip(reduced, sources, strict=True):
        bank, columns = pinned.bank, number[pinned.columns]
        ground, own = np.zeros_like(columns), bank.labels[: len(columns)]
        conductance = pinned.matrix(bank.conductance).sum(axis=1)
        names = tuple(free_name(f"i{label}", labels) for label in own)
        banks.append(Resistors(bank.name, own, columns, ground, conductance))
        banks.append(CurrentSources(source, names, ground, columns, np.zeros(len(columns))))
    outputs = OutputPorts(number[circuit.outputs.positive], number[circuit.outputs.negative])
    inputs = InputPorts(circuit.inputs.bank, np.zeros(0, dtype=np.intp), np.zeros(0))
    nodes = tuple(circuit.nodes[node] for node in kept.tolist())
    return Circuit(circuit.title, nodes, tuple(banks), inputs, outputs, circuit.driven, conditions=circuit.conditions)


def _wiring(bank: Bank) -> dict[str, IntArray]:
    """Return the nodes of a bank by the name of the terminal, (n,) each."""
    return {name: bank.nodes_of(name) for name in bank.terminals}


def _nodes(bank: Bank) -> IntArray:
    return np.concatenate(list(_wiring(bank).values()))
