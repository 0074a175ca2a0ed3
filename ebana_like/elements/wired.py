"""What does a crossbar contribute whose wires have resistance? The currents of its cells, each with its own drop.

The nodes inside, two a cell, are none of the circuit: 314,000 in a crossbar of 1570 x 100. What they are at follows
from the voltages at the ports. All that flows in at a row flows through its cells, and all that flows through the cells
of a column flows out there; so the cells' currents, each taken from its row's port to its column's, are to Kirchhoff's
law what those of a bank of resistors are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from ebana_like.elements.labels import GridLabels
from ebana_like.elements.numbers import conductance
from ebana_like.elements.resistor import Resistors, grid_of
from ebana_like.elements.signal import Signal
from ebana_like.elements.synapses import Synapses
from ebana_like.elements.views import AdjointView
from ebana_like.elements.wires import Wires
from ebana_like.elements.written import Numbered, Written, numbers
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray

if TYPE_CHECKING:
    from ebana_like.elements.wire_fields import Fields

TINY = 1e-30
"""Siemens of a resistor that stands where a reduction finds none: nothing beside gmin, and yet a resistance."""


@dataclass(frozen=True, eq=False)
class WiredCrossbar(Synapses):
    """Resistors between all rows and all columns, behind wires with resistance.

    positive, negative: nodes of the ports of each cell's row and column. The cells stand column by column, rows in the
    order in which the columns pass them; columns are read behind the last row, rows are fed before the first column.
    conductance: of the cells, (n,), siemens, above zero. wires: resistances; of no wires unless given.
    """

    kind: ClassVar[str] = "wired_crossbar"

    wires: Wires = Wires()  # noqa: RUF009, it is frozen

    def __post_init__(self) -> None:
        super().__post_init__()
        if grid_of(self.positive, self.negative) is None:
            raise CircuitError(
                f'bank "{self.name}" of {len(self)} cells is no crossbar: with wires, every row has one cell in every '
                "column, and they stand column by column"
            )

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        """Return the crossbar of its ladder's lines, without its wires; of which ports cells are, those tell."""
        at = {element.label: element for element in elements}
        own = [label for label in at if label.startswith(f"r{name}_")]
        columns = len({label.rpartition("_")[2] for label in own})
        rows = len(own) // max(columns, 1)
        labels = GridLabels(f"r{name}", rows, columns)
        cells = [at[label] for label in labels if label in at]
        if not cells or len(cells) != len(labels):
            raise CircuitError(f'the bank "{name}" does not have one cell r{name}_ROW_COLUMN for each row and column')
        feeds = [at.get(f"rw_{name}_{i}_0") for i in range(rows)]
        reads = [at.get(f"rb_{name}_{rows - 1}_{j}") for j in range(columns)]
        positive = [nodes.number((feed or labelled).nodes[0]) for feed, labelled in zip(feeds, cells, strict=False)]
        ends = [(read or cell).nodes[1] for read, cell in zip(reads, cells[rows - 1 :: rows], strict=True)]
        negative = [nodes.number(end) for end in ends]
        siemens = numbers(cells, conductance, "a resistance above zero")
        ports = np.tile(np.array(positive, np.intp), columns), np.repeat(np.array(negative, np.intp), rows)
        return cls(name, labels, *ports, siemens)

    @cached_property
    def grid(self) -> tuple[IntArray, IntArray]:
        """Nodes of the ports, (rows,) and (columns,)."""
        found = grid_of(self.positive, self.negative)
        assert found is not None  # looked at when it was made
        return found

    @property
    def summary(self) -> str:
        return f"{super().summary}, wires {self.wires.brief} ohms"

    @property
    def words(self) -> str:
        return "cell"

    @property
    def fields(self) -> "Fields":
        """The voltages inside. Raises CircuitError where next to nothing of the crossbar is left."""
        return self.fields_with(self.conductance)

    def fields_with(self, conductance: FloatArray) -> "Fields":
        """Return the voltages inside for other conductances of the cells."""
        from ebana_like.elements.wire_fields import fields_of  # needs numba, which takes half a second to import

        return fields_of(conductance, len(self.grid[1]), self.wires)

    def seen(self, conductance: FloatArray) -> FloatArray:
        return self.fields_with(conductance).reduced(False).across.ravel()

    def between_ports(self, conductance: FloatArray, with_rows: bool) -> tuple[FloatArray | float, FloatArray | float]:
        reduced = self.fields_with(conductance).reduced(with_rows)
        return reduced.columns, 0.0 if reduced.rows is None else reduced.rows

    def connections(self) -> list[tuple[IntArray, IntArray]]:
        rows, columns = self.grid
        return [(rows, np.full_like(rows, columns[0])), (np.full_like(columns, rows[0]), columns)]

    def take(self, which: IntArray) -> Self:
        raise CircuitError(f'some of the cells of bank "{self.name}" alone are no crossbar; its wires join them')

    def cell_drops(self, voltages: FloatArray) -> FloatArray:
        """Return the cells' own drops, (..., n), volts; voltages: of the circuit's nodes, (..., nodes)."""
        rows, columns = (voltages[..., nodes].reshape(-1, len(nodes)) for nodes in self.grid)
        return self.fields.drops(rows, columns).reshape(*voltages.shape[:-1], len(self))

    def own_current(self, voltages: FloatArray) -> FloatArray:
        return self.conductance * self.cell_drops(voltages)

    def response(self, voltages: FloatArray, moves: FloatArray) -> FloatArray:
        return self.own_current(moves)

    def own_pseudo_power(self, voltages: FloatArray) -> FloatArray:
        """Pseudo-power of each cell and its share of the wires: half its current times the drop between its ports."""
        return self.own_current(voltages) * self.drop(voltages) / 2

    def small_signal(self, voltages: FloatArray) -> FloatArray:
        """Differential conductance di/dv from port to port while all other ports stand still."""
        across = self.fields.reduced(False).across
        return np.broadcast_to(across.ravel(), (*voltages.shape[:-1], len(self)))

    def learning_signal(self, quantity: str, voltages: FloatArray, coefficients: FloatArray) -> Signal:
        """Return sum over phases and samples of coefficient times u^2 / 2 of each cell's own drop u, (n,).

        Wires do not change with the conductances, so this is what a stencil of phases reads; voltages: (phases, batch,
        nodes), volts, coefficients: (phases, batch), as of `CurrentLaw.learning_signal`.
        """
        rows, columns = (voltages[..., nodes] for nodes in self.grid)
        factors = coefficients[1:, :, None] / 2
        changes = [(factors * (part[1:] - part[0])).reshape(-1, part.shape[-1]) for part in (rows, columns)]
        totals = [(part[1:] + part[0]).reshape(-1, part.shape[-1]) for part in (rows, columns)]
        return self.fields.products(*changes, *totals).ravel()

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return self.cell_drops(view.adjoint) * self.cell_drops(view.voltages)

    def reduced(self, with_rows: bool) -> tuple[Resistors, ...]:
        """Return resistors that do at the ports what the crossbar does: across, between columns, between rows.

        with_rows: whether there are any of the last kind; without them currents at rows are others, and nothing else.
        """
        rows, columns = self.grid
        values = self.reduced_values(self.conductance, with_rows)
        across = Resistors(self.name, self.labels, self.positive, self.negative, values[self.name])
        others = [
            Resistors(name, _pairs(letter, self.name, len(ports)), *_ends(ports), values[name])
            for name, letter, ports in ((self._columns, "c", columns), (self._row_pairs, "r", rows))
            if name in values
        ]
        return across, *others

    @property
    def _columns(self) -> str:
        return f"{self.name}_columns"

    @property
    def _row_pairs(self) -> str:
        return f"{self.name}_rows"

    def reduced_values(self, conductance: FloatArray, with_rows: bool) -> dict[str, FloatArray]:
        """Return the conductances of the banks of `reduced`, by their names, for other conductances of the cells."""
        rows, columns = self.grid
        with_rows = with_rows and self.wires.joins_rows and len(rows) > 1
        reduced = self.fields_with(np.asarray(conductance, float)).reduced(with_rows)
        found = {self.name: np.maximum(reduced.across, TINY).ravel()}
        if self.wires.joins_columns and len(columns) > 1:
            found[self._columns] = np.maximum(reduced.columns[np.triu_indices(len(columns), 1)], TINY)
        if with_rows and reduced.rows is not None:
            found[self._row_pairs] = np.maximum(reduced.rows[np.triu_indices(len(rows), 1)], TINY)
        return found

    def ladder(self, first: int) -> tuple[list[str], tuple[Resistors, ...]]:
        """Return all that is there: new nodes, numbered from `first`, and the cells, then the wires' segments."""
        names: list[str] = []
        along, feeds = self._wire("w", first, names)
        down, reads = self._wire("b", first + len(names), names)
        cells = Resistors(self.name, self.labels, along.T.ravel(), down.T.ravel(), self.conductance)
        return names, (cells, *feeds, *reads)

    def _wire(self, letter: str, first: int, names: list[str]) -> tuple[IntArray, list[Resistors]]:
        """Return the nodes of all cells at the rows' wires (w) or the columns' (b), and the segments; add names."""
        rows, columns = self.grid
        shape = len(rows), len(columns)
        is_row = letter == "w"
        segment, end = (self.wires.row, self.wires.driver) if is_row else (self.wires.column, self.wires.sense)
        ports = np.broadcast_to(rows[:, None] if is_row else columns, shape)
        if not segment + end:
            return np.array(ports), []
        i, j = np.indices(shape)
        first_of = (j == 0) if is_row else (i == shape[0] - 1)
        own = np.ones(shape, bool) if segment else first_of
        nodes = np.zeros(shape, np.intp)
        nodes[own] = first + np.arange(own.sum())
        names += [f"{letter}_{self.name}_{a}_{b}" for a, b in np.argwhere(own).tolist()]
        if not segment:
            nodes = np.broadcast_to(nodes[:, :1] if is_row else nodes[-1:], shape).copy()
        before = np.concatenate([rows[:, None], nodes[:, :-1]], axis=1) if is_row else nodes
        behind = nodes if is_row else np.concatenate([nodes[1:], columns[None]])
        ohms = np.where(first_of, segment + end, segment)
        labels = tuple(f"r{letter}_{self.name}_{a}_{b}" for a, b in np.argwhere(own).tolist())
        bank = f"{self.name}_{'row' if is_row else 'column'}_wires"
        return nodes, [Resistors(bank, labels, before[own], behind[own], 1 / ohms[own])]

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        names, banks = self.ladder(len(nodes))
        return [line for bank in banks for line in bank.spice_lines([*nodes, *names])]


def _ends(nodes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the nodes of every pair, (pairs,) each."""
    one, other = np.triu_indices(len(nodes), 1)
    return nodes[one], nodes[other]


def _pairs(letter: str, name: str, count: int) -> tuple[str, ...]:
    one, other = np.triu_indices(count, 1)
    return tuple(f"r{letter}_{name}_{j}_{k}" for j, k in zip(one.tolist(), other.tolist(), strict=True))
