"""Is this circuit a layered network? Found from its wiring alone, whatever its nodes and banks are called.

Layered is: features (and constant sources) on the rows of a crossbar; on each of its columns an antiparallel pair of
diodes to constant sources, or any ideal diodes to such, maybe a source of current, and maybe a bidirectional amplifier;
behind them the next crossbar, and so on; the last crossbar's columns are the outputs, in pairs or each by itself. Where
a crossbar has a column of constant resistors more, what stands behind it may be read against that instead of ground.
A crossbar may have rows of earlier layers, or of sources, beside those of the layer before it. Nothing else may be in
the circuit.
"""

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import IntArray, Resistors, Synapses, index_of
from ebana_like.simulators.crossbars import Crossbar
from ebana_like.simulators.layers import Hidden, Layers, read_only
from ebana_like.simulators.structure.joins import take_behind, take_first
from ebana_like.simulators.structure.neurons import take_neurons
from ebana_like.simulators.structure.ports import output_columns, take_branch, take_feed, take_sources
from ebana_like.simulators.structure.remaining import NotLayeredError, Remaining, require
from ebana_like.simulators.structure.skips import agree
from ebana_like.values import parts


def find_layers(circuit: Circuit) -> Layers | None:
    """Return the circuit as a layered network with at least one hidden layer, or None where it is not one."""
    try:
        return _layers(Remaining(circuit))
    except NotLayeredError:
        return None


def _layers(left: Remaining) -> Layers:
    """Return the layers. Raises NotLayeredError."""
    require(all(parts(address)[1] in ("conductance", "amperes") for address in left.circuit.varied))
    sources = take_sources(left)
    branch = take_branch(left)
    first, sides, biases, columns = take_first(left, sources)
    crossbars, hidden = [first], []
    earlier: list[IntArray] = []
    while left.of(Synapses):
        layer, driven, mirrored = take_neurons(left, columns, crossbars[-1].reference)
        hidden.append(layer)
        crossbar, columns = take_behind(left, driven, mirrored, earlier, sources)
        crossbars.append(crossbar)
        earlier.append(driven)
    left.found.append(columns)
    feeds = tuple(take_feed(left, nodes) for nodes in (*(layer.nodes for layer in hidden), columns))
    for feed, each in zip(feeds, crossbars, strict=True):
        require(feed is None or each.reference is None)
    require(len({type(layer.clamps) for layer in hidden}) == 1)  # one kind of equations for all layers
    require(len(hidden) > 0 and not left.banks)
    plain = all(isinstance(c, Crossbar) and not c.mirrored and c.reference is None for c in crossbars)
    wired = any(each.bank.wires for each in crossbars)
    ideal = not isinstance(hidden[0].clamps, tuple)
    skips = any(each.skipping for each in crossbars)
    require(plain or not (wired or ideal or skips))
    require(not (wired and skips))
    require(not ideal or all(isinstance(each.bank, Resistors) for each in crossbars))
    nodes = np.concatenate([*left.found, np.array(list(left.constants), dtype=np.intp)])
    require(len(nodes) == len(left.circuit.nodes) == len(np.unique(nodes)))
    even = True
    for layer, before, crossbar in zip(hidden, [None, *hidden], crossbars, strict=False):
        joined = crossbar.bank.wires.joins_columns or crossbar.reference is not None
        even &= _same_ratio(layer) or not (joined or before)
    even = even and agree(hidden, crossbars)
    constants = np.array(list(left.constants), dtype=np.intp), np.array(list(left.constants.values()))
    arrays = (*constants, columns, *output_columns(left, columns, crossbars[-1].reference))
    plus, minus, bias_rows = map(index_of, sides)
    found = tuple(crossbars), tuple(hidden), branch, plus, minus, bias_rows, read_only(biases)
    return Layers(*found, *map(read_only, arrays), even=even, feeds=feeds)


def _same_ratio(layer: Hidden) -> bool:
    ratio = layer.forward / layer.back
    return bool(np.allclose(ratio, ratio[0], rtol=1e-14, atol=0))
