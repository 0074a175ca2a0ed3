"""What is known of a layered network before it has conductances? Its wiring, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import numpy as np

from ebana_like.elements import CurrentSources, DiodeModel, FloatArray, Index, IntArray, Resistors, Synapses
from ebana_like.elements.switch import CLOSED, OPEN, THRESHOLD
from ebana_like.values import address

Array = TypeVar("Array", FloatArray, IntArray)


def read_only(array: Array) -> Array:
    """Return a contiguous view that cannot be written."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


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


@dataclass(frozen=True, eq=False)
class Crossbar(_ByColumns):
    """A bank of resistors that joins each of its rows with each of its columns, behind wires or without.

    order: position of each row, as the layer before has them, among the rows of the bank, (rows,), or None where
        they are the same; of neurons in mirror first those at their voltages, then those at the opposite ones.
    mirrored: whether neurons in mirror stand before it. reference: what its columns are read against; None for ground.
    """

    bank: Synapses
    order: IntArray | None
    columns: int
    mirrored: bool = False
    reference: Reference | None = None

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


@dataclass(frozen=True, eq=False)
class Clamp:
    """One diode from, or to, each neuron of a layer.

    rails: voltage of the source at the diode's other end, (neurons,), volts. areas: of each of the model, (neurons,).
    """

    model: DiodeModel
    rails: FloatArray
    areas: FloatArray

    def of(self, neuron: int) -> DiodeModel:
        """Return the model of one neuron's diode, its area in IS."""
        return replace(self.model, saturation_current=self.model.saturation_current * float(self.areas[neuron]))


@dataclass(frozen=True, eq=False)
class Bounds:
    """Between which voltages ideal diodes keep the neurons of a layer, (neurons,), volts; infinite where none does."""

    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Feed:
    """Current sources from ground into the nodes of a layer. order: which of the bank's feeds each, (nodes,)."""

    bank: CurrentSources
    order: IntArray

    @property
    def address(self) -> str:
        """Of its currents."""
        return address(self.bank.name, "amperes")


@dataclass(frozen=True, eq=False)
class Hidden:
    """One hidden layer.

    nodes: of the neurons, (neurons,). driven: nodes whose voltage is A times the neuron's, (copies, neurons).
    mirrored: nodes whose voltage is -A times the neuron's, (copies, neurons); None where there are none.
    clamps: the diodes that draw current from the neurons when they are high, and those that feed them when they are
        low; or the bounds that ideal ones set.
    forward, back: gains A of the VCVS and B of the CCCS, (neurons,); 1 where there is no amplifier.
    offsets: by how much more the last driven node's voltage is, (neurons,), volts; None where that is zero.
    """

    nodes: IntArray
    driven: IntArray
    clamps: tuple[Clamp, Clamp] | Bounds
    forward: FloatArray
    back: FloatArray
    offsets: FloatArray | None = None
    mirrored: IntArray | None = None


@dataclass(frozen=True, eq=False)
class Branch:
    """What stands across each output pair to nudge it: a source of current, or a target behind resistor and switch.

    addresses: of the currents; or of the targets' voltages, the resistors' conductances, and the voltage that closes
        the switches.
    targets, inner, control: nodes of the switched branches; none where currents are held.
    """

    addresses: tuple[str, ...]
    targets: IntArray
    inner: IntArray
    control: IntArray

    @property
    def is_switched(self) -> bool:
        """Whether switches load the outputs."""
        return len(self.addresses) > 1

    def is_even(self, values: Mapping[str, Any]) -> bool:
        """Whether a sample's outputs are all loaded alike, by switches that are either open or closed."""
        if not self.is_switched:
            return True
        _, conductance, close = (values[address] for address in self.addresses)
        return bool((conductance == conductance[..., :1]).all() and np.isin(close, (0, 1)).all())


def pulled(addresses: tuple[str, ...], values: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the currents into the pairs, (phases, batch, outputs), amperes, and the conductance beside them, siemens.

    addresses: of a branch. values: of even nudging, (phases, batch, elements) by address, in arrays of any library. The
    conductances are (phases, batch); None where nothing loads the outputs.
    """
    first = values[addresses[0]]
    if len(addresses) == 1:
        return first, None
    xp, conductance = first.__array_namespace__(), values[addresses[1]][..., :1]
    closed = values[addresses[2]] >= THRESHOLD
    load = 1 / (1 / conductance + 1 / CLOSED)
    return xp.where(closed, load * first, 0.0), xp.where(closed, load, OPEN)[..., 0]


def saturations(clamps: tuple[Clamp, Clamp]) -> FloatArray:
    """Return IS of the up and the down diodes, (2, neurons), or (2, 1) where all of a side are alike, amperes."""
    each = np.stack([clamp.model.saturation * clamp.areas for clamp in clamps])
    return read_only(each[:, :1] if (each == each[:, :1]).all() else each)


@dataclass(frozen=True, eq=False)
class Layers:
    """A layered network.

    crossbars: one more than hidden layers. branch: what stands across the output pairs to nudge them.
    plus, minus: rows of the first crossbar that carry each feature, and its negative; none where inputs are not
        doubled. bias_rows, biases: rows at constant voltages, and those voltages.
    constant_nodes, constants: nodes at a voltage that never changes, ground among them, and that voltage.
    outputs: last crossbar's columns. positive, negative: positions of the output pairs among them; no negative ones
        where outputs are read against ground.
    feeds: current sources into each hidden layer and into the outputs; None where there are none.
    even: whether amplifiers whose neurons a crossbar joins all have the same ratio A / B: the Jacobian is symmetric but
        for weights.
    """

    crossbars: tuple[AnyCrossbar, ...]
    hidden: tuple[Hidden, ...]
    branch: Branch
    plus: Index
    minus: Index
    bias_rows: Index
    biases: FloatArray
    constant_nodes: IntArray
    constants: FloatArray
    outputs: IntArray
    positive: IntArray
    negative: IntArray
    feeds: tuple[Feed | None, ...] = field(default=(), kw_only=True)
    even: bool = field(default=True, kw_only=True)

    @property
    def learned(self) -> tuple[AnyCrossbar | Feed, ...]:
        """All that can be varied: crossbars from the inputs on, then the feeds that are there."""
        return *self.crossbars, *(feed for feed in self.feeds if feed is not None)

    def scores(self, outputs: FloatArray) -> FloatArray:
        """Return scores (..., pairs) of the outputs' voltages (..., outputs)."""
        above = outputs[..., self.positive]
        return above - outputs[..., self.negative] if len(self.negative) else above

    @property
    def plain(self) -> tuple[Crossbar, ...]:
        """The crossbars, where all are whole, none is mirrored and none read against a reference column; else none."""
        found = tuple(c for c in self.crossbars if isinstance(c, Crossbar) and not c.mirrored and c.reference is None)
        return found if len(found) == len(self.crossbars) else ()
