"""What stands at a layer's nodes? Pairs of diodes or ideal ones, and amplifiers that drive the next rows."""

from dataclasses import dataclass

import numpy as np

from ebana_like.elements import CCCS, VCVS, Diodes, FloatArray, IdealDiodes, IntArray, VoltageSources
from ebana_like.simulators.crossbars import Reference
from ebana_like.simulators.layers import Bounds, Clamp, Hidden, read_only
from ebana_like.simulators.structure.remaining import Remaining, positions, require


@dataclass(frozen=True, eq=False)
class _Amplifiers:
    """Amplifiers of a layer: the nodes they drive, (2, neurons), gains A and B, and offsets, volts, (neurons,)."""

    copies: IntArray
    forward: FloatArray
    back: FloatArray
    offsets: FloatArray


def take_neurons(left: Remaining, nodes: IntArray, reference: Reference | None) -> tuple[Hidden, IntArray, IntArray]:
    """Cross out the diodes and amplifiers at these nodes; return the layer, the nodes it drives, and those that it
    drives in mirror."""
    constants = left.constants if reference is None else reference.constants
    clamps = _take_bounds(left, nodes) or (
        _take_diodes(left, nodes, "positive", constants),
        _take_diodes(left, nodes, "negative", constants),
    )
    left.found.append(nodes)
    ones = read_only(np.ones(len(nodes)))
    amplifiers = [bank for bank in left.of(VCVS) if np.isin(bank.control_positive, nodes).any()]
    if not amplifiers:
        require(reference is None)  # what the next rows are at is read against ground
        none = np.zeros((0, len(nodes)), dtype=np.intp)
        return Hidden(read_only(nodes), none, clamps, ones, ones), nodes, nodes[:0]
    require(len(amplifiers) <= 2)
    against = 0 if reference is None else reference.node
    first, *others = (_take_amplifier(left, bank, nodes, against) for bank in amplifiers)
    if others:
        first, other = sorted([first, *others], key=lambda each: -float(each.forward[0]))
        require((first.forward == -other.forward).all() and (first.back == -other.back).all())
        require(not first.offsets.any() and not other.offsets.any())
    mirrored = other.copies if others else None
    require(reference is None or not first.offsets.any())
    offsets = read_only(first.offsets) if first.offsets.any() else None
    gains = read_only(first.forward), read_only(first.back)
    hidden = Hidden(read_only(nodes), read_only(first.copies), clamps, *gains, offsets, mirrored)
    return hidden, first.copies[1], nodes[:0] if mirrored is None else mirrored[1]


def _take_amplifier(left: Remaining, forward: VCVS, nodes: IntArray, against: int) -> _Amplifiers:
    """Cross out the amplifiers at these nodes that the given sources are part of, and that are read against one."""
    at = positions(forward.control_positive, nodes)
    require(not forward.negative.any() and bool((forward.control_negative == against).all()))
    driven = forward.positive[at]
    meter = left.only(VoltageSources, driven, "positive")
    meter_at = positions(meter.positive, driven)
    meter_labels = np.array(meter.labels)[meter_at]
    backs = [bank for bank in left.of(CCCS) if set(bank.control) == set(meter_labels.tolist())]
    require(len(backs) == 1)
    back = backs[0]
    back_at = positions(back.positive, nodes)
    require(bool((back.negative == against).all() and (np.array(back.control)[back_at] == meter_labels).all()))
    ends = meter.negative[meter_at]
    for bank in (forward, meter, back):
        left.take(bank)
    copies = np.stack([driven, ends])
    left.found.append(copies.ravel())
    require((forward.gain[at] * back.gain[back_at] > 0).all())
    return _Amplifiers(copies, forward.gain[at], back.gain[back_at], -meter.voltage[meter_at])


def _take_diodes(left: Remaining, nodes: IntArray, side: str, constants: dict[int, float]) -> Clamp:
    """Cross out the bank with one diode at each node, this side towards it and a constant source behind it.

    constants: volts of those sources by node.
    """
    bank = left.only(Diodes, nodes, side)
    at = positions(getattr(bank, side), nodes)
    rails = getattr(bank, "negative" if side == "positive" else "positive")[at].tolist()
    require(set(rails) <= set(constants))
    left.take(bank)
    volts = np.array([constants[rail] for rail in rails])
    return Clamp(bank.model, read_only(volts), read_only(bank.area[at]))


def _take_bounds(left: Remaining, nodes: IntArray) -> Bounds | None:
    """Cross out the ideal diodes between these nodes and constant sources, if there are any."""
    at = {node: k for k, node in enumerate(nodes.tolist())}
    low, high = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)
    banks = left.of(IdealDiodes)
    banks = [bank for bank in banks if set(at) & {*bank.positive.tolist(), *bank.negative.tolist()}]
    for bank in banks:
        for anode, cathode in zip(bank.positive.tolist(), bank.negative.tolist(), strict=True):
            is_above = anode in at  # the node's voltage is at most that of the cathode
            node, rail = (anode, cathode) if is_above else (cathode, anode)
            require(node in at and rail in left.constants)
            if is_above:
                high[at[node]] = min(high[at[node]], left.constants[rail])
            else:
                low[at[node]] = max(low[at[node]], left.constants[rail])
        left.take(bank)
    require(bool((low <= high).all()))
    return Bounds(read_only(low), read_only(high)) if banks else None
