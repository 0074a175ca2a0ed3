"""How does a layered circuit become arrays for JAX, and back? Conductances and features in, node voltages out."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jax import Array

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray, VoltageSources, index_of
from ebana_like.elements.switch import OPEN
from ebana_like.simulators.crossbars import AnyCrossbar, Crossbar, WindowedCrossbar
from ebana_like.simulators.layers import Bounds, Hidden, Layers, pulled, saturations
from ebana_like.simulators.native.layers.network import Conductances, Even, Ports, Uneven, Wired
from ebana_like.simulators.native.layers.neurons import Layer, Neurons, Rectifiers
from ebana_like.simulators.native.layers.phases import free, levels, nudged, transposed
from ebana_like.simulators.native.layers.settle import Settled
from ebana_like.simulators.native.layers.synapses import Windows
from ebana_like.simulators.native.runtime import as_jax, filled_size, gathered, padded, padded_size, shared_out
from ebana_like.simulators.nodes import Phases, write_adjoint, write_phases
from ebana_like.simulators.protocol import driven_values
from ebana_like.systems import Nudging
from ebana_like.values import Values

BIASES = 2
"""Constant rows of a filled first crossbar: those of a bias pair."""


class LayeredCircuit:
    """A layered circuit's arrays, and its solutions written to its nodes.

    Small layers are filled up to a few common sizes, by neurons and outputs that nothing is connected to: what is
    compiled for one small network serves the next.
    """

    def __init__(self, circuit: Circuit, layers: Layers) -> None:
        self.circuit = circuit
        self.layers = layers
        self.switched = layers.branch.is_switched
        self._sources = index_of(circuit.bank(circuit.inputs.bank, VoltageSources).positive)
        whole = not any(isinstance(c, WindowedCrossbar) or c.skipping for c in layers.crossbars)
        self._filled_size: Callable[[int], int] = filled_size if whole else int  # parts hold no places without nodes
        self.sizes = [self._filled_size(len(hidden.nodes)) for hidden in layers.hidden]
        behind = zip(layers.hidden, self.sizes, layers.crossbars[1:], strict=True)
        self.neurons = tuple(_neurons(*each) for each in behind)
        self.sizes.append(self._filled_size(len(layers.outputs)))
        self.rows = [_rows(c, size) for c, size in zip(layers.crossbars[1:], self.sizes, strict=False)]
        self._order()
        self.ports = self._ports()

    @cached_property
    def held(self) -> tuple[tuple[Layer, ...], Ports]:
        """What never changes, on the device. Within `doubles`."""
        held: tuple[tuple[Layer, ...], Ports] = jax.device_put((self.neurons, self.ports))
        return held

    def _order(self) -> None:
        """Decide how many rows of each kind the first crossbar has, filled up."""
        layers, crossbar = self.layers, self.layers.crossbars[0]
        if isinstance(crossbar, WindowedCrossbar):
            self._sides: tuple[Any, ...] = ()
            self.side_counts = tuple(side.size for side in crossbar.sides)
            self.features, self.filled = self.circuit.inputs.count, False
            return
        rows = np.arange(len(crossbar.bank) // crossbar.columns)
        self._sides = layers.plus, layers.minus, layers.bias_rows
        plus, minus, bias = (len(rows[side]) for side in self._sides)
        self.features = self._filled_size(plus)
        self.filled = self.features != plus
        self.side_counts = (
            (self.features, self.features if minus else 0, max(bias, BIASES)) if self.filled else (plus, minus, bias)
        )

    def _ports(self) -> Ports:
        layers, size = self.layers, self.sizes[-1]
        positive, negative, biases = layers.positive, layers.negative, layers.biases
        if size > len(layers.outputs):
            spare = max(size // (2 if len(negative) else 1) - len(positive), 0)
            positive = np.pad(positive, (0, spare), constant_values=size - 1)
            negative = np.pad(negative, (0, spare if len(negative) else 0), constant_values=size - 1)
        if self.filled:
            biases = padded(biases, self.side_counts[2])
        ground = np.arange(size) >= len(layers.outputs)
        ratios = Even() if layers.even else Uneven()
        arrays = as_jax(biases), as_jax(positive), as_jax(negative), as_jax(ground.astype(float))
        return Ports(*arrays, ratios, _windows(layers.crossbars[0], self.circuit.inputs.count), self._reference())

    def _reference(self) -> tuple[Array, Array, Array] | None:
        """Return the reference of the first crossbar by what its rows carry, filled up."""
        reference = self.layers.crossbars[0].reference
        if reference is None:
            return None
        each = zip(self._sides, self.side_counts, strict=True)
        plus, minus, bias = (as_jax(padded(reference.conductance[rows], count)) for rows, count in each)
        return plus, minus, bias

    def feeds(self, values: Values) -> tuple[Array | None, ...]:
        """Return the currents of sources into each layer, (nodes,), amperes, filled up; None where there are none."""
        sides = zip(self.layers.feeds, self.sizes, strict=False)
        return tuple(
            None
            if feed is None
            else as_jax(np.array(padded(np.asarray(values.get(feed.address, feed.bank.amperes))[feed.order], size)))
            for feed, size in sides
        )

    def _of(self, crossbar: AnyCrossbar, values: Values) -> FloatArray:
        return np.asarray(values.get(crossbar.address, crossbar.bank.conductance), float)

    def wired(self, values: Values) -> Wired:
        """Return what wires put beside the crossbars, filled up."""
        layers = self.layers
        if not any(crossbar.bank.wires for crossbar in layers.crossbars):
            return Wired()
        beside = [c.beside(self._of(c, values), with_rows=k > 0) for k, c in enumerate(layers.plain)]
        couplings, totals, between = [], [], []
        for k, size in enumerate(self.sizes):
            columns = np.zeros((layers.crossbars[k].columns,) * 2) + beside[k][0]
            coupling, total = columns, columns.sum(axis=1)
            if k < len(layers.hidden):  # rows of the crossbar behind stand at A h, and their currents come back B times
                hidden = layers.hidden[k]
                plain = np.zeros_like(columns) + beside[k + 1][1]
                between.append(as_jax(padded(padded(plain, size), size, 1)))
                rows = hidden.back[:, None] * plain
                coupling, total = coupling + rows * hidden.forward, total + rows.sum(axis=1) * hidden.forward
            couplings.append(as_jax(padded(padded(coupling, size), size, 1)))
            totals.append(as_jax(padded(total, size)))
        return Wired(tuple(couplings), tuple(totals), tuple(between))

    @property
    def has_fillers(self) -> bool:
        """Whether any array holds elements that only fill it."""
        counts = [*(len(hidden.nodes) for hidden in self.layers.hidden), len(self.layers.outputs)]
        return self.filled or self.sizes != counts

    def split(self, values: Values) -> Conductances:
        """Return every crossbar's conductances, the first by what its rows carry, filled up."""
        first, *behind = self.layers.crossbars
        if isinstance(first, WindowedCrossbar):
            plus, minus, bias = first.parts(self._of(first, values))
        else:
            matrix = first.matrix(self._of(first, values))
            plus, minus, bias = (
                np.array(padded(padded(matrix[:, rows], count, 1), self.sizes[0]))
                for rows, count in zip(self._sides, self.side_counts, strict=True)
            )
        others = []
        for crossbar, rows, columns in zip(behind, self.rows, self.sizes[1:], strict=True):
            if isinstance(crossbar, WindowedCrossbar):
                others.append(np.stack([part for part in crossbar.parts(self._of(crossbar, values)) if part.size]))
            else:
                matrix = crossbar.matrix(self._of(crossbar, values))
                others.append(np.array(padded(padded(matrix, columns, matrix.ndim - 2), rows, matrix.ndim - 1)))
        return Conductances(as_jax(plus), as_jax(minus), as_jax(bias), tuple(map(as_jax, others)), self.feeds(values))

    def column_weights(self, weights: Values) -> tuple[Array, ...]:
        """Return the weight of each crossbar, (), or of each of its columns, (columns,), filled up; then of the feeds.

        weights: of its elements, (n,) or (1,) for all, by address; all elements of a column weigh the same.
        """
        found = []
        for crossbar, size in zip(self.layers.crossbars, self.sizes, strict=True):
            each = np.asarray(weights[crossbar.address], float)
            alike = each.size == 1
            found.append(as_jax(each[0] if alike else np.array(padded(crossbar.of_columns(each), size))))
        for feed, size in zip(self.layers.feeds, self.sizes, strict=False):
            if feed is not None:
                each = np.asarray(weights[feed.address], float)
                found.append(as_jax(each[0] if each.size == 1 else np.array(padded(each[feed.order], size))))
        return tuple(found)

    def joined(self, g: Conductances) -> dict[str, FloatArray]:
        """Return the conductances by address that `split` took apart."""
        first, *others = self.layers.crossbars
        plus, minus, bias, *behind = map(np.asarray, self.real(g))
        if isinstance(first, WindowedCrossbar):
            found = {first.address: first.joined([plus, minus, bias])}
        else:
            matrix = np.empty((first.columns, len(first.bank) // first.columns))
            for rows, part in zip(self._sides, (plus, minus, bias), strict=True):
                matrix[:, rows] = part
            found = {first.address: first.joined(matrix)}
        behind, fed = behind[: len(others)], behind[len(others) :]
        feeds = [feed for feed in self.layers.feeds if feed is not None]
        for feed, part in zip(feeds, fed, strict=True):
            found[feed.address] = np.array(part, float)[np.argsort(feed.order)]
        for crossbar, part in zip(others, behind, strict=True):
            if isinstance(crossbar, WindowedCrossbar):
                none = part[0, ..., :0]
                found[crossbar.address] = crossbar.joined([part[0], part[1] if len(part) > 1 else none])
            else:
                found[crossbar.address] = crossbar.joined(part)
        return found

    def real(self, g: Conductances) -> list[Array]:
        """Return what is not there to fill arrays: the first crossbar's three sides, the crossbars behind it, and the
        feeds that there are."""
        first, *others = self.layers.crossbars
        sides = [g.plus, g.minus, g.bias]
        if isinstance(first, Crossbar):
            rows = np.arange(len(first.bank) // first.columns)
            counts = (len(rows[side]) for side in self._sides)
            sides = [part[: first.columns, :count] for part, count in zip(sides, counts, strict=True)]
        before = [_rows(c, len(hidden.nodes)) for c, hidden in zip(others, self.layers.hidden, strict=True)]
        behind = zip(g.behind, others, before, strict=True)
        return [
            *sides,
            *(part if isinstance(c, WindowedCrossbar) else part[..., : c.columns, :n] for part, c, n in behind),
            *(part[: c.columns] for part, c in zip(g.feeds, self.layers.crossbars, strict=False) if part is not None),
        ]

    def solve(
        self, values: Values, features: FloatArray, nudging: Nudging | None
    ) -> tuple[FloatArray, IntArray] | None:
        """Return the voltages of all nodes, (phases, batch, nodes), and the iterations each point took, 0 where it
        failed; None where outputs are loaded unevenly. Arguments as in `Simulator.solve`. Within `doubles`.
        """
        batch, size = len(features), padded_size(len(features))
        given = shared_out(padded(padded(features, size), self.features, 1))
        net, arriving, settled = free(self.switched, *self.held, self.split(values), self.wired(values), given)
        phases = [self._phases(settled, levels(net, given, settled.voltages), size, batch)]
        currents = np.zeros((1, batch, self.circuit.outputs.count))
        open_load = OPEN if self.switched else 0.0
        loads = np.full((1, batch), open_load)
        if nudging is not None:
            outputs = phases[0].outputs[0]
            scores = self.layers.scores(outputs)
            values = driven_values(self.circuit, nudging, scores, slice(0, batch))
            if not self.layers.branch.is_even(values):
                return None
            pushes, siemens = pulled(self.layers.branch.addresses, values)
            pushes = np.ascontiguousarray(pushes)
            pulls = np.zeros(pushes.shape[:2]) if siemens is None else siemens
            given_pulls = shared_out(padded(pulls, size, 1), 1) if self.switched else None
            pushed = nudged(net, arriving, self._given(pushes, size), given_pulls, settled.voltages)
            phases.append(self._phases(pushed, levels(net, given, pushed.voltages), size, batch))
            currents, loads = np.concatenate([currents, pushes]), np.concatenate([loads, pulls])
        voltages = np.empty((*loads.shape, len(self.circuit.nodes)))
        voltages[..., self._sources] = self.circuit.inputs.voltages(features)
        write_phases(self.circuit, self.layers, voltages, phases, currents, loads)
        return voltages, np.concatenate([phase.iterations for phase in phases])

    def adjoint(self, values: Values, voltages: FloatArray, currents: FloatArray) -> FloatArray:
        """Return the adjoint voltages of all nodes at free operating points (points, nodes). Within `doubles`."""
        size = padded_size(len(voltages))
        layers = self.layers
        nodes = [*(hidden.nodes for hidden in layers.hidden), layers.outputs]
        above = [0 if c.reference is None else c.reference.node for c in layers.crossbars]
        drops = [voltages[:, at] - voltages[:, against, None] for at, against in zip(nodes, above, strict=True)]
        given = (padded(padded(each, size), width, 1) for each, width in zip(drops, self.sizes, strict=True))
        solved, of_references = transposed(
            self.switched,
            *self.held,
            self.split(values),
            self.wired(values),
            tuple(map(shared_out, given)),
            self._given(currents[None], size)[0],
        )
        found = np.zeros_like(voltages)
        adjoint_voltages = zip(solved, nodes, strict=True)
        parts = [gathered(x)[: len(voltages), : len(at)] for x, at in adjoint_voltages]
        write_adjoint(
            layers, found, parts, [None if r is None else gathered(r)[: len(voltages)] for r in of_references]
        )
        return found

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Addresses of all that can be varied here."""
        return frozenset(self.learned)

    @property
    def learned(self) -> list[str]:
        """The same in order: crossbars from the inputs on, then feeds."""
        return [each.address for each in self.layers.learned]

    @cached_property
    def descends(self) -> bool:
        """Whether all crossbars are trained, with rows in the order of the layers and without wires, and all feeds."""
        crossbars, parameters = self.layers.crossbars, self.circuit.parameters
        if set(parameters) != self.addresses:
            return False
        if any(each.range.logarithmic for each in parameters.values()):
            return False
        if any(parameters[feed.address].range.index is not None for feed in self.layers.feeds if feed is not None):
            return False
        return all(_alone(each, parameters[each.address].range.index is None) for each in crossbars)

    def _given(self, currents: FloatArray, size: int) -> Any:
        """Return currents into the output pairs, (phases, batch, pairs), filled up."""
        return shared_out(padded(padded(currents, size, 1), len(self.ports.positive), 2), 1)

    def _phases(self, settled: Settled, references: list[Array | None], size: int, batch: int) -> Phases:
        """Return the phases of the first samples, which come as (phases, size, nodes) or (size, nodes).

        references: their voltages, likewise.
        """
        counts = [*(len(hidden.nodes) for hidden in self.layers.hidden), len(self.layers.outputs)]
        *hidden, outputs = (
            gathered(h).reshape(-1, size, h.shape[-1])[:, :batch, :count]
            for h, count in zip(settled.voltages, counts, strict=True)
        )
        iterations = gathered(settled.iterations).reshape(-1, size)[:, :batch].astype(np.intp)
        above = [None if r is None else gathered(r).reshape(-1, size)[:, :batch] for r in references]
        return Phases(tuple(hidden), outputs, iterations, tuple(above))


def _alone(crossbar: AnyCrossbar, untied: bool) -> bool:
    """Whether a crossbar has rows in the order of the layers, no wires, and ties that the engine knows."""
    if isinstance(crossbar, WindowedCrossbar):
        return crossbar.tied or untied
    return untied and crossbar.order is None and not crossbar.bank.wires


def _rows(crossbar: AnyCrossbar, before: int) -> int:
    """Return how many rows a crossbar has behind so many nodes, those of earlier layers with them."""
    return before + (0 if crossbar.skipping is None else sum(crossbar.skipping.counts))


def _windows(crossbar: AnyCrossbar, rows: int) -> Windows | None:
    """Return through which windows a crossbar sees so many rows of the layer before; None where it sees them all."""
    if not isinstance(crossbar, WindowedCrossbar):
        return None
    return Windows(as_jax(crossbar.seen), as_jax(crossbar.back(rows)))


def _neurons(hidden: Hidden, size: int, behind: AnyCrossbar) -> Layer:
    """Return a hidden layer filled up to a size by neurons at ground. behind: the crossbar there."""
    missing = size - len(hidden.nodes)
    forward, back = (as_jax(np.pad(each, (0, missing), constant_values=1.0)) for each in (hidden.forward, hidden.back))
    ground = np.arange(size) >= len(hidden.nodes)
    offsets = None if hidden.offsets is None else as_jax(padded(hidden.offsets, size))
    windows = _windows(behind, size)
    if isinstance(hidden.clamps, Bounds):
        ends = (hidden.clamps.low, -np.inf), (hidden.clamps.high, np.inf)
        low, high = (as_jax(np.pad(each, (0, missing), constant_values=none)) for each, none in ends)
        floor = as_jax(ground.astype(float))
        return Rectifiers(low, high, forward, back, floor, offsets, windows, skipping=behind.skipping)
    rails, each = np.stack([clamp.rails for clamp in hidden.clamps]), saturations(hidden.clamps)
    if each.shape[1] > 1:
        each = np.pad(each, ((0, 0), (0, missing)), mode="edge")
    scales = np.array([clamp.model.scale for clamp in hidden.clamps])
    above, currents, to_ground = as_jax(padded(rails, size, 1)), as_jax(each), as_jax(ground.astype(float))
    column = behind.reference
    reference = None if column is None else as_jax(padded(column.conductance, size))
    return Neurons(
        above, currents, as_jax(scales), forward, back, to_ground, offsets, windows, reference, behind.skipping
    )
