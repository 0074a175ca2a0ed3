"""Is an answer right? Asked of the laws we know, whatever ngspice says of it.

At an operating point every source holds its voltage, and Kirchhoff's law holds at every node. What sources carry
follows from the currents around them, so one sum of known currents has to vanish for each group of nodes that sources
tie together. Groups that touch a device only SPICE knows are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    Diodes,
    FloatArray,
    IntArray,
    LinearDevices,
    Resistors,
    Switches,
    VoltageLaw,
    VoltageSources,
)
from ebana_like.energy.currents import CurrentEquations
from ebana_like.simulators.ngspice.residual import Junctions, LawArrays, Rows, Sources, SwitchEnds, missed
from ebana_like.systems import BoolArray

PROVEN = (Resistors, Diodes, Switches, CurrentSources, VoltageSources, VCVS, VCCS, LinearDevices, CCVS, CCCS)
"""Kinds of elements whose laws stand here; all others, devices only SPICE knows among them, are left out."""

STEPS = 16.0
"""How many of the engine's own tolerances a voltage may be off."""


@dataclass(frozen=True, eq=False)
class Points:
    """What is to be checked.

    results: node voltages, (points, nodes - 1), volts, without ground.
    voltages, currents: of the driven sources, (points, sources), volts and amperes.
    conductances: of resistors that are not as in the circuit, (n,) by bank, siemens.
    tolerance: of the engine for a voltage, (points,), volts.
    """

    results: FloatArray
    voltages: FloatArray
    currents: FloatArray
    conductances: Mapping[str, FloatArray]
    tolerance: FloatArray


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the laws say of some points.

    holds: (points,).
    missing: what leaves the worst node too much, (points,), amperes. worst: that node, (points,).
    off: by how much a source misses its voltage, (points,), volts; zero where none does.
    """

    holds: BoolArray
    missing: FloatArray
    worst: IntArray
    off: FloatArray

    def broken(self, point: int, nodes: Sequence[str]) -> str:
        """Return which law a point breaks."""
        if self.off[point]:
            return f"a source is off by {self.off[point]:.1e} V"
        return f'it misses Kirchhoff\'s law by {self.missing[point]:.1e} A at node "{nodes[self.worst[point]]}"'


class Proof:
    """The laws of one circuit, ready to check many points.

    voltages, currents: the banks that are driven, in the order of a point's columns.
    complete: whether every law is checked; not where there is a device only SPICE knows, or a CCVS.
    """

    def __init__(
        self, circuit: Circuit, voltages: Sequence[VoltageSources] = (), currents: Sequence[CurrentSources] = ()
    ) -> None:
        self._nodes = len(circuit.nodes)
        self._sums, self._roots, every = _provable(circuit)
        self.complete = every and not circuit.of_kind(CCVS)
        self._conducting = [bank for bank in circuit.banks if bank.programmed]
        diodes, switches, fed = circuit.of_kind(Diodes), circuit.of_kind(Switches), circuit.of_kind(CurrentSources)
        held = [bank for bank in circuit.of_kind(VoltageLaw) if type(bank) is not CCVS]
        into = self._into(self._conducting)
        constant = self._constant([bank for bank in circuit.of_kind(VCCS) if not bank.programmed], held)
        linear, scatter = _linear(into, self._incidence(*_controls(self._conducting)), constant)
        models = [bank.model for bank in diodes for _ in bank.labels]
        switch_models = [bank.model for bank in switches for _ in bank.labels]
        turning = [(model.threshold, 1 / model.closed, 1 / model.open) for model in switch_models]
        self._laws = LawArrays(
            linear,
            scatter,
            _rows(abs(into)),
            Junctions(
                *_ends(diodes),
                np.concatenate([np.zeros(0), *(bank.saturation for bank in diodes)]),
                np.array([model.scale for model in models]),
            ),
            _rows(self._into(diodes).T),
            SwitchEnds(
                *_ends(switches),
                _joined([bank.control_positive for bank in switches]),
                _joined([bank.control_negative for bank in switches]),
                *(np.array([m[k] for m in turning], dtype=float) for k in range(3)),
            ),
            _rows(self._into(switches).T),
            _sources(fed, currents),
            _rows(self._into(fed).T),
            _sources(held, voltages),
        )

    def check(self, points: Points) -> Verdict:
        """Say which points are operating points."""
        given = [points.conductances.get(b.name, getattr(b, b.programmed)) for b in self._conducting]
        conductance, allowed = np.concatenate([np.zeros(0), *given]), STEPS * points.tolerance
        found = missed(self._laws, conductance, points.results, points.voltages, points.currents, allowed)
        held = found.off <= allowed
        holds = held & (found.excess <= 0)
        worst = self._roots[found.worst] if len(self._roots) else found.worst
        return Verdict(holds, found.missing, worst, np.where(held, 0.0, found.off))

    def _incidence(self, positive: IntArray, negative: IntArray) -> csr_array:
        """Return what takes node voltages to the drops between nodes, (elements, nodes)."""
        count = len(positive)
        places = np.tile(np.arange(count), 2), np.concatenate([positive, negative])
        return csr_array((np.repeat([1.0, -1.0], count), places), shape=(count, self._nodes))

    def _into(self, banks: Sequence[Bank]) -> csr_array:
        """Return the sums that elements' currents enter, (sums, elements)."""
        return csr_array(self._sums @ self._incidence(*_ends(banks)).T)

    def _constant(self, banks: Sequence[VCCS], held: Sequence[VoltageLaw]) -> csr_array:
        """Return what no conductance changes, (sums + constraints, nodes): VCCS, and the drops of sources."""
        sums = csr_array((len(self._roots), self._nodes))
        for bank in banks:
            controls = self._incidence(bank.control_positive, bank.control_negative)
            sums = sums + self._into([bank]) @ controls.multiply(bank.gain[:, None])
        drops = [sums]
        for source in held:
            drop = self._incidence(source.positive, source.negative)
            if source.follows is not None:
                above, below, gain = source.follows
                drop = drop - self._incidence(above, below).multiply(gain[:, None])
            drops.append(drop)
        return csr_array(vstack(drops))


