"""Which crossbar reaches beyond the layer before it? One with rows of earlier layers, or of sources, beside its own."""

from collections.abc import Sequence

import numpy as np

from ebana_like.elements import IntArray, Resistors, VoltageSources
from ebana_like.simulators.crossbars import SOURCES, AnyCrossbar, Crossbar, Skipping
from ebana_like.simulators.layers import Hidden, read_only
from ebana_like.simulators.structure.remaining import Remaining, positions, same


def take_skipping(
    left: Remaining, own: IntArray, earlier: Sequence[IntArray], sources: VoltageSources
) -> tuple[Crossbar, IntArray] | None:
    """Cross out the crossbar on these rows and all of earlier layers, or any sources; return it and its columns.

    own: nodes that the layer before drives. earlier: those that the hidden layers before that one drive.
    None where there is no such crossbar.
    """
    layer_of = dict.fromkeys([*sources.positive.tolist(), *left.constants], SOURCES)
    for number, nodes in enumerate(earlier):
        layer_of |= dict.fromkeys(nodes.tolist(), number)
    for bank in left.of(Resistors):
        if bank.grid is None or not set(own.tolist()) < set(bank.grid[0].tolist()):
            continue
        rows, columns = bank.grid
        others = [node for node in rows.tolist() if node not in set(own.tolist())]
        if not layer_of.keys() >= set(others):
            continue
        at_sources = np.array([node for node in others if layer_of[node] == SOURCES], dtype=np.intp)
        numbers = dict.fromkeys(layer_of[node] for node in others)
        blocks = {k: at_sources if k == SOURCES else earlier[k] for k in numbers}
        nodes = np.concatenate([own, *blocks.values()])
        if len(nodes) != len(rows):
            continue
        left.take(bank)
        order = None if same(rows, nodes) else positions(rows, nodes)
        skipping = _skipping(left, blocks, at_sources, sources)
        return Crossbar(bank, order, len(columns), skipping=skipping), columns
    return None


def _skipping(left: Remaining, blocks: dict[int, IntArray], rows: IntArray, sources: VoltageSources) -> Skipping:
    """Return what is said of rows by blocks, of which those of sources are at so many volts of features and others."""
    inputs, numbers = left.circuit.inputs, {node: k for k, node in enumerate(sources.positive.tolist())}
    at = np.array([numbers.get(node, -1) for node in rows.tolist()], dtype=np.intp)
    feature, polarity = (np.where(at >= 0, each[at], 0) for each in (inputs.feature, inputs.polarity))
    volts = np.array([left.constants.get(node, 0.0) for node in rows.tolist()])
    return Skipping(tuple(blocks), tuple(map(len, blocks.values())), *map(read_only, (feature, polarity, volts)))


def agree(hidden: Sequence[Hidden], crossbars: Sequence[AnyCrossbar]) -> bool:
    """Say whether all ways to a column weigh alike in the co-content: amplifiers that are skipped have A / B = 1."""
    for behind, crossbar in enumerate(crossbars):
        for layer in () if crossbar.skipping is None else crossbar.skipping.layers:
            ratios = [each.forward / each.back for each in hidden[layer + 1 : behind]] if layer != SOURCES else []
            if not np.allclose(np.prod([ratio.max() for ratio in ratios]), 1, rtol=1e-14, atol=0):
                return False
    return True
