"""Which crossbars join the layers of a network? Whole ones and windowed ones, of what their wiring says."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements import FloatArray, IntArray, Resistors, Synapses
from ebana_like.values import address


class _ByColumns:
    """What crossbars of any wiring have whose elements stand column by column."""

    bank: Synapses
    columns: int

    @property
    def address(self) -> str:
        """Of its conductances."""
        return address(self.bank.name, "conductance")

    def of_columns(self, each: FloatArray) -> FloatArray:
        """Return what all elements of a column have, (columns,), given that of every element."""
        return np.array(each.reshape(self.columns, -1)[:, 0])


@dataclass(frozen=True, eq=False)
class Reference:
    """A column of resistors that do not learn, against which the other columns of a crossbar are read.

    node: where it stands. conductance: (rows,), siemens, rows in the order of the layer before; of the first crossbar
        in the bank's. rails, volts: nodes of sources that stand on it, and by how much they are above it.
    """

    node: int
    conductance: FloatArray
    rails: IntArray
    volts: FloatArray

    @property
    def constants(self) -> dict[int, float]:
        """By how many volts nodes are above it, by node."""
        return dict(zip(self.rails.tolist(), self.volts.tolist(), strict=True))


SOURCES = -1
"""The number of what is before the first layer, where those of hidden layers begin at 0."""


@dataclass(frozen=True, eq=False)
class Skipping:
    """Rows of earlier layers in a crossbar, behind those of the layer before it.

    layers: which, in the order of the rows; `SOURCES` for inputs and constants. counts: how many rows each has there.
    feature, polarity, volts: of the rows of sources, (rows,): each is at polarity times its feature, plus volts.
    """

    layers: tuple[int, ...]
    counts: tuple[int, ...]
    feature: IntArray
    polarity: FloatArray
    volts: FloatArray

    def places(self, before: int) -> dict[int, slice]:
        """Return where the rows of each earlier layer stand, behind so many of the layer before, by its number."""
        ends = [before, *(before + sum(self.counts[: k + 1]) for k in range(len(self.counts)))]
        return {layer: slice(*ends[k : k + 2]) for k, layer in enumerate(self.layers)}


@dataclass(frozen=True, eq=False)
class Crossbar(_ByColumns):
    """A bank of resistors that joins each of its rows with each of its columns, behind wires or without.

    order: position of each row, as the layer before has them, among the rows of the bank, (rows,), or None where
        they are the same; of neurons in mirror first those at their voltages, then those at the opposite ones.
    mirrored: whether neurons in mirror stand before it. reference: what its columns are read against; None for ground.
    skipping: rows behind those of the layer before it; None where there are none.
    """

    bank: Synapses
    order: IntArray | None
    columns: int
    mirrored: bool = False
    reference: Reference | None = None
    skipping: Skipping | None = None

    def matrix(self, conductance: FloatArray) -> FloatArray:
        """Return the conductances (columns, rows), siemens, rows in the order of the layer before; in mirror
        (2, columns, rows).

        Of a wired crossbar those that are seen between its ports.
        """
        matrix = self.bank.seen(conductance).reshape(self.columns, -1)
        matrix = matrix if self.order is None else np.ascontiguousarray(matrix[:, self.order])
        return np.ascontiguousarray(matrix.reshape(self.columns, 2, -1).swapaxes(0, 1)) if self.mirrored else matrix

    def joined(self, matrix: FloatArray) -> FloatArray:
        """Return the bank's conductances that `matrix` shaped, without wires and with rows in the bank's order."""
        assert self.order is None
        return np.array(matrix.swapaxes(0, 1) if self.mirrored else matrix, dtype=float).ravel()

    def sums(self, before: int) -> tuple[FloatArray, FloatArray]:
        """Return the conductance at each column, and at each of so many nodes of the layer before, with what wires put
        beside, siemens; without the second where none are asked for."""
        columns, rows = self.beside(self.bank.conductance, with_rows=before > 0)
        matrix = self.matrix(self.bank.conductance)
        whole = matrix.sum(axis=0) if self.mirrored else matrix
        beside = 0.0 if self.reference is None else self.reference.conductance
        return whole.sum(axis=1) + np.sum(columns, axis=-1), whole.sum(axis=0) + np.sum(rows, axis=-1) + beside

    def beside(self, conductance: FloatArray, with_rows: bool) -> tuple[FloatArray | float, FloatArray | float]:
        """Return what wires put between the columns, and between the rows, (n, n), siemens; 0 where there is nothing.

        with_rows: whether the second is asked for.
        """
        columns, rows = self.bank.between_ports(conductance, with_rows)
        return columns, rows if isinstance(rows, float) or self.order is None else rows[np.ix_(self.order, self.order)]


@dataclass(frozen=True, eq=False)
class WindowedCrossbar(_ByColumns):
    """A bank of resistors that joins each of its columns with the rows of one window; columns channel by channel.

    sides: places among the rows of a window of those that carry the layer before, or the features; of those at the
        opposite voltages; and, of the first crossbar, of constants.
    seen: numbers in the layer before of the rows of each window, (windows, rows of one).
    tied: whether all windows share one conductance.
    """

    bank: Resistors
    columns: int
    sides: tuple[IntArray, ...]
    seen: IntArray
    tied: bool
    reference: ClassVar[None] = None
    skipping: ClassVar[None] = None

    @property
    def mirrored(self) -> bool:
        """Whether rows stand in mirror."""
        return bool(self.sides[1].size)

    def parts(self, conductance: FloatArray) -> list[FloatArray]:
        """Return the conductances of each side, (channels, rows of a window), or (windows, channels, rows of a window)
        where windows have their own, siemens.

        conductance: of every element, or those that are learned.
        """
        limits = self.bank.trainable.get("conductance")
        each = conductance if limits is None else limits.of_each(conductance)
        each = each.reshape(self.columns // len(self.seen), len(self.seen), -1)
        values = each[:, 0] if self.tied else each.swapaxes(0, 1)
        return [np.ascontiguousarray(values[..., side]) for side in self.sides]

    def joined(self, parts: list[FloatArray]) -> FloatArray:
        """Return the learned conductances that `parts` took apart, (n,)."""
        values = np.empty((*parts[0].shape[:-1], sum(side.size for side in self.sides)))
        for side, part in zip(self.sides, parts, strict=True):
            values[..., side] = part
        if not self.tied:
            return values.swapaxes(0, 1).ravel()
        each = np.repeat(values[:, None], len(self.seen), axis=1).ravel()
        return self.bank.trainable["conductance"].learned(each)

    def sums(self, before: int) -> tuple[FloatArray, FloatArray]:
        """Return the conductance at each column, and at each of so many nodes of the layer before, siemens; without the
        second where none are asked for."""
        each = self.bank.conductance.reshape(self.columns // len(self.seen), len(self.seen), -1)
        rows = np.zeros(before)
        if before:
            for side in self.sides[:2]:
                np.add.at(rows, self.seen[:, : side.size], each[..., side].sum(axis=0))
        return each.sum(axis=-1).ravel(), rows

    def back(self, rows: int) -> IntArray:
        """Return where each of so many rows of the layer before stands among the windows' rows, one behind the other,
        (rows, most); the number of all of them where it stands in fewer.
        """
        flat = self.seen.ravel()
        order = np.argsort(flat, kind="stable")
        counts = np.bincount(flat, minlength=rows)
        found = np.full((rows, max(int(counts.max()), 1)), flat.size, dtype=np.intp)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        found[flat[order], np.arange(flat.size) - first] = order
        return found


AnyCrossbar = Crossbar | WindowedCrossbar
