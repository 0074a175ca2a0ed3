"""Where do a circuit's elements stand in its equations? As arrays of what they say of themselves (`Bank.term`).

A *flow* carries g (V(a) - V(b)) + amperes from p to n, a *branch* fixes h (V(p) - V(n)) - gain (V(c) - V(d)) - r I = E,
all else has a law of its own drop. V holds node voltages, then branch currents; the current of a branch is a flow too,
whose V(a) it is. Ground stands where nothing is followed.
"""

from collections.abc import Sequence

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, IntArray
from ebana_like.elements.term import Branch, Flow


class Terms:
    """The flows and branches of one circuit.

    size: of V. flows: p, n, a, b, (4, flows). flows_of: which of them each bank is. branches: p, n, c, d and its own
        current, (5, branches). amperes_at, sources_at: flows and branches that are independent sources, in a drive's
        order. switches: branches that are. thresholds, closed, opened: of them, volts and siemens.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.banks: tuple[Bank, ...] = circuit.banks
        self.node_count = len(circuit.nodes)
        self._number_branches()
        self._take_flows()
        self._take_branches()

    def _number_branches(self) -> None:
        self._first: dict[str, int] = {}
        self._labelled: dict[str, int] = {}
        self.size = self.node_count
        for bank in self.banks:
            if isinstance(bank.term, Branch):
                self._first[bank.name] = self.size
                self._labelled |= {label: self.size + k for k, label in enumerate(bank.labels)}
                self.size += len(bank)

    def _own(self, bank: Bank) -> IntArray:
        """Where the currents of a bank's branches stand in V, (n,)."""
        return self._first[bank.name] + np.arange(len(bank))

    def currents_of(self, labels: Sequence[str]) -> IntArray:
        """Return where in V the currents of these sources stand, (labels,)."""
        return np.array([self._labelled[label] for label in labels], dtype=np.intp)

    def _control(self, term: Flow | Branch, count: int) -> tuple[IntArray, IntArray]:
        """Where in V stands what elements follow, less what is taken away from it, (n,) each."""
        nothing = np.zeros(count, dtype=np.intp)
        if term.through:
            return np.array([self._labelled[label] for label in term.through], dtype=np.intp), nothing
        return term.between or (nothing, nothing)

    def _take_flows(self) -> None:
        self.flows_of, columns, amperes, first = {}, [], [], 0
        for bank in self.banks:
            term, count = bank.term, len(bank)
            if isinstance(term, Flow):
                columns.append((bank.positive, bank.negative, *self._control(term, count)))
                if term.amperes is not None:
                    amperes.append(first + np.arange(count))
            elif isinstance(term, Branch):
                columns.append((bank.positive, bank.negative, self._own(bank), np.zeros(count, dtype=np.intp)))
            else:
                continue
            self.flows_of[bank.name] = slice(first, first + count)
            first += count
        self.flows, self.amperes_at = _side_by_side(columns, 4), _joined(amperes)

    def _take_branches(self) -> None:
        columns, sources, switches, switching, first = [], [], [], [], 0
        for bank in self.banks:
            term, count = bank.term, len(bank)
            if not isinstance(term, Branch):
                continue
            columns.append((bank.positive, bank.negative, *self._control(term, count), self._own(bank)))
            if term.volts is not None:
                sources.append(first + np.arange(count))
            if term.switching is not None:
                switches.append(first + np.arange(count))
                numbers = term.switching.threshold, term.switching.closed, term.switching.open
                switching.append(np.tile(np.array(numbers)[:, None], count))
            first += count
        self.branches, self.sources_at, self.switches = _side_by_side(columns, 5), _joined(sources), _joined(switches)
        self.thresholds, self.closed, self.opened = np.concatenate([np.zeros((3, 0)), *switching], axis=1)


def _joined(arrays: list[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.intp), *arrays])


def _side_by_side(columns: Sequence[tuple[IntArray, ...]], count: int) -> IntArray:
    """Return tuples of (n,) arrays as one array (count, all n)."""
    return np.concatenate([np.zeros((count, 0), dtype=np.intp), *map(np.stack, columns)], axis=1)
