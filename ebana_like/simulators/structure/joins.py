"""Which banks join the layers, and how do their rows and columns stand? Whole crossbars and windowed ones."""

from collections.abc import Sequence

import numpy as np

from ebana_like.elements import FloatArray, IntArray, Resistors, Synapses, VoltageSources
from ebana_like.simulators.crossbars import AnyCrossbar, Crossbar, Reference, WindowedCrossbar
from ebana_like.simulators.layers import read_only
from ebana_like.simulators.structure.remaining import NotLayeredError, Remaining, positions, require, same
from ebana_like.simulators.structure.skips import take_skipping
from ebana_like.simulators.structure.windows import windows_of


def take_first(
    left: Remaining, sources: VoltageSources
) -> tuple[AnyCrossbar, tuple[IntArray, IntArray, IntArray], FloatArray, IntArray]:
    """Cross out the first crossbar; return it, its rows by what they carry, its constants, and its columns."""
    nodes = sources.positive.tolist() + list(left.constants)
    if (whole := _take_whole(left, nodes)) is not None:
        bank, rows, columns = whole
        sides = _sides(left, rows, sources)
        biases = np.array([left.constants[node] for node in rows[sides[2]].tolist()])
        return Crossbar(bank, None, len(columns), reference=_take_reference(left, rows)), sides, biases, columns
    seen_through, windows, columns, tied = _take_windows(left, nodes)
    source_at = {node: k for k, node in enumerate(sources.positive.tolist())}
    numbers = np.array([[source_at.get(node, -1) for node in window] for window in windows.tolist()])
    polarity = np.where(numbers >= 0, left.circuit.inputs.polarity[numbers], 0.0)
    require(bool((polarity == polarity[0]).all()) and bool(np.isin(polarity[0], (-1, 0, 1)).all()))
    plus, minus, constant = (np.flatnonzero(polarity[0] == sign) for sign in (1, -1, 0))
    features = left.circuit.inputs.feature
    seen = features[numbers[:, plus]]
    require(bool(not minus.size or same(features[numbers[:, minus]], seen)))
    require(bool((windows[:, constant] == windows[0, constant]).all()))
    biases = np.array([left.constants[node] for node in windows[0, constant].tolist()])
    every = np.arange(left.circuit.inputs.count)
    sides = every, every if minus.size else every[:0], np.arange(len(constant))
    return WindowedCrossbar(seen_through, len(columns), (plus, minus, constant), seen, tied), sides, biases, columns


def take_behind(
    left: Remaining, driven: IntArray, mirrored: IntArray, earlier: Sequence[IntArray], sources: VoltageSources
) -> tuple[AnyCrossbar, IntArray]:
    """Cross out the crossbar behind neurons; return it and its columns.

    earlier: nodes that the hidden layers before those drive. sources: the inputs.
    """
    nodes = np.concatenate([driven, mirrored])
    if (whole := _take_whole(left, nodes.tolist())) is not None:
        bank, rows, columns = whole
        order = None if same(rows, nodes) else positions(rows, nodes)
        reference = _take_reference(left, nodes)
        require(reference is None or not mirrored.size)
        return Crossbar(bank, order, len(columns), bool(mirrored.size), reference), columns
    if not mirrored.size and (skipping := take_skipping(left, nodes, earlier, sources)) is not None:
        return skipping
    seen_through, windows, columns, tied = _take_windows(left, nodes.tolist())
    at = {node: k for k, node in enumerate(nodes.tolist())}
    numbers = np.array([[at[node] for node in window] for window in windows.tolist()])
    behind = numbers >= len(driven)
    require(bool((behind == behind[0]).all()))
    plus, minus = np.flatnonzero(~behind[0]), np.flatnonzero(behind[0])
    seen = numbers[:, plus]
    require(not mirrored.size or same(numbers[:, minus], seen + len(driven)))
    return WindowedCrossbar(seen_through, len(columns), (plus, minus), seen, tied), columns


def _take_whole(left: Remaining, nodes: list[int]) -> tuple[Synapses, IntArray, IntArray] | None:
    """Cross out the crossbar whose rows are among these nodes; return it with its rows and columns, if any.

    One of a single column may be the reference of another, and comes last.
    """
    wanted = set(nodes)
    grids = [(bank, *bank.grid) for bank in left.of(Synapses) if bank.grid is not None]
    for found in sorted(grids, key=lambda grid: len(grid[2]) == 1):
        if wanted.issuperset(found[1].tolist()):
            left.take(found[0])
            return found
    return None


def _take_reference(left: Remaining, rows: IntArray) -> Reference | None:
    """Cross out the column of constant resistors on these rows, if there is one, and the sources that stand on it;
    its conductances are in the order of the rows."""
    for bank in left.of(Resistors):
        if (
            bank.grid is None
            or len(bank.grid[1]) != 1
            or bank.trainable
            or set(bank.grid[0].tolist()) != set(rows.tolist())
        ):
            continue
        node = int(bank.negative[0])
        left.take(bank)
        on_it = [b for b in left.of(VoltageSources) if (b.negative == node).all()]
        left.take(*on_it)
        rails = np.concatenate([np.zeros(0, dtype=np.intp), *(b.positive for b in on_it)])
        volts = np.concatenate([np.zeros(0), *(b.voltage for b in on_it)])
        left.found += [np.array([node], dtype=np.intp), rails]
        siemens = bank.conductance[positions(bank.positive, rows)]
        return Reference(node, *map(read_only, (siemens, rails, volts)))
    return None


def _take_windows(left: Remaining, nodes: list[int]) -> tuple[Resistors, IntArray, IntArray, bool]:
    """Cross out the crossbar that sees these nodes through windows; return it with the nodes of each window,
    (windows, rows of one), its columns, and whether all windows share a conductance."""
    wanted = set(nodes)
    for bank in left.of(Resistors):
        found = windows_of(bank)
        if found is not None and wanted.issuperset(np.unique(found.rows).tolist()):
            left.take(bank)
            return bank, found.rows, found.columns, found.tied
    raise NotLayeredError


def _sides(left: Remaining, rows: IntArray, sources: VoltageSources) -> tuple[IntArray, IntArray, IntArray]:
    """Sort the first crossbar's rows into features, their negatives, and constants."""
    inputs = left.circuit.inputs
    source_at = {node: k for k, node in enumerate(sources.positive.tolist())}
    numbers = np.array([source_at.get(node, -1) for node in rows.tolist()])
    require(np.isin(np.abs(inputs.polarity), 1).all())
    sides = []
    for polarity in (1, -1):
        at = np.flatnonzero((numbers >= 0) & (inputs.polarity[numbers] == polarity))
        features = inputs.feature[numbers[at]]
        order = np.argsort(features)
        require(same(features[order], np.arange(inputs.count)) or (polarity < 0 and not at.size))
        sides.append(at[order])
    return sides[0], sides[1], np.flatnonzero(numbers < 0)
