"""Where on the sheet does a part belong, roughly? Signals go from left to right, currents from top to bottom."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.sheets.parts import DOWN, UP, Part, Sheet
from ebana_like.figures.sheets.shapes import TRANSISTORS

_CONDUCTING = {
    "resistor": 1.0,
    "capacitor": 1.0,
    "diode": 1.0,
    "inductor": 1.0,
    "switch": 1.0,
    "block": 1.0,
    "current": 0.3,
    "voltage": 0.1,
}


@dataclass(frozen=True)
class Order:
    """How far from the inputs each net is, in parts, and how high it hangs, -1 to 1; and the same of each part.

    columns, rows: (parts,).
    """

    depth: Mapping[str, float]
    height: Mapping[str, float]
    columns: FloatArray
    rows: FloatArray


def order(sheet: Sheet) -> Order:
    """Return the order of a sheet's nets and parts."""
    depth, height = _depths(sheet), _heights(sheet)
    columns = np.array([_column(part, sheet, depth) for part in sheet.parts])
    rows = np.array([np.mean([height.get(net, 0.0) for net in part.pins.values()] or [0.0]) for part in sheet.parts])
    ports = [k for k, part in enumerate(sheet.parts) if part.symbol == "port"]
    columns[ports] = columns.max(initial=0.0) + 0.5
    return Order(depth, height, columns, rows)


def _column(part: Part, sheet: Sheet, depth: Mapping[str, float]) -> float:
    """Return the mean depth of a part's nets; of a transistor, whose base reaches to the left, without that."""
    nets = [net for name, net in part.pins.items() if sheet.is_signal(net)]
    if part.symbol in TRANSISTORS:
        nets = [part.pins[name] for name in ("positive", "negative") if sheet.is_signal(part.pins[name])] or nets
    return float(np.mean([depth[net] for net in nets] or [0.0]))


def _signals(part: Part, sheet: Sheet) -> list[str]:
    return [net for net in part.pins.values() if sheet.is_signal(net)]


def _depths(sheet: Sheet) -> dict[str, float]:
    """Return the number of parts between the inputs and each net, along the way that signals go."""
    ways: dict[str, list[tuple[str, float]]] = defaultdict(list)
    sources = ["voltage"] if any(part.symbol == "voltage" for part in sheet.parts) else ["current"]
    starts = [net for net in sorted(sheet.inputs) if sheet.is_signal(net)]
    for part in sheet.parts:
        pins = part.pins
        if part.symbol in TRANSISTORS:
            ends = (pins["positive"], pins["negative"])
            for end in ends:
                ways[pins["control"]].append((end, 1.0))
            for a, b in (ends, ends[::-1]):
                ways[a].append((b, 1.0))
        elif part.symbol in ("amplifier", "buffer", "crossbar"):
            driven = [net for name, net in pins.items() if name == "out" or name.startswith("column")]
            for net in pins.values():
                if net not in driven:
                    ways[net] += [(end, 1.0) for end in driven]
        else:
            nets = _signals(part, sheet)
            for a in nets:
                ways[a] += [(b, 1.0) for b in nets if b != a]
        for name in part.names:
            ways[name] += [(net, 1.0) for net in pins.values()]
        if not sheet.inputs and part.symbol in sources and len(_signals(part, sheet)) == 1:
            starts += _signals(part, sheet)
    nets = list(dict.fromkeys(net for part in sheet.parts for net in _signals(part, sheet)))
    depth = dict.fromkeys(dict.fromkeys(starts), 0.0)
    waiting = deque(depth)
    for net in ("", *nets):  # first from the inputs, then from what they do not reach
        if net and net not in depth:
            depth[net] = 0.0
            waiting.append(net)
        while waiting:
            at = waiting.popleft()
            for other, far in ways[at]:
                if sheet.is_signal(other) and other not in depth:
                    depth[other] = depth[at] + far
                    waiting.append(other)
    return depth


def _heights(sheet: Sheet) -> dict[str, float]:
    """Return a height of each net: that of its voltage, were every part a resistor of one ohm."""
    fixed = {sheet.ground: -0.6, **{n: {UP: 1.0, DOWN: -1.0}.get(kind, 0.0) for n, kind in sheet.rails.items()}}
    if DOWN in sheet.rails.values():
        fixed[sheet.ground] = -0.2
    nets = list(dict.fromkeys(net for part in sheet.parts for net in part.pins.values() if net not in fixed))
    index = {net: k for k, net in enumerate(nets)}
    matrix, right = np.eye(len(nets)) * 0.05, np.zeros(len(nets))
    for part in sheet.parts:
        pins = part.pins
        if part.symbol in TRANSISTORS:
            pairs = [(pins["positive"], pins["negative"], 1.0), (pins["control"], pins["negative"], 0.3)]
        elif part.symbol in _CONDUCTING:
            first, second = pins.values()
            pairs = [(first, second, _CONDUCTING[part.symbol])]
        else:
            pairs = []
        for a, b, weight in pairs:
            for one, other in ((a, b), (b, a)):
                if one in index:
                    matrix[index[one], index[one]] += weight
                    if other in index:
                        matrix[index[one], index[other]] -= weight
                    else:
                        right[index[one]] += weight * fixed[other]
    return {**dict(zip(nets, np.linalg.solve(matrix, right).tolist(), strict=True)), **fixed}
