"""Is this circuit a layered network? Found from its wiring alone, whatever its nodes and banks are called.

Layered is: features (and constant sources) on the rows of a crossbar; on each of its columns an antiparallel pair of
diodes to constant sources, and maybe a bidirectional amplifier; behind them the next crossbar, and so on; the last
crossbar's columns are the outputs. Nothing else may be in the circuit.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit, CurrentNudging
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    CurrentSources,
    Diodes,
    DiodeModel,
    FloatArray,
    IntArray,
    Resistors,
    Switches,
    VoltageSources,
)


@dataclass(frozen=True, eq=False)
class Crossbar:
    """A bank of resistors that joins each of its rows with each of its columns.

    order: position of each layer node among the rows as the bank has them, (rows,), or None where they are the same.
    """

    bank: Resistors
    rows: int
    columns: int
    order: IntArray | None

    def matrix(self, conductance: FloatArray) -> FloatArray:
        """Return the conductances (columns, rows), siemens, rows in the order of the layer before."""
        matrix = conductance.reshape(self.columns, self.rows)
        return matrix if self.order is None else np.ascontiguousarray(matrix[:, self.order])


@dataclass(frozen=True, eq=False)
class Clamp:
    """One diode from, or to, each neuron of a layer.

    rails: voltage of the source at the diode's other end, (neurons,), volts.
    """

    model: DiodeModel
    rails: FloatArray


@dataclass(frozen=True, eq=False)
class Hidden:
    """One hidden layer.

    nodes: of the neurons, (neurons,). driven: nodes whose voltage is A times the neuron's, (copies, neurons).
    up, down: the diodes that draw current from the neurons when they are high, and feed them when they are low.
    forward, back: gains A of the VCVS and B of the CCCS, (neurons,); 1 where there is no amplifier.
    """

    nodes: IntArray
    driven: IntArray
    up: Clamp
    down: Clamp
    forward: FloatArray
    back: FloatArray


@dataclass(frozen=True, eq=False)
class Layers:
    """A layered network.

    crossbars: one more than hidden layers.
    source_nodes: of the input bank, (sources,).
    feature_rows, bias_rows: where its sources, and the constant ones, stand among the first crossbar's rows.
    features, polarities: what each feature row carries. biases: volts of the bias rows.
    constant_nodes, constants: nodes at a voltage that never changes, ground among them, and that voltage.
    outputs: last crossbar's columns. positive, negative: positions of the output pairs among them.
    target_nodes, inner_nodes: of the switched nudging branches; empty where currents are held.
    """

    crossbars: tuple[Crossbar, ...]
    hidden: tuple[Hidden, ...]
    source_nodes: IntArray
    feature_rows: IntArray
    bias_rows: IntArray
    features: IntArray
    polarities: FloatArray
    biases: FloatArray
    constant_nodes: IntArray
    constants: FloatArray
    outputs: IntArray
    positive: IntArray
    negative: IntArray
    target_nodes: IntArray
    inner_nodes: IntArray


def find_layers(circuit: Circuit) -> Layers | None:
    """Return the circuit as a layered network with at least one hidden layer, or None where it is not one."""
    try:
        return _Search(circuit).layers()
    except _NotLayeredError:
        return None


class _NotLayeredError(Exception):
    """Something in the circuit has no place in a layered network."""


def _require(condition: bool | np.bool_) -> None:
    if not condition:
        raise _NotLayeredError


class _Search:
    """Walks from the inputs to the outputs, crossing out every bank and node it has found a place for."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.left: list[Bank] = list(circuit.banks)
        self.found: list[IntArray] = []
        self.constants: dict[int, float] = {0: 0.0}

    def layers(self) -> Layers:
        """Return the layers. Raises _NotLayeredError."""
        sources = self._take_sources()
        target_nodes, inner_nodes = self._take_nudging()
        first, columns = self._take_crossbar(None)
        rows = self._rows(first, sources)
        crossbars, hidden = [first], []
        while any(isinstance(bank, Resistors) for bank in self.left):
            layer, driven = self._take_neurons(columns)
            hidden.append(layer)
            crossbar, columns = self._take_crossbar(driven)
            crossbars.append(crossbar)
        self._find(columns)
        _require(len(hidden) > 0 and not self.left)
        nodes = np.concatenate([*self.found, np.array(list(self.constants), dtype=np.intp)])
        _require(len(nodes) == len(self.circuit.nodes) == len(np.unique(nodes)))
        _require(len(hidden) == 1 or all(_same_ratio(layer) for layer in hidden))
        inputs = self.circuit.inputs
        return Layers(
            tuple(crossbars),
            tuple(hidden),
            sources.positive,
            *rows,
            np.array(list(self.constants), dtype=np.intp),
            np.array(list(self.constants.values())),
            columns,
            *self._pairs(columns),
            target_nodes,
            inner_nodes,
        ) if inputs.count else self._fail()

    def _fail(self) -> Layers:
        raise _NotLayeredError

    def _find(self, nodes: IntArray) -> None:
        self.found.append(nodes)

    def _take_sources(self) -> VoltageSources:
        """Cross out the sources between a node and ground; return the inputs."""
        inputs = self.circuit.bank(self.circuit.inputs.bank, VoltageSources)
        _require(not inputs.negative.any())
        self._find(inputs.positive)
        self.left.remove(inputs)
        for bank in self.circuit.of_kind(VoltageSources):
            if bank is not inputs and not bank.negative.any():
                _require(not set(bank.positive.tolist()) & set(self.constants))
                _require(len(np.unique(bank.positive)) == len(bank))
                self.constants.update(zip(bank.positive.tolist(), bank.voltage.tolist(), strict=True))
                self.left.remove(bank)
        return inputs

    def _take_nudging(self) -> tuple[IntArray, IntArray]:
        """Cross out the nudging branches; return their target and inner nodes."""
        circuit, nudger, outputs = self.circuit, self.circuit.nudger, self.circuit.outputs
        none = np.zeros(0, dtype=np.intp)
        if isinstance(nudger, CurrentNudging):
            bank = circuit.bank(nudger.bank, CurrentSources)
            _require(_same(bank.positive, outputs.negative) and _same(bank.negative, outputs.positive))
            self.left.remove(bank)
            return none, none
        targets = circuit.bank(nudger.targets, VoltageSources)
        resistors = circuit.bank(nudger.resistors, Resistors)
        control = circuit.bank(nudger.control, VoltageSources)
        switches = [bank for bank in self.left if isinstance(bank, Switches)]
        _require(len(switches) == 1 and len(control) == 1 and targets in self.left and control not in self.left)
        (switch,) = switches
        _require(_same(targets.negative, outputs.negative) and _same(resistors.positive, targets.positive))
        _require(_same(switch.positive, resistors.negative) and _same(switch.negative, outputs.positive))
        _require(not switch.control_negative.any() and (switch.control_positive == control.positive[0]).all())
        for bank in (targets, resistors, switch):
            self.left.remove(bank)
        self._find(targets.positive)
        self._find(switch.positive)
        return targets.positive, switch.positive

    def _take_crossbar(self, rows: IntArray | None) -> tuple[Crossbar, IntArray]:
        """Cross out the crossbar with these rows, or the one whose rows are all sources; return it and its columns."""
        wanted = set(self.found[0].tolist()) | set(self.constants) if rows is None else set(rows.tolist())
        for bank in self.left:
            if isinstance(bank, Resistors) and bank.grid is not None:
                found, columns = bank.grid
                if not wanted.issuperset(found.tolist()):
                    continue
                order = None
                if rows is not None:
                    _require(len(found) == len(rows) == len(set(found.tolist())))
                    at = {node: k for k, node in enumerate(found.tolist())}
                    order = np.array([at[node] for node in rows.tolist()])
                    order = None if _same(order, np.arange(len(rows))) else order
                self.left.remove(bank)
                return Crossbar(bank, len(found), len(columns), order), columns
        raise _NotLayeredError

    def _rows(
        self, crossbar: Crossbar, sources: VoltageSources
    ) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]:
        """Sort the first crossbar's rows into features and constants."""
        assert crossbar.bank.grid is not None
        rows = crossbar.bank.grid[0]
        source_at = {node: k for k, node in enumerate(sources.positive.tolist())}
        is_source = np.array([node in source_at for node in rows.tolist()])
        carried = np.array([source_at[node] for node in rows[is_source].tolist()], dtype=np.intp)
        biases = np.array([self.constants[node] for node in rows[~is_source].tolist()])
        inputs = self.circuit.inputs
        return (
            np.flatnonzero(is_source),
            np.flatnonzero(~is_source),
            inputs.feature[carried],
            inputs.polarity[carried],
            biases,
        )

    def _take_neurons(self, nodes: IntArray) -> tuple[Hidden, IntArray]:
        """Cross out the diodes and amplifiers at these nodes; return the layer and the nodes it drives."""
        up, down = self._take_diodes(nodes, "positive"), self._take_diodes(nodes, "negative")
        self._find(nodes)
        ones = np.ones(len(nodes))
        forwards = [bank for bank in self.left if isinstance(bank, VCVS) and np.isin(bank.control_positive, nodes).any()]
        if not forwards:
            return Hidden(nodes, np.zeros((0, len(nodes)), dtype=np.intp), up, down, ones, ones), nodes
        (forward,) = forwards
        at = _positions(forward.control_positive, nodes)
        _require(not forward.negative.any() and not forward.control_negative.any())
        driven = forward.positive[at]
        meter = self._only(VoltageSources, driven, "positive")
        meter_at = _positions(meter.positive, driven)
        _require(not meter.voltage.any())
        back = self._only(CCCS, nodes, "positive")
        back_at = _positions(back.positive, nodes)
        meter_labels = np.array(meter.labels)[meter_at]
        _require(not back.negative.any() and (np.array(back.control)[back_at] == meter_labels).all())
        ends = meter.negative[meter_at]
        for bank in (forward, meter, back):
            self.left.remove(bank)
        copies = np.stack([driven, ends])
        self._find(copies.ravel())
        _require((forward.gain * back.gain[back_at][np.argsort(at)] > 0).all())
        return Hidden(nodes, copies, up, down, forward.gain[at], back.gain[back_at]), ends

    def _take_diodes(self, nodes: IntArray, side: str) -> Clamp:
        """Cross out the bank with one diode at each node, this side towards it and a constant source behind it."""
        bank = self._only(Diodes, nodes, side)
        at = _positions(getattr(bank, side), nodes)
        rails = getattr(bank, "negative" if side == "positive" else "positive")[at].tolist()
        _require(set(rails) <= set(self.constants))
        self.left.remove(bank)
        return Clamp(bank.model, np.array([self.constants[rail] for rail in rails]))

    def _only(self, kind: type[Diodes] | type[VoltageSources] | type[CCCS], nodes: IntArray, side: str):  # type: ignore[no-untyped-def]
        """Return the one bank of the kind that has these nodes on this side."""
        found = [b for b in self.left if isinstance(b, kind) and np.isin(getattr(b, side), nodes).any()]
        _require(len(found) == 1)
        return found[0]

    def _pairs(self, columns: IntArray) -> tuple[IntArray, IntArray]:
        at = {node: k for k, node in enumerate(columns.tolist())}
        ends = [*self.circuit.outputs.positive.tolist(), *self.circuit.outputs.negative.tolist()]
        _require(set(ends) <= set(at) and len(set(ends)) == len(ends))
        positions = np.array([at[node] for node in ends])
        return positions[: len(positions) // 2], positions[len(positions) // 2 :]


def _positions(found: IntArray, wanted: IntArray) -> IntArray:
    """Where each wanted node stands among the found ones, which must be the same nodes, once each."""
    _require(len(found) == len(wanted) and _same(np.sort(found), np.sort(wanted)))
    order = np.argsort(found)
    return np.asarray(order[np.searchsorted(found, wanted, sorter=order)])


def _same(a: IntArray, b: IntArray) -> bool:
    return np.array_equal(a, b)


def _same_ratio(layer: Hidden) -> bool:
    ratio = layer.forward / layer.back
    return bool(np.allclose(ratio, ratio[0], rtol=1e-14, atol=0))
