"""Is an answer right? Asked of the laws we know, whatever the engine says of it.

At an operating point every source holds its voltage, and Kirchhoff's law holds at every node. What sources carry
follows from the currents around them, so one sum of known currents has to vanish for each group of nodes that sources
tie together. Groups that touch a device only SPICE knows are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    Devices,
    Diodes,
    FloatArray,
    IntArray,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.energy.currents import Wiring
from ebana_like.simulators.protocol import BoolArray

BALANCE = 1e-9
"""Share of the currents that meet at a node by which they may miss Kirchhoff's law."""

STEPS = 16.0
"""How many of the engine's own tolerances a voltage may be off."""


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


@dataclass(frozen=True, eq=False)
class Points:
    """What is to be checked.

    voltages: (points, nodes), volts.
    sources: of the independent sources that are driven, (points, n) by bank, volts or amperes; others are as in the
        circuit.
    conductances: of resistors that are not as in the circuit, (n,) by bank, siemens.
    tolerance: of the engine for a voltage, (points,), volts.
    """

    voltages: FloatArray
    sources: Mapping[str, FloatArray]
    conductances: Mapping[str, FloatArray]
    tolerance: FloatArray


class Proof:
    """The laws of one circuit, ready to check many points.

    complete: whether every law is checked; not where there is a device only SPICE knows, or a CCVS.
    """

    def __init__(self, circuit: Circuit) -> None:
        wiring, nodes = Wiring(circuit), len(circuit.nodes)
        laws = Resistors | Diodes | Switches | VCCS | CurrentSources
        self._known: list[Bank] = [bank for bank in circuit.banks if isinstance(bank, laws) and len(bank)]
        self._held: list[Bank] = [
            bank for bank in circuit.banks if isinstance(bank, VoltageSources | VCVS) and len(bank)
        ]
        unknown = [bank for bank in circuit.banks if isinstance(bank, Devices | CCVS) and len(bank)]
        self.complete = not unknown
        touched = np.zeros(nodes, dtype=bool)
        for device in circuit.of_kind(Devices):
            for end in device.terminals:
                touched[device.nodes_of(end)] = True
        balances = wiring.balances
        clear = np.flatnonzero(abs(balances) @ touched == 0)
        self._roots = wiring.roots[clear]
        self._positive, self._negative = _ends(self._known)
        self._sums = csr_array(balances[clear] @ _incidence(nodes, self._positive, self._negative).T)
        self._meeting = abs(self._sums)
        self._constraints = _incidence(nodes, *_ends(self._held))
        for bank, part in _parts(self._held):
            if isinstance(bank, VCVS):
                rows = np.arange(part.start, part.stop), np.arange(len(bank))
                gains = csr_array((bank.gain, rows), shape=(self._constraints.shape[0], len(bank)))
                controls = _incidence(nodes, bank.control_positive, bank.control_negative)
                self._constraints = csr_array(self._constraints - gains @ controls)

    def check(self, points: Points) -> Verdict:
        """Say which points are operating points."""
        voltages, tolerance = points.voltages, STEPS * points.tolerance
        across = np.ascontiguousarray(voltages.T)
        drops = across[self._positive] - across[self._negative]
        currents = np.empty_like(drops)
        for bank, part in _parts(self._known):
            currents[part] = _current(bank, drops[part], points)
        missing = np.abs(self._sums @ currents)
        excess = missing - BALANCE * (self._meeting @ np.abs(currents))
        if (excess > 0).any():
            slopes = np.zeros_like(drops)
            for bank, part in _parts(self._known):
                slopes[part] = _slope(bank, drops[part], points)
            excess -= tolerance * (self._meeting @ slopes)
        off = self._constraints @ across
        for bank, part in _parts(self._held):
            if isinstance(bank, VoltageSources):
                off[part] -= points.sources[bank.name].T if bank.name in points.sources else bank.voltage[:, None]
        off = np.where(np.abs(off) <= tolerance, 0.0, np.abs(off)).max(axis=0, initial=0.0)
        holds = (excess <= 0).all(axis=0) & (off == 0)
        if not len(self._roots):
            return Verdict(holds, np.zeros(len(voltages)), np.zeros(len(voltages), dtype=np.intp), off)
        worst = excess.argmax(axis=0)
        return Verdict(holds, missing[worst, np.arange(len(voltages))], self._roots[worst], off)


def _current(bank: Bank, drops: FloatArray, points: Points) -> FloatArray:
    """Return what elements carry, (n, points), amperes."""
    match bank:
        case Resistors():
            return points.conductances.get(bank.name, bank.conductance)[:, None] * drops
        case Diodes():
            return bank.current(drops)
        case Switches():
            return bank.conductance(points.voltages).T * drops
        case VCCS():
            return bank.current(points.voltages).T
        case CurrentSources():
            return points.sources[bank.name].T if bank.name in points.sources else bank.amperes[:, None]
    raise TypeError(bank.kind)


def _slope(bank: Bank, drops: FloatArray, points: Points) -> FloatArray:
    """Return by how much their current grows with the voltage that decides it, (n, points) or (n, 1), siemens."""
    match bank:
        case Resistors():
            return np.abs(points.conductances.get(bank.name, bank.conductance))[:, None]
        case Diodes():
            return bank.slope(drops)
        case Switches():
            return bank.conductance(points.voltages).T
        case VCCS():
            return np.abs(bank.gain)[:, None]
    return np.zeros((1, 1))


def _parts(banks: list[Bank]) -> list[tuple[Bank, slice]]:
    """Return every bank and where its elements stand among those of all."""
    ends = np.cumsum([0, *map(len, banks)]).tolist()
    return [(bank, slice(first, end)) for bank, first, end in zip(banks, ends[:-1], ends[1:], strict=True)]


def _ends(banks: list[Bank]) -> tuple[IntArray, IntArray]:
    none = np.zeros(0, dtype=np.intp)
    return np.concatenate([none, *(b.positive for b in banks)]), np.concatenate([none, *(b.negative for b in banks)])


def _incidence(nodes: int, positive: IntArray, negative: IntArray) -> csr_array:
    """Return +1 at the positive and -1 at the negative node of every element, (elements, nodes)."""
    count = len(positive)
    rows = np.tile(np.arange(count), 2)
    return csr_array(
        (np.repeat([1.0, -1.0], count), (rows, np.concatenate([positive, negative]))), shape=(count, nodes)
    )