def compile_proof() -> None:
    """Have the compiled part ready, by a proof of nothing: processes that are forked then have it too."""
    nodes, values, points = np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros((0, 0))
    rows, sources = Rows(np.zeros(1, dtype=np.intp), nodes, values), Sources(nodes, values)
    junctions = Junctions(nodes, nodes, values, values)
    switches = SwitchEnds(nodes, nodes, nodes, nodes, values, values, values)
    laws = LawArrays(rows, rows, rows, junctions, rows, switches, rows, sources, rows, sources)
    missed(laws, values, points, points, points, values)


def _provable(circuit: Circuit) -> tuple[csr_array, IntArray, bool]:
    """Return the sums that have to vanish and touch nothing unknown, (sums, nodes), the nodes they stand for, and
    whether these are all there are.
    """
    wiring, touched = CurrentEquations(circuit), np.zeros(len(circuit.nodes), dtype=bool)
    for bank in circuit.banks:
        if type(bank) not in PROVEN:
            for end in bank.terminals:
                touched[bank.nodes_of(end)] = True
    try:
        clear = np.flatnonzero(abs(wiring.balances) @ touched == 0)
    except RuntimeError:  # "Factor is exactly singular": copied currents decide each other in a loop
        return csr_array((0, len(circuit.nodes))), wiring.roots[:0], False
    return csr_array(wiring.balances[clear]), wiring.roots[clear], not touched.any()


def _linear(into: csr_array, across: csr_array, constant: csr_array) -> tuple[Rows, Rows]:
    """Return `into @ diag(g) @ across + constant`, its values those of the constant, and what g adds to them.

    into: (sums, resistors). across: (resistors, nodes). constant: (rows, nodes), sums first.
    """
    nodes, sums = across.shape[1], coo_array(into)
    places, fixed = coo_array(across[sums.col]), coo_array(constant)
    number = sums.row.astype(np.intp)[places.row] * nodes + places.col
    entries, where = np.unique(np.concatenate([number, fixed.row * nodes + fixed.col]), return_inverse=True)
    signs, resistors = sums.data[places.row] * places.data, sums.col[places.row]
    added = csr_array((signs, (where[: len(number)], resistors)), shape=(len(entries), across.shape[0]))
    values = np.bincount(where[len(number) :], weights=fixed.data, minlength=len(entries)).astype(float)
    first = np.searchsorted(entries, np.arange(constant.shape[0] + 1) * nodes)
    return Rows(first, entries % nodes, values), _rows(added)


def _rows(matrix: csr_array) -> Rows:
    matrix = csr_array(matrix)
    return Rows(matrix.indptr.astype(np.intp), matrix.indices.astype(np.intp), matrix.data.astype(float))


def _joined(arrays: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.intp), *arrays])


def _ends(banks: Sequence[Bank]) -> tuple[IntArray, IntArray]:
    return _joined([bank.positive for bank in banks]), _joined([bank.negative for bank in banks])


def _controls(banks: Sequence[Bank]) -> tuple[IntArray, IntArray]:
    """Return the nodes of the drops that tell what elements carry."""
    links = [bank.links() for bank in banks]
    return _joined([each.above for each in links]), _joined([each.below for each in links])


def _sources(banks: Sequence[Bank], driven: Sequence[Bank]) -> Sources:
    """Return which column drives each source, and what the others hold; a VCVS holds no drop of its own."""
    firsts, columns, own = {}, [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
    for bank, first in zip(driven, np.cumsum([0, *map(len, driven)]).tolist(), strict=False):
        firsts[bank.name] = first
    for bank in banks:
        at = np.arange(len(bank)) + firsts[bank.name] if bank.name in firsts else np.full(len(bank), -1)
        columns.append(at)
        (values,) = (getattr(bank, quantity) for quantity in bank.quantities)
        own.append(np.zeros(len(bank)) if bank.role == "amplifiers" else values)
    return Sources(np.concatenate(columns), np.concatenate(own))
