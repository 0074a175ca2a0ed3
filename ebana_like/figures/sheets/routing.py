"""Which way do wires run? Along the grid, with few bends and crossings, around all parts; by name where that is far."""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ebana_like.figures.sheets.parts import Sheet
from ebana_like.figures.sheets.placing import Placed
from ebana_like.figures.sheets.shapes import width

BEND, CROSSING, LABEL = 3.0, 6.0, 46.0
"""Cost of a bend, of crossing another wire, and of giving up and naming both ends, steps of wire."""

PORCH = 12.0
"""Cost of standing in front of another net's pin."""

MARGIN = 4

Point = tuple[int, int]
Edge = tuple[Point, Point]

_WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass
class Wires:
    """The wires of a net: steps between neighbouring points, and where its name stands in place of a longer one.

    tags: point, way the tag lies, for every end that is named.
    """

    edges: set[Edge] = field(default_factory=set)
    tags: list[tuple[Point, Point]] = field(default_factory=list)

    @property
    def dots(self) -> list[Point]:
        """Where three or more wires meet."""
        ends: dict[Point, int] = defaultdict(int)
        for a, b in self.edges:
            ends[a] += 1
            ends[b] += 1
        return sorted(point for point, count in ends.items() if count > 2)

    @property
    def runs(self) -> list[Edge]:
        """The straight wires, each from end to end."""
        found = []
        for step in ((1, 0), (0, 1)):
            points = {a for a, b in self.edges if (b[0] - a[0], b[1] - a[1]) == step}
            for x, y in sorted(points):
                if (x - step[0], y - step[1]) in points:
                    continue
                end = (x, y)
                while end in points:
                    end = (end[0] + step[0], end[1] + step[1])
                found.append(((x, y), end))
        return found


@dataclass(frozen=True)
class Routed:
    """All wires by net; cost: how long, bent and crossed they are."""

    wires: dict[str, Wires]
    cost: float

    @property
    def whole(self) -> bool:
        """Whether there was room for every wire or its name."""
        return all(side for wires in self.wires.values() for _, (side, _) in wires.tags)


def route(sheet: Sheet, placed: list[Placed]) -> Routed:
    """Return the wires between all pins of each net that is wired."""
    return _Router(sheet, placed).run()


