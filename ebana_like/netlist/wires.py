"""Which circuit of plain resistors does what a circuit with wired crossbars does? The full ladder, or the reduced one.

The ladder has all nodes and segments there are; a SPICE program takes seconds for a thousand cells and minutes for ten
thousand. The reduced circuit has the nodes of the original and the same voltages at them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, FloatArray, Range, Resistors, VoltageSources, WiredCrossbar, Wires
from ebana_like.elements.numbers import conductance, resistances
from ebana_like.elements.written import Written, numbers
from ebana_like.errors import CircuitError
from ebana_like.shared import NOTHING_SHARED
from ebana_like.values import Values, address, parts

MOST_CELLS = 10_000
"""Cells of a crossbar up to which its ladder is written."""

CELLS_A_LINE = 8

SAME = 1e-6
"""Relative: by how much a reduced conductance that was written may differ from what its cells say now."""

ANY = Range(0.0, np.inf)


def ladder(circuit: Circuit) -> Circuit:
    """Return the circuit with all nodes and segments of its wires; its own nodes keep their numbers."""
    nodes, inside = list(circuit.nodes), dict[str, tuple[Bank, ...]]()
    for bank in circuit.of_kind(WiredCrossbar):
        names, (cells, *segments) = bank.ladder(len(nodes))
        nodes += names
        inside[bank.name] = replace(cells, trainable=bank.trainable), *segments
    return replace(circuit, nodes=tuple(nodes), banks=_replaced(circuit, inside))


def _replaced(circuit: Circuit, inside: Mapping[str, Sequence[Bank]]) -> tuple[Bank, ...]:
    """Return the banks of a circuit, others in the place of those that are named."""
    return tuple(chain.from_iterable(inside.get(bank.name, (bank,)) for bank in circuit.banks))


def written_parts(circuit: Circuit, bank: Bank, nodes: int) -> tuple[list[str], tuple[Bank, ...]]:
    """Return how a bank is written: names of further nodes, and banks whose lines every program knows."""
    if not isinstance(bank, WiredCrossbar):
        return [], (bank,)
    if len(bank) <= MOST_CELLS:
        return bank.ladder(nodes)
    return [], bank.reduced(needs_rows(circuit, bank))


def wire_lines(bank: Bank) -> Iterator[str]:
    """Yield what a netlist says of a bank's wires beside its elements: they, and the cells of a reduced crossbar."""
    if not isinstance(bank, WiredCrossbar):
        return
    yield f"wires {bank.name} {bank.wires}"
    if len(bank) > MOST_CELLS:
        ohms = resistances(bank.conductance)
        for first in range(0, len(ohms), CELLS_A_LINE):
            yield f"cells {bank.name} {' '.join(ohms[first : first + CELLS_A_LINE])}"


def rewired(
    bank: WiredCrossbar, wires: Wires, ohms: Sequence[str], elements: Sequence[Written], nodes: Sequence[str]
) -> WiredCrossbar:
    """Return a crossbar that was read with what `wire_lines` said of it.

    ohms: of the cells, none where they stand in the netlist themselves. elements: those it was read from. nodes: names
    of the circuit's. Raises NetlistError or CircuitError where the elements are not those of such a crossbar.
    """
    if not ohms:
        whole = replace(bank, wires=wires)
        inside, banks = whole.ladder(len(nodes))
        _require_same(whole, banks, [*nodes, *inside], elements)
        return whole
    try:
        siemens = np.array([conductance(each) for each in ohms])
    except ValueError as error:
        raise CircuitError(f'the cells of bank "{bank.name}" are no resistances above zero') from error
    if len(siemens) != len(bank):
        raise CircuitError(f'bank "{bank.name}" has {len(bank)} cells, but the resistances of {len(siemens)} are given')
    whole = replace(bank, wires=wires, conductance=siemens)
    between_rows = [element for element in elements if element.label.startswith(f"rr_{bank.name}_")]
    _require_same(whole, whole.reduced(with_rows=bool(between_rows)), nodes, elements)
    return whole


def _require_same(
    bank: WiredCrossbar, banks: Sequence[Resistors], nodes: Sequence[str], elements: Sequence[Written]
) -> None:
    """Raise an error where elements are others than those of resistors."""
    written = {element.label: element for element in elements}
    count = sum(map(len, banks))
    for part in banks:
        for label, p, n, g in zip(
            part.labels, part.positive.tolist(), part.negative.tolist(), part.conductance.tolist(), strict=True
        ):
            if label not in written:
                raise CircuitError(f'bank "{bank.name}" with wires of {bank.wires} has no {label}')
            element = written[label]
            found = float(numbers([element], conductance, "a resistance above zero")[0])
            if element.nodes != (nodes[p], nodes[n]) or not np.isclose(found, g, rtol=SAME, atol=0):
                raise element.error(
                    f'bank "{bank.name}" with wires of {bank.wires} has {label} between {nodes[p]} and {nodes[n]}, of '
                    f"{1 / g:g} ohms; write it with those, or leave out the lines with @ to read plain resistors"
                )
    if len(elements) != count:
        raise CircuitError(f'bank "{bank.name}" has {len(elements)} resistors where its wires and cells are {count}')


def needs_rows(circuit: Circuit, bank: WiredCrossbar) -> bool:
    """Whether a voltage depends on what flows between the rows: not where sources hold them and nothing copies it."""
    held = [
        source.positive
        for source in circuit.of_kind(VoltageSources)
        if not source.negative.any() and circuit.metered.isdisjoint(source.labels)
    ]
    return not np.isin(bank.grid[0], np.concatenate([np.zeros(1, np.intp), *held])).all()


def reduced(circuit: Circuit) -> Circuit:
    """Return the circuit with plain resistors in the place of wired crossbars, and nothing of those to be trained."""
    inside = {bank.name: bank.reduced(needs_rows(circuit, bank)) for bank in circuit.of_kind(WiredCrossbar)}
    return replace(circuit, banks=_replaced(circuit, inside), shared=NOTHING_SHARED)


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
        plain = reduced(self.full)
        kept = {*map(id, self.full.banks)}
        banks = [bank if id(bank) in kept else replace(bank, trainable={"conductance": ANY}) for bank in plain.banks]
        return replace(plain, banks=tuple(banks))

    def values(self, held: Values) -> Values:
        """Return values of elements, by address, as those of the circuit to solve."""
        if not self._wired:
            return held
        found: dict[str, FloatArray] = {}
        for at, value in held.items():
            if at in self._wired and parts(at)[1] == "conductance":
                bank, with_rows = self._wired[at]
                siemens = bank.reduced_values(value, with_rows)
                found |= {address(name, "conductance"): each for name, each in siemens.items()}
            else:
                found[at] = value
        return found
