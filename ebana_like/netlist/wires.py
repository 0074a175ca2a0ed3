"""Which circuit of plain resistors does what a circuit with wired crossbars does? The full ladder, or the reduced one.

The ladder has all nodes and segments there are; a SPICE program takes seconds for a thousand cells and minutes for ten
thousand. The reduced circuit has the nodes of the original and the same voltages at them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, FloatArray, Range, VoltageSources, WiredCrossbar
from ebana_like.shared import NOTHING_SHARED
from ebana_like.values import Values, address, parts

MOST_CELLS = 10_000
"""Cells of a crossbar up to which its ladder is written."""

ANY = Range(0.0, np.inf)


def ladder(circuit: Circuit) -> Circuit:
    """Return the circuit with all nodes and segments of its wires; its own nodes keep their numbers."""
    nodes, banks = list(circuit.nodes), list[Bank]()
    for bank in circuit.banks:
        if isinstance(bank, WiredCrossbar):
            names, parts_of = bank.ladder(len(nodes))
            nodes += names
            banks += [replace(parts_of[0], trainable=bank.trainable), *parts_of[1:]]
        else:
            banks.append(bank)
    return replace(circuit, nodes=tuple(nodes), banks=tuple(banks))


def written_parts(circuit: Circuit, bank: Bank) -> tuple[list[str], tuple[Bank, ...]]:
    """Return how a bank is written: names of nodes beyond the circuit's, and banks whose lines every program knows."""
    if not isinstance(bank, WiredCrossbar):
        return [], (bank,)
    if len(bank) <= MOST_CELLS:
        return bank.ladder(len(circuit.nodes))
    return [], bank.reduced(needs_rows(circuit, bank))


def needs_rows(circuit: Circuit, bank: WiredCrossbar) -> bool:
    """Whether a voltage depends on what flows between the rows: not where sources hold them and nothing copies it."""
    held = [
        source.positive
        for source in circuit.of_kind(VoltageSources)
        if not source.negative.any() and circuit.metered.isdisjoint(source.labels)
    ]
    return not np.isin(bank.grid[0], np.concatenate([np.zeros(1, np.intp), *held])).all()


@dataclass(frozen=True, eq=False)
class Unwired:
    """A circuit beside one of plain resistors, which has the same voltages at the same nodes.

    full: as it is. Where it has no wired crossbars, both are the same.
    """

    full: Circuit

    @cached_property
    def _wired(self) -> Mapping[str, tuple[WiredCrossbar, bool]]:
        banks = self.full.of_kind(WiredCrossbar)
        return {address(bank.name, "conductance"): (bank, needs_rows(self.full, bank)) for bank in banks}

    @cached_property
    def circuit(self) -> Circuit:
        """The one to solve. Its resistors in the place of wired crossbars may have any conductance."""
        if not self._wired:
            return self.full
        banks: list[Bank] = []
        for bank in self.full.banks:
            at = address(bank.name, "conductance")
            reduced: tuple[Bank, ...] = self._wired[at][0].reduced(self._wired[at][1]) if at in self._wired else (bank,)
            banks += [replace(each, trainable={"conductance": ANY}) if at in self._wired else each for each in reduced]
        return replace(self.full, banks=tuple(banks), shared=NOTHING_SHARED)

    def values(self, held: Values) -> Values:
        """Return values of elements, by address, as those of the circuit to solve."""
        if not self._wired:
            return held
        found: dict[str, FloatArray] = {}
        for at, value in held.items():
            if at in self._wired and parts(at)[1] == "conductance":
                bank, with_rows = self._wired[at]
                reduced = bank.reduced_values(value, with_rows)
                found |= {address(name, "conductance"): siemens for name, siemens in reduced.items()}
            else:
                found[at] = value
        return found