class _Router:
    def __init__(self, sheet: Sheet, placed: list[Placed]) -> None:
        self.pins: dict[str, list[tuple[Point, Point]]] = {}
        self.blocked: set[Point] = set()
        self.owner: dict[Point, str] = {}
        self.porch: dict[Point, str] = {}
        lefts, lows, rights, ups = zip(*(one.box for one in placed), strict=True)
        self.limits = (min(lefts) - MARGIN, min(lows) - MARGIN, max(rights) + MARGIN, max(ups) + MARGIN)
        for one in placed:
            left, low, right, up = one.box
            self.blocked |= {
                (x, y)
                for x in range(-int(-left // 1), int(right // 1) + 1)
                for y in range(-int(-low // 1), int(up // 1) + 1)
            }
        for one in placed:
            for pin in one.shape.pins:
                if not pin.mark:
                    self.pins.setdefault(pin.net, []).append((one.at(pin), pin.way))
                    self.owner[one.at(pin)] = pin.net
                    self.porch[one.x + pin.x + pin.way[0], one.y + pin.y + pin.way[1]] = pin.net
        self.used: dict[Point, tuple[str, frozenset[Point]]] = {}
        self.wires: dict[str, Wires] = {}
        self.cost = 0.0

    def run(self) -> Routed:
        for net in sorted(self.pins, key=lambda net: (_span(at for at, _ in self.pins[net]), net)):
            self.wires[net] = self.net(net)
        return Routed(self.wires, self.cost)

    def net(self, net: str) -> Wires:
        wires = Wires()
        waiting = dict(self.pins[net])
        groups: list[set[Point]] = []
        while waiting:
            first = min(waiting)
            tree = {first}
            starts = {(first, waiting.pop(first))}
            while waiting:
                path, cost = self.path(net, tree, starts, waiting)
                if not path or cost > LABEL:
                    break
                self.cost += cost
                starts = set()
                for a, b in itertools.pairwise(path):
                    wires.edges.add((min(a, b), max(a, b)))
                tree |= set(path)
                waiting.pop(path[-1])
                self.occupy(net, wires)
            groups.append(tree)
        if len(groups) > 1 or len(self.pins[net]) == 1:
            for group in groups:
                self.tag(net, wires, group)
        return wires

    def occupy(self, net: str, wires: Wires) -> None:
        ways: dict[Point, set[Point]] = defaultdict(set)
        for a, b in wires.edges:
            ways[a].add((b[0] - a[0], b[1] - a[1]))
            ways[b].add((a[0] - b[0], a[1] - b[1]))
        for point, leaving in ways.items():
            self.used[point] = (net, frozenset(leaving))

    def path(
        self, net: str, tree: set[Point], starts: set[tuple[Point, Point]], ends: Iterable[Point]
    ) -> tuple[list[Point], float]:
        """Return the best way from what is wired to one of the ends; empty where there is none."""
        goals = set(ends)
        queue: list[tuple[float, int, Point, int]] = []
        came: dict[tuple[Point, int], tuple[Point, int] | None] = {}
        best: dict[tuple[Point, int], float] = {}
        count = 0
        for point in sorted(tree):
            for k, leaving in enumerate(_WAYS):
                if starts and (point, leaving) not in starts:
                    continue
                best[point, k] = 0.0
                came[point, k] = None
                heapq.heappush(queue, (0.0, count, point, k))
                count += 1
        while queue:
            cost, _, point, way = heapq.heappop(queue)
            if cost > best[point, way] or cost > LABEL:
                continue
            if point in goals:
                path = [point]
                before = came[point, way]
                while before is not None:
                    path.append(before[0])
                    before = came[before]
                return path[::-1], cost
            for k, (dx, dy) in enumerate(_WAYS):
                if k == (way + 2) % 4:
                    continue
                over = self.used.get(point)
                if k != way and over is not None and over[0] != net:
                    continue
                following = (point[0] + dx, point[1] + dy)
                price = self.price(net, point, following, k)
                if price is None:
                    continue
                total = cost + price + BEND * (k != way)
                if total < best.get((following, k), float("inf")):
                    best[following, k] = total
                    came[following, k] = (point, way)
                    count += 1
                    heapq.heappush(queue, (total, count, following, k))
        return [], 0.0

    def price(self, net: str, point: Point, following: Point, way: int) -> float | None:
        """Return what a step costs; None where it cannot be taken."""
        x, y = following
        left, low, right, up = self.limits
        if not (left <= x <= right and low <= y <= up):
            return None
        owner = self.owner.get(following)
        if owner is not None:
            # a pin is entered against the way its own wire leaves
            entered = any(at == following and _WAYS.index(leaves) == (way + 2) % 4 for at, leaves in self.pins[owner])
            return 1.0 if owner == net and entered else None
        if following in self.blocked:
            return None
        if point in self.owner and not any(
            at == point and _WAYS.index(leaves) == way for at, leaves in self.pins[self.owner[point]]
        ):
            return None
        over = self.used.get(following)
        if over is None:
            return 1.0 if self.porch.get(following, net) == net else 1.0 + PORCH
        if over[0] == net:
            return None
        dx, dy = _WAYS[way]
        straight = over[1] == {(dy, dx), (-dy, -dx)}
        return 1.0 + CROSSING if straight else None

    def tag(self, net: str, wires: Wires, group: set[Point]) -> None:
        """Name one group of wired pins, at the end of the shortest wire behind which its name has room."""
        self.cost += LABEL / 2
        wide = int(width(net) + 1.5)
        starts = {(at, way) for at, way in self.pins[net] if at in group} if len(group) == 1 else set()
        queue = [(0.0, point, [point], k) for point in sorted(group) for k in range(4)
                 if not starts or (point, _WAYS[k]) in starts]  # fmt: skip
        seen: set[tuple[Point, int]] = set()
        while queue:
            cost, point, path, way = heapq.heappop(queue)
            if (point, way) in seen or cost > LABEL:
                continue
            seen.add((point, way))
            if len(path) > 1 and point not in self.used:
                for side in (1, -1):
                    box = {(point[0] + side * k, point[1] + j) for k in range(wide) for j in (-1, 0, 1)}
                    box -= set(path)
                    if not any(p in self.blocked or p in self.used or p in self.owner for p in box):
                        for a, b in itertools.pairwise(path):
                            wires.edges.add((min(a, b), max(a, b)))
                        self.occupy(net, wires)
                        self.blocked |= box
                        wires.tags.append((point, (side, 0)))
                        return
            for k, (dx, dy) in enumerate(_WAYS):
                over = self.used.get(point)
                if k == (way + 2) % 4 or (k != way and over is not None and over[0] != net):
                    continue
                if len(path) == 1 and k != way:
                    continue
                following = (point[0] + dx, point[1] + dy)
                price = None if following in self.owner else self.price(net, point, following, k)
                if price is not None:
                    heapq.heappush(queue, (cost + price + BEND * (k != way), following, [*path, following], k))
        self.cost += 1000.0
        wires.tags.append((min(group), (0, 0)))


def _span(points: Iterable[Point]) -> int:
    x, y = map(tuple[int, ...], zip(*points, strict=True))
    return max(x) - min(x) + max(y) - min(y)
