"""Is this circuit a layered network? Found from its wiring alone, whatever its nodes and banks are called.

Layered is: features (and constant sources) on the rows of a crossbar; on each of its columns an antiparallel pair of
diodes to constant sources, or any ideal diodes to such, maybe a source of current, and maybe a bidirectional amplifier;
behind them the next crossbar, and so on; the last crossbar's columns are the outputs, in pairs or each by itself. Where
a crossbar has a column of constant resistors more, what stands behind it may be read against that instead of ground.
Nothing else may be in the circuit.
"""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    BankType,
    CurrentSources,
    Diodes,
    FloatArray,
    IdealDiodes,
    IntArray,
    Resistors,
    Switches,
    Synapses,
    VoltageSources,
    index_of,
)
from ebana_like.simulators.crossbars import AnyCrossbar, Crossbar, Reference, WindowedCrossbar
from ebana_like.simulators.layers import Bounds, Branch, Clamp, Feed, Hidden, Layers, read_only
from ebana_like.simulators.windows import windows_of
from ebana_like.values import parts


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


@dataclass(frozen=True, eq=False)
class _Amplifiers:
    """Amplifiers of a layer: the nodes they drive, (2, neurons), gains A and B, and offsets, volts, (neurons,)."""

    copies: IntArray
    forward: FloatArray
    back: FloatArray
    offsets: FloatArray


