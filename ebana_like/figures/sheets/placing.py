"""Where does every part stand, and which way is it turned?"""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ebana_like.elements import IntArray
from ebana_like.figures.sheets.board import ANY, Board
from ebana_like.figures.sheets.cooling import cool
from ebana_like.figures.sheets.order import Order, order
from ebana_like.figures.sheets.parts import Sheet
from ebana_like.figures.sheets.shapes import TRANSISTORS, TWO_ENDED, Pin, Shape, shapes

PITCH, RISE = 9.0, 8.0
"""Distance between columns, and half that between top and bottom, to begin with."""

PULL = (8, 5)
"""Cost of a step beside and above where a part belongs, tenths of a step of wire."""

HOT, COLD, MOVES = 200.0, 6.0, 6000
"""Temperatures, tenths of a step of wire, and moves for each part."""

GAP = 2
"""Steps between parts: room for a wire."""

WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass(frozen=True)
class Placed:
    """A part's shape at its place."""

    part: int
    shape: Shape
    x: int
    y: int

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, lower, right and upper end."""
        left, low, right, high = self.shape.box
        return left + self.x, low + self.y, right + self.x, high + self.y

    def at(self, pin: Pin) -> tuple[int, int]:
        """Where a pin is."""
        return self.x + pin.x, self.y + pin.y


def place(sheet: Sheet, seed: int) -> tuple[list[Placed], int]:
    """Return a place for every part, and what it costs; the same for the same seed."""
    known, found = order(sheet), [shapes(part, sheet) for part in sheet.parts]
    room = sum((s[0].box[2] - s[0].box[0] + 2) * (s[0].box[3] - s[0].box[1] + 2) for s in found)
    high = int(max(26, np.sqrt(room * 1.5)))
    wide = int(max(30, 2.0 * room / high, PITCH * known.columns.max() + 16))
    middle = high / 2
    rows = np.clip(middle + RISE * 1.2 * known.rows, 6, high - 6)
    anchors = np.rint(np.stack([8 + PITCH * known.columns, rows], 1)).astype(np.int64)
    nets: dict[str, list[tuple[int, int]]] = {}
    pins = [sorted(s[0].pins, key=lambda pin: pin.name) for s in found]
    for k, each in enumerate(pins):
        for p, pin in enumerate(each):
            if not pin.mark:
                nets.setdefault(pin.net, []).append((k, p))
    most = max(map(len, pins))
    ends = np.full((len(nets), max(map(len, nets.values()), default=1) + 1, 2), -1, dtype=np.int64)
    pin_net = np.full((len(found), most), -1, dtype=np.int64)
    for n, at in enumerate(nets.values()):
        for e, (k, p) in enumerate(at):
            ends[n, e], pin_net[k, p] = (k, p), n
    flat = [shape for each in found for shape in each]
    count = np.array([len(each) for each in found])
    box = np.array([[10 * edge for edge in shape.box] for shape in flat])
    odd = [
        shape.dislike + _odd(part.symbol, shape, known)
        for part, each in zip(sheet.parts, found, strict=True)
        for shape in each
    ]
    place_of = np.zeros((3, len(flat), most), dtype=np.int64)
    for s, shape in enumerate(flat):
        for p, pin in enumerate(sorted(shape.pins, key=lambda pin: pin.name)):
            place_of[:, s, p] = pin.x, pin.y, WAYS.index(pin.way)
    random = np.random.default_rng(seed)
    x, y = anchors[:, 0].copy(), anchors[:, 1].copy()
    turn = random.integers(count)
    board = Board(
        size=np.array([wide, high]),
        x=x,
        y=y,
        turn=turn,
        first=np.cumsum(count) - count,
        count=count,
        box=np.rint(box).astype(np.int64),
        odd=np.rint(10 * np.array(odd)).astype(np.int64),
        pin_x=place_of[0],
        pin_y=place_of[1],
        pin_way=place_of[2],
        pin_net=pin_net,
        ends=ends,
        anchor=anchors,
        pull=np.array(PULL),
        bends=BENDS,
    )
    cost = cool(board, seed, MOVES * len(found), HOT, COLD)
    placed = [Placed(k, found[k][turn[k]], int(x[k]), int(y[k])) for k in range(len(found))]
    return placed, int(cost)


def apart(placed: list[Placed], factor: float) -> list[Placed]:
    """Return the parts further from each other by a factor, and by what it takes for none to overlap."""
    found = [replace(one, x=round(factor * one.x), y=round(factor * one.y)) for one in placed]
    while True:
        order = sorted(range(len(found)), key=lambda k: (found[k].x, k))
        pair = next(((a, b) for a, b in combinations(order, 2) if _overlap(found[a].box, found[b].box)), None)
        if pair is None:
            return found
        a, b = pair
        far = int(np.ceil(found[a].box[2] - found[b].box[0])) + GAP
        for k in order[order.index(b) :]:
            found[k] = replace(found[k], x=found[k].x + far)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    """Whether two boxes leave no room for a wire between them."""
    return a[0] < b[2] + GAP - 0.2 and b[0] < a[2] + GAP - 0.2 and a[1] < b[3] + GAP - 0.2 and b[1] < a[3] + GAP - 0.2


def _odd(symbol: str, shape: Shape, known: Order) -> float:
    """Return how odd it looks that a part is turned this way: against its current, or against the signal."""
    if symbol not in TWO_ENDED | TRANSISTORS:
        return 0.0
    ends = [pin for pin in shape.pins if pin.name != "control"]
    upper, lower = (known.height.get(pin.net, 0.0) for pin in ends)
    start, end = (known.depth.get(pin.net, 0.0) for pin in ends)
    wired = not any(pin.mark for pin in ends)
    steep = 0.0 if symbol == "capacitor" and wired else abs(upper - lower)
    if shape.turn in ("right", "left"):
        return 4.0 * wired * max(0.0, min(start - end, 2.0)) + 20.0 * max(0.0, steep - 0.2)
    aside = 0.0 if symbol in TRANSISTORS or steep > 0.4 else 5.0 + 5.0 * wired * (start != end)
    return 10.0 * max(0.0, lower - upper) + aside


def _bends(way: tuple[int, int], other: tuple[int, int], sx: int, sy: int) -> int:
    """Return the least number of bends of a wire that leaves one pin that way, and another one the other way."""
    ahead = sx * way[0] + sy * way[1]
    back = -(sx * other[0] + sy * other[1])
    aside = sx * way[1] + sy * way[0]
    if way[0] * other[0] + way[1] * other[1] == 0:
        return 1 if ahead > 0 and back > 0 else 3
    if way == other:
        return 2 if aside else 4
    if ahead > 0:
        return 2 if aside else 0
    return 0 if not (sx or sy) else 4


def _table() -> IntArray:
    """Return the number of bends by the ways of both ends and the signs of the distance between them, (5, 5, 9)."""
    table = np.zeros((5, 5, 9), dtype=np.int64)
    for a, way in enumerate(WAYS):
        for sx in (-1, 0, 1):
            for sy in (-1, 0, 1):
                at = 3 * (sx + 1) + sy + 1
                for b, other in enumerate(WAYS):
                    table[a, b, at] = _bends(way, other, sx, sy)
                # a place on a wire may be met from both sides
                ahead, aside = sx * way[0] + sy * way[1], sx * way[1] + sy * way[0]
                table[a, ANY, at] = 0 if (ahead > 0 and not aside) or not (sx or sy) else 1 if ahead > 0 else 2
    return table


BENDS = _table()
