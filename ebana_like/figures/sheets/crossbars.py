"""Which resistors make a crossbar? Those with which every net of one group is joined to every net of another."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ebana_like.figures.sheets.parts import Part

LEAST = 6
"""Resistors of the smallest crossbar that is drawn as one."""


def gathered(parts: Sequence[Part], apart: Collection[str], inputs: Collection[str]) -> list[Part]:
    """Return the parts with one for each crossbar in place of its resistors.

    apart: nets that are not wired. inputs: nets that make a group rows rather than columns.
    """
    joining: dict[frozenset[str], list[Part]] = defaultdict(list)
    for part in parts:
        ends = frozenset(part.pins.values())
        if part.symbol == "resistor" and len(ends) == 2 and not ends & set(apart):
            joining[ends].append(part)
    beside: dict[str, set[str]] = defaultdict(set)
    for ends, between in joining.items():
        if len(between) == 1:
            a, b = sorted(ends)
            beside[a].add(b)
            beside[b].add(a)
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for net in dict.fromkeys(net for part in parts for net in part.pins.values()):
        alike[frozenset(beside.get(net, ()))].append(net)
    order = {net: k for k, net in enumerate(dict.fromkeys(net for part in parts for net in part.pins.values()))}
    made: list[Part] = []
    used: set[str] = set()
    for others, group in alike.items():
        rows, columns = group, sorted(others, key=lambda net: order[net])
        cells = [joining[frozenset((row, column))][0] for row in rows for column in columns]
        if min(len(rows), len(columns)) < 2 or len(cells) < LEAST or used & {cell.name for cell in cells}:
            continue
        if any(net in inputs for net in columns) and not any(net in inputs for net in rows):
            rows, columns = columns, rows
            cells = [joining[frozenset((row, column))][0] for row in rows for column in columns]
        used |= {cell.name for cell in cells}
        made.append(_crossbar(rows, columns, cells))
    return [*(part for part in parts if part.name not in used), *made]


def _crossbar(rows: Iterable[str], columns: Iterable[str], cells: Sequence[Part]) -> Part:
    pins = {f"row {k}": net for k, net in enumerate(rows)} | {f"column {k}": net for k, net in enumerate(columns)}
    return replace(cells[0], name=f"{cells[0].name} ...", symbol="crossbar", pins=pins, texts=(), cells=tuple(cells))