class _Search:
    """Walks from the inputs to the outputs, crossing out every bank and node it has found a place for."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.left: list[Bank] = list(circuit.banks)
        self.found: list[IntArray] = []
        self.constants: dict[int, float] = {0: 0.0}

    def layers(self) -> Layers:
        """Return the layers. Raises _NotLayeredError."""
        _require(all(parts(address)[1] in ("conductance", "amperes") for address in self.circuit.varied))
        sources = self._take_sources()
        branch = self._take_branch()
        first, sides, biases, columns = self._take_first(sources)
        crossbars, hidden = [first], []
        while self._crossbars():
            layer, driven, mirrored = self._take_neurons(columns, crossbars[-1].reference)
            hidden.append(layer)
            crossbar, columns = self._take_behind(driven, mirrored)
            crossbars.append(crossbar)
        self.found.append(columns)
        feeds = tuple(self._take_feed(nodes) for nodes in (*(layer.nodes for layer in hidden), columns))
        for feed, each in zip(feeds, crossbars, strict=True):
            _require(feed is None or each.reference is None)
        _require(len({type(layer.clamps) for layer in hidden}) == 1)  # one kind of equations for all layers
        _require(len(hidden) > 0 and not self.left)
        plain = all(isinstance(c, Crossbar) and not c.mirrored and c.reference is None for c in crossbars)
        wired = any(each.bank.wires for each in crossbars)
        ideal = not isinstance(hidden[0].clamps, tuple)
        _require(plain or not (wired or ideal))
        _require(not ideal or all(isinstance(each.bank, Resistors) for each in crossbars))
        nodes = np.concatenate([*self.found, np.array(list(self.constants), dtype=np.intp)])
        _require(len(nodes) == len(self.circuit.nodes) == len(np.unique(nodes)))
        even = True
        for layer, before, crossbar in zip(hidden, [None, *hidden], crossbars, strict=False):
            joined = crossbar.bank.wires.joins_columns or crossbar.reference is not None
            even &= _same_ratio(layer) or not (joined or before)
        constants = np.array(list(self.constants), dtype=np.intp), np.array(list(self.constants.values()))
        arrays = (*constants, columns, *self._pairs(columns, crossbars[-1].reference))
        plus, minus, bias_rows = map(index_of, sides)
        found = tuple(crossbars), tuple(hidden), branch, plus, minus, bias_rows, read_only(biases)
        return Layers(*found, *map(read_only, arrays), even=even, feeds=feeds)

    def _take_sources(self) -> VoltageSources:
        """Cross out the sources between a node and ground; return the inputs."""
        inputs = self.circuit.bank(self.circuit.inputs.bank, VoltageSources)
        _require(self.circuit.inputs.count > 0 and not inputs.negative.any())
        self.found.append(inputs.positive)
        self.left.remove(inputs)
        driven = {parts(address)[0] for address in self.circuit.driven.each}
        for bank in self.circuit.of_kind(VoltageSources):
            if bank is not inputs and bank.name not in driven and not bank.negative.any():
                _require(not set(bank.positive.tolist()) & set(self.constants))
                _require(len(np.unique(bank.positive)) == len(bank))
                self.constants.update(zip(bank.positive.tolist(), bank.voltage.tolist(), strict=True))
                self.left.remove(bank)
        return inputs

    def _take_branch(self) -> Branch:
        """Cross out the branches by which outputs are nudged."""
        circuit, driven, outputs = self.circuit, self.circuit.driven, self.circuit.outputs
        held, loads, sources = (driven.banks(field) for field in ("amperes", "conductance", "voltage"))
        if (len(held), len(loads), len(sources)) == (1, 0, 0):
            source = circuit.bank(held[0], CurrentSources)
            _require(_same(source.positive, outputs.negative) and _same(source.negative, outputs.positive))
            self.left.remove(source)
            return Branch(driven.addresses, *(np.zeros(0, dtype=np.intp),) * 3)
        _require((len(held), len(loads), len(sources)) == (0, 1, 2))
        resistors = circuit.named(loads[0])
        targets, control = sorted(
            (circuit.bank(name, VoltageSources) for name in sources),
            key=lambda bank: not _same(bank.positive, resistors.positive),
        )
        switches = self._of(Switches)
        _require(len(switches) == 1 and len(control) == 1 and targets in self.left and control not in self.left)
        (switch,) = switches
        _require(_same(targets.negative, outputs.negative) and _same(resistors.positive, targets.positive))
        _require(_same(switch.positive, resistors.negative) and _same(switch.negative, outputs.positive))
        _require(not switch.control_negative.any() and (switch.control_positive == control.positive[0]).all())
        self.left = [bank for bank in self.left if bank not in (targets, resistors, switch)]
        self.found += [targets.positive, switch.positive, control.positive]
        del self.constants[int(control.positive[0])]  # the one source here that does not stay as it is
        addresses = f"{targets.name}.voltage", f"{resistors.name}.conductance", f"{control.name}.voltage"
        return Branch(addresses, *map(read_only, (targets.positive, switch.positive, control.positive)))

    def _crossbars(self) -> list[Synapses]:
        return self._of(Synapses)

    def _take_crossbar(self, nodes: list[int]) -> tuple[Synapses, IntArray, IntArray] | None:
        """Cross out the crossbar whose rows are among these nodes; return it with its rows and columns, if any.

        One of a single column may be the reference of another, and comes last.
        """
        wanted = set(nodes)
        grids = [(bank, *bank.grid) for bank in self._crossbars() if bank.grid is not None]
        for found in sorted(grids, key=lambda grid: len(grid[2]) == 1):
            if wanted.issuperset(found[1].tolist()):
                self.left.remove(found[0])
                return found
        return None

    def _take_reference(self, rows: IntArray) -> Reference | None:
        """Cross out the column of constant resistors on these rows, if there is one, and the sources that stand on it;
        its conductances are in the order of the rows."""
        for bank in self._of(Resistors):
            if (
                bank.grid is None
                or len(bank.grid[1]) != 1
                or bank.trainable
                or set(bank.grid[0].tolist()) != set(rows.tolist())
            ):
                continue
            node = int(bank.negative[0])
            self.left.remove(bank)
            on_it = [b for b in self._of(VoltageSources) if (b.negative == node).all()]
            self.left = [each for each in self.left if each not in on_it]
            rails = np.concatenate([np.zeros(0, dtype=np.intp), *(b.positive for b in on_it)])
            volts = np.concatenate([np.zeros(0), *(b.voltage for b in on_it)])
            self.found += [np.array([node], dtype=np.intp), rails]
            siemens = bank.conductance[_positions(bank.positive, rows)]
            return Reference(node, *map(read_only, (siemens, rails, volts)))
        return None

    def _take_windows(self, nodes: list[int]) -> tuple[Resistors, IntArray, IntArray, bool]:
        """Cross out the crossbar that sees these nodes through windows; return it with the nodes of each window,
        (windows, rows of one), its columns, and whether all windows share a conductance."""
        wanted = set(nodes)
        for bank in self._of(Resistors):
            found = windows_of(bank)
            if found is not None and wanted.issuperset(np.unique(found.rows).tolist()):
                self.left.remove(bank)
                return bank, found.rows, found.columns, found.tied
        raise _NotLayeredError

    def _take_first(
        self, sources: VoltageSources
    ) -> tuple[AnyCrossbar, tuple[IntArray, IntArray, IntArray], FloatArray, IntArray]:
        """Cross out the first crossbar; return it, its rows by what they carry, its constants, and its columns."""
        nodes = sources.positive.tolist() + list(self.constants)
        if (whole := self._take_crossbar(nodes)) is not None:
            bank, rows, columns = whole
            sides = self._sides(rows, sources)
            biases = np.array([self.constants[node] for node in rows[sides[2]].tolist()])
            return Crossbar(bank, None, len(columns), reference=self._take_reference(rows)), sides, biases, columns
        seen_through, windows, columns, tied = self._take_windows(nodes)
        source_at = {node: k for k, node in enumerate(sources.positive.tolist())}
        numbers = np.array([[source_at.get(node, -1) for node in window] for window in windows.tolist()])
        polarity = np.where(numbers >= 0, self.circuit.inputs.polarity[numbers], 0.0)
        _require(bool((polarity == polarity[0]).all()) and bool(np.isin(polarity[0], (-1, 0, 1)).all()))
        plus, minus, constant = (np.flatnonzero(polarity[0] == sign) for sign in (1, -1, 0))
        features = self.circuit.inputs.feature
        seen = features[numbers[:, plus]]
        _require(bool(not minus.size or _same(features[numbers[:, minus]], seen)))
        _require(bool((windows[:, constant] == windows[0, constant]).all()))
        biases = np.array([self.constants[node] for node in windows[0, constant].tolist()])
        every = np.arange(self.circuit.inputs.count)
        sides = every, every if minus.size else every[:0], np.arange(len(constant))
        return WindowedCrossbar(seen_through, len(columns), (plus, minus, constant), seen, tied), sides, biases, columns

    def _take_behind(self, driven: IntArray, mirrored: IntArray) -> tuple[AnyCrossbar, IntArray]:
        """Cross out the crossbar behind neurons; return it and its columns."""
        nodes = np.concatenate([driven, mirrored])
        if (whole := self._take_crossbar(nodes.tolist())) is not None:
            bank, rows, columns = whole
            order = None if _same(rows, nodes) else _positions(rows, nodes)
            reference = self._take_reference(nodes)
            _require(reference is None or not mirrored.size)
            return Crossbar(bank, order, len(columns), bool(mirrored.size), reference), columns
        seen_through, windows, columns, tied = self._take_windows(nodes.tolist())
        at = {node: k for k, node in enumerate(nodes.tolist())}
        numbers = np.array([[at[node] for node in window] for window in windows.tolist()])
        behind = numbers >= len(driven)
        _require(bool((behind == behind[0]).all()))
        plus, minus = np.flatnonzero(~behind[0]), np.flatnonzero(behind[0])
        seen = numbers[:, plus]
        _require(not mirrored.size or _same(numbers[:, minus], seen + len(driven)))
        return WindowedCrossbar(seen_through, len(columns), (plus, minus), seen, tied), columns

    def _sides(self, rows: IntArray, sources: VoltageSources) -> tuple[IntArray, IntArray, IntArray]:
        """Sort the first crossbar's rows into features, their negatives, and constants."""
        inputs = self.circuit.inputs
        source_at = {node: k for k, node in enumerate(sources.positive.tolist())}
        numbers = np.array([source_at.get(node, -1) for node in rows.tolist()])
        _require(np.isin(np.abs(inputs.polarity), 1).all())
        sides = []
        for polarity in (1, -1):
            at = np.flatnonzero((numbers >= 0) & (inputs.polarity[numbers] == polarity))
            features = inputs.feature[numbers[at]]
            order = np.argsort(features)
            _require(_same(features[order], np.arange(inputs.count)) or (polarity < 0 and not at.size))
            sides.append(at[order])
        return sides[0], sides[1], np.flatnonzero(numbers < 0)

    def _take_neurons(self, nodes: IntArray, reference: Reference | None) -> tuple[Hidden, IntArray, IntArray]:
        """Cross out the diodes and amplifiers at these nodes; return the layer, the nodes it drives, and those that it
        drives in mirror."""
        constants = self.constants if reference is None else reference.constants
        clamps = self._take_bounds(nodes) or (
            self._take_diodes(nodes, "positive", constants),
            self._take_diodes(nodes, "negative", constants),
        )
        self.found.append(nodes)
        ones = read_only(np.ones(len(nodes)))
        amplifiers = [bank for bank in self._of(VCVS) if np.isin(bank.control_positive, nodes).any()]
        if not amplifiers:
            _require(reference is None)  # what the next rows are at is read against ground
            none = np.zeros((0, len(nodes)), dtype=np.intp)
            return Hidden(read_only(nodes), none, clamps, ones, ones), nodes, nodes[:0]
        _require(len(amplifiers) <= 2)
        against = 0 if reference is None else reference.node
        first, *others = (self._take_amplifier(bank, nodes, against) for bank in amplifiers)
        if others:
            first, other = sorted([first, *others], key=lambda each: -float(each.forward[0]))
            _require((first.forward == -other.forward).all() and (first.back == -other.back).all())
            _require(not first.offsets.any() and not other.offsets.any())
        mirrored = other.copies if others else None
        _require(reference is None or not first.offsets.any())
        offsets = read_only(first.offsets) if first.offsets.any() else None
        gains = read_only(first.forward), read_only(first.back)
        hidden = Hidden(read_only(nodes), read_only(first.copies), clamps, *gains, offsets, mirrored)
        return hidden, first.copies[1], nodes[:0] if mirrored is None else mirrored[1]

    def _take_amplifier(self, forward: VCVS, nodes: IntArray, against: int) -> "_Amplifiers":
        """Cross out the amplifiers at these nodes that the given sources are part of, and that are read against one."""
        at = _positions(forward.control_positive, nodes)
        _require(not forward.negative.any() and bool((forward.control_negative == against).all()))
        driven = forward.positive[at]
        meter = self._only(VoltageSources, driven, "positive")
        meter_at = _positions(meter.positive, driven)
        meter_labels = np.array(meter.labels)[meter_at]
        backs = [bank for bank in self._of(CCCS) if set(bank.control) == set(meter_labels.tolist())]
        _require(len(backs) == 1)
        back = backs[0]
        back_at = _positions(back.positive, nodes)
        _require(bool((back.negative == against).all() and (np.array(back.control)[back_at] == meter_labels).all()))
        ends = meter.negative[meter_at]
        for bank in (forward, meter, back):
            self.left.remove(bank)
        copies = np.stack([driven, ends])
        self.found.append(copies.ravel())
        _require((forward.gain[at] * back.gain[back_at] > 0).all())
        return _Amplifiers(copies, forward.gain[at], back.gain[back_at], -meter.voltage[meter_at])

    def _take_diodes(self, nodes: IntArray, side: str, constants: dict[int, float]) -> Clamp:
        """Cross out the bank with one diode at each node, this side towards it and a constant source behind it.

        constants: volts of those sources by node.
        """
        bank = self._only(Diodes, nodes, side)
        at = _positions(getattr(bank, side), nodes)
        rails = getattr(bank, "negative" if side == "positive" else "positive")[at].tolist()
        _require(set(rails) <= set(constants))
        self.left.remove(bank)
        volts = np.array([constants[rail] for rail in rails])
        return Clamp(bank.model, read_only(volts), read_only(bank.area[at]))

    def _take_bounds(self, nodes: IntArray) -> Bounds | None:
        """Cross out the ideal diodes between these nodes and constant sources, if there are any."""
        at = {node: k for k, node in enumerate(nodes.tolist())}
        low, high = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)
        banks = self._of(IdealDiodes)
        banks = [bank for bank in banks if set(at) & {*bank.positive.tolist(), *bank.negative.tolist()}]
        for bank in banks:
            for anode, cathode in zip(bank.positive.tolist(), bank.negative.tolist(), strict=True):
                is_above = anode in at  # the node's voltage is at most that of the cathode
                node, rail = (anode, cathode) if is_above else (cathode, anode)
                _require(node in at and rail in self.constants)
                if is_above:
                    high[at[node]] = min(high[at[node]], self.constants[rail])
                else:
                    low[at[node]] = max(low[at[node]], self.constants[rail])
            self.left.remove(bank)
        _require(bool((low <= high).all()))
        return Bounds(read_only(low), read_only(high)) if banks else None

    def _take_feed(self, nodes: IntArray) -> Feed | None:
        """Cross out the bank of current sources from ground into each of these nodes, if there is one."""
        for bank in self._of(CurrentSources):
            if np.isin(bank.negative, nodes).any():
                _require(not bank.positive.any())
                self.left.remove(bank)
                return Feed(bank, read_only(_positions(bank.negative, nodes)))
        return None

    def _of(self, kind: type[BankType]) -> list[BankType]:
        """Return what is left of a kind."""
        return [bank for bank in self.left if isinstance(bank, kind)]

    def _only(self, kind: type[BankType], nodes: IntArray, side: str) -> BankType:
        """Return the one bank of the kind that has these nodes on this side."""
        found = [bank for bank in self._of(kind) if np.isin(getattr(bank, side), nodes).any()]
        _require(len(found) == 1)
        return found[0]

    def _pairs(self, columns: IntArray, reference: Reference | None) -> tuple[IntArray, IntArray]:
        at = {node: k for k, node in enumerate(columns.tolist())}
        against = 0 if reference is None else reference.node
        if (self.circuit.outputs.negative == against).all():  # each by itself
            ends = self.circuit.outputs.positive.tolist()
            _require(set(ends) <= set(at) and len(set(ends)) == len(ends))
            return np.array([at[node] for node in ends]), np.zeros(0, dtype=np.intp)
        _require(reference is None)
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
