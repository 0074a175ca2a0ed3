"""What does a whole sheet look like? The best of several placements with its wires, and the names of nets."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from ebana_like.figures.sheets.parts import Part, Sheet
from ebana_like.figures.sheets.placing import Placed, apart, place
from ebana_like.figures.sheets.routing import Routed, route
from ebana_like.figures.sheets.shapes import LINE, Text, shapes, width

TRIES = ((12, 8), (20, 6), (30, 4), (1000, 2))
"""Placements that are tried, by the number of parts up to which so many are."""

ROUTED = 3
"""Placements that are wired, of which the best is taken."""

SPREAD = 4
"""Times that parts are moved apart where a wire's name has no room."""


@dataclass(frozen=True)
class Laid:
    """A sheet with all places; parts: those of the sheet and then its supplies."""

    sheet: Sheet
    parts: tuple[Part, ...]
    placed: tuple[Placed, ...]
    routed: Routed
    names: tuple[Text, ...]


def lay_out(sheet: Sheet) -> Laid:
    """Return the sheet laid out; the same for the same sheet."""
    placed: list[Placed] = []
    routed = Routed({}, 0.0)
    if sheet.parts:
        tries = next(tries for most, tries in TRIES if len(sheet.parts) <= most)
        with ThreadPoolExecutor() as threads:
            found = sorted(threads.map(partial(place, sheet), range(tries)), key=lambda each: each[1])
        wired = [(each := apart(one, 1.0), route(sheet, each)) for one, _ in found[:ROUTED]]
        placed, routed = min(wired, key=lambda each: _cost(*each))
        for _ in range(SPREAD):
            if routed.whole:
                break
            placed = apart(placed, 1.2)
            routed = route(sheet, placed)
    placed = [*placed, *_supplies(sheet, placed, routed)]
    return Laid(sheet, (*sheet.parts, *sheet.supplies), tuple(placed), routed, _names(sheet, placed, routed))


def _cost(placed: list[Placed], routed: Routed) -> float:
    """Return how bad a sheet looks: its wires, its size, and how its parts are turned."""
    lefts, lows, rights, ups = zip(*(one.box for one in placed), strict=True)
    size = max(rights) - min(lefts) + max(ups) - min(lows)
    return float(routed.cost + 0.5 * size + sum(one.shape.dislike for one in placed))


def _supplies(sheet: Sheet, placed: list[Placed], routed: Routed) -> list[Placed]:
    """Return the sources of rails in a row under the circuit."""
    left = min((one.box[0] for one in placed), default=0.0)
    wired = (min(a[1], b[1]) - 1.0 for wires in routed.wires.values() for a, b in wires.edges)
    low = min((*(one.box[1] for one in placed), *wired), default=0.0)
    found = []
    for k, part in enumerate(sheet.supplies):
        shape = min(shapes(part, sheet), key=lambda shape: shape.dislike)
        x = int(left - shape.box[0] + 1)
        found.append(Placed(len(sheet.parts) + k, shape, x, int(low - shape.box[3] - 2)))
        left = x + shape.box[2]
    return found


Box = tuple[float, float, float, float]


def _names(sheet: Sheet, placed: list[Placed], routed: Routed) -> tuple[Text, ...]:
    """Return the names of wired nets, each where it covers nothing."""
    taken: list[Box] = [one.box for one in placed]
    for net, wires in routed.wires.items():
        for (ax, ay), (bx, by) in wires.runs:
            taken.append((ax - 0.1, ay - 0.1, bx + 0.1, by + 0.1))
        taken += [(x - 0.4, y - 0.4, x + 0.4, y + 0.4) for x, y in wires.dots]
        for (x, y), (side, _) in wires.tags:
            taken.append(
                (min(x, x + side * (width(net) + 0.5)), y - 0.6, max(x, x + side * (width(net) + 0.5)), y + 0.6)
            )
    names = []
    shown = {part.pins["pin"] for part in sheet.parts if part.symbol == "port"}
    for net, wires in sorted(routed.wires.items()):
        asked = net in sheet.inputs or any(net in part.names for part in sheet.parts)
        if wires.tags or net in shown or not (asked or sheet.is_named(net)):
            continue
        for text in _spots(net, wires.runs):
            if not any(_meet(text.box, box) for box in taken):
                names.append(text)
                taken.append(text.box)
                break
    return tuple(names)


def _spots(net: str, runs: list[tuple[tuple[int, int], tuple[int, int]]]) -> list[Text]:
    """Return where a name may stand, the best place first: over a horizontal wire, then beside a vertical one."""
    flat, upright = [], []
    for (ax, ay), (bx, by) in sorted(runs, key=lambda run: run[0][0] - run[1][0] + run[0][1] - run[1][1]):
        if ay == by:
            places = [(ax + bx) / 2, ax + width(net) / 2 + 0.2, bx - width(net) / 2 - 0.2]
            flat += [Text(net, x, ay + up * (LINE / 2 + 0.12), "center") for up in (1, -1) for x in places]
        else:
            upright += [
                Text(net, ax + side * 0.4, y, "left" if side > 0 else "right")
                for side in (1, -1)
                for y in ((ay + by) / 2, by - 0.5, ay + 0.5)
            ]
    return flat + upright


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
