"""What does a sheet cost? All of it, or what some parts and nets have to do with; compiled, in whole numbers.

A sheet is good where wires are short, with few bends and crossings, where nothing overlaps, and where every part stands
about where it belongs. Costs are in tenths of a step of wire.
"""

from typing import NamedTuple

import numpy as np

from ebana_like.compiled import njit
from ebana_like.elements import IntArray

BEND, CROSSING, ALONG, ACROSS = 30, 40, 120, 80
"""Cost of a bend, of two wires that cross, of two that lie on each other, and of a wire that runs across a part."""

JOINT = 5
"""Cost of a place where a wire is joined, but for one where another one ends."""

OVERLAP, CLOSE = 400, 10
"""Cost of two parts that overlap, and of every tenth of a step that they do."""

ROOM = 20
"""Room for a wire between two parts, tenths."""

MOST_SEGMENTS = 48
"""Straight wires of a net that are looked at."""

ANY = 4
"""The way of a place on a wire, which can be met from both sides."""


class Board(NamedTuple):
    """All parts with their shapes, pins and nets, as whole numbers.

    size: width and height of the sheet. x, y, turn: where each part stands, and which of its shapes it has, (parts,).
    first, count: the shapes of each part, (parts,). box: (shapes, 4), tenths. odd: cost of each shape, (shapes,).
    pin_x, pin_y, pin_way: (shapes, pins). pin_net: (parts, pins), -1 for none. ends: part and pin, (nets, most, 2),
    -1 behind the last. anchor: (parts, 2). pull: cost of a step off it, (2,). bends: by two ways and signs, (5, 5, 9).
    """

    size: IntArray
    x: IntArray
    y: IntArray
    turn: IntArray
    first: IntArray
    count: IntArray
    box: IntArray
    odd: IntArray
    pin_x: IntArray
    pin_y: IntArray
    pin_way: IntArray
    pin_net: IntArray
    ends: IntArray
    anchor: IntArray
    pull: IntArray
    bends: IntArray


@njit(nogil=True)
def wire(net, on, segments, lengths):
    """Wire up a net as a tree, keep its straight wires and return what they cost."""
    most = on.ends.shape[1]
    px, py, pw = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    total = 0
    while total < most and on.ends[net, total, 0] >= 0:
        k, p = on.ends[net, total]
        s = on.first[k] + on.turn[k]
        px[total], py[total], pw[total] = on.x[k] + on.pin_x[s, p], on.y[k] + on.pin_y[s, p], on.pin_way[s, p]
        total += 1
    joined = np.zeros(most, dtype=np.bool_)
    joined[0] = True
    lengths[net] = 0
    cost = 0
    for _ in range(total - 1):
        best, at, bx, by, bw = 1 << 40, -1, 0, 0, 0
        for b in range(total):
            if joined[b]:
                continue
            for a in range(total):
                if joined[a]:
                    price = _between(px[b], py[b], pw[b], px[a], py[a], pw[a], on.bends)
                    if price < best:
                        best, at, bx, by, bw = price, b, px[a], py[a], pw[a]
            for k in range(lengths[net]):
                # the nearest place on a wire
                sx = min(max(px[b], segments[net, k, 0]), segments[net, k, 2])
                sy = min(max(py[b], segments[net, k, 1]), segments[net, k, 3])
                price = _between(px[b], py[b], pw[b], sx, sy, ANY, on.bends)
                fresh = (sx, sy) != (segments[net, k, 0], segments[net, k, 1])
                if fresh and (sx, sy) != (segments[net, k, 2], segments[net, k, 3]):
                    price += JOINT
                if price < best:
                    best, at, bx, by, bw = price, b, sx, sy, ANY
        joined[at] = True
        cost += best
        _lay(net, px[at], py[at], pw[at], bx, by, bw, segments, lengths)
    return cost


@njit(nogil=True)
def _between(ax, ay, aw, bx, by, bw, bends):
    dx, dy = bx - ax, by - ay
    sign = 3 * (np.sign(dx) + 1) + np.sign(dy) + 1
    return 10 * (abs(dx) + abs(dy)) + BEND * bends[aw, bw, sign]


@njit(nogil=True)
def _lay(net, ax, ay, aw, bx, by, bw, segments, lengths):
    """Keep the straight wires between two places: one, two with a corner, or three."""
    if ax == bx or ay == by:
        _keep(net, ax, ay, bx, by, segments, lengths)
        return
    flat, other = aw % 2 == 0, bw % 2 == 0
    if bw == ANY or flat != other:
        cx, cy = (bx, ay) if flat else (ax, by)
        _keep(net, ax, ay, cx, cy, segments, lengths)
        _keep(net, cx, cy, bx, by, segments, lengths)
        return
    if flat:
        cx = (ax + bx) // 2 if aw != bw else (max(ax, bx) + 1 if aw == 0 else min(ax, bx) - 1)
        _keep(net, ax, ay, cx, ay, segments, lengths)
        _keep(net, cx, ay, cx, by, segments, lengths)
        _keep(net, cx, by, bx, by, segments, lengths)
    else:
        cy = (ay + by) // 2 if aw != bw else (max(ay, by) + 1 if aw == 1 else min(ay, by) - 1)
        _keep(net, ax, ay, ax, cy, segments, lengths)
        _keep(net, ax, cy, bx, cy, segments, lengths)
        _keep(net, bx, cy, bx, by, segments, lengths)


@njit(nogil=True)
def _keep(net, ax, ay, bx, by, segments, lengths):
    k = lengths[net]
    if k < MOST_SEGMENTS and (ax != bx or ay != by):
        segments[net, k, 0], segments[net, k, 1] = min(ax, bx), min(ay, by)
        segments[net, k, 2], segments[net, k, 3] = max(ax, bx), max(ay, by)
        lengths[net] = k + 1


@njit(nogil=True)
def cost_of(on, moved, touched, segments, lengths, net_cost):
    """Return what everything costs that these parts and nets have to do with."""
    cost = 0
    parts, nets = len(on.x), len(on.ends)
    for i in range(parts):
        if not moved[i]:
            continue
        s = on.first[i] + on.turn[i]
        cost += on.odd[s]
        cost += on.pull[0] * abs(on.x[i] - on.anchor[i, 0]) + on.pull[1] * abs(on.y[i] - on.anchor[i, 1])
        for j in range(parts):
            if j != i and (j < i or not moved[j]):
                cost += _meeting(on, i, j)
        for net in range(nets):
            if not touched[net]:
                cost += _crossed(on, i, net, segments, lengths)
    for net in range(nets):
        if not touched[net]:
            continue
        cost += net_cost[net]
        for i in range(parts):
            cost += _crossed(on, i, net, segments, lengths)
        for other in range(nets):
            if other == net or (other > net and touched[other]):
                continue
            for k in range(lengths[net]):
                left, low = segments[net, k, 0], segments[net, k, 1]
                right, up = segments[net, k, 2], segments[net, k, 3]
                for m in range(lengths[other]):
                    wide = min(right, segments[other, m, 2]) - max(left, segments[other, m, 0])
                    if wide < 0:
                        continue
                    high = min(up, segments[other, m, 3]) - max(low, segments[other, m, 1])
                    if high >= 0:
                        beside = wide + high > 0 or not _inner(left, low, right, up, segments[other, m])
                        cost += ALONG if beside else CROSSING
    return cost


@njit(nogil=True)
def _meeting(on, i, j):
    """Return what it costs that two parts overlap, or leave no room for a wire between them."""
    s, t = on.first[i] + on.turn[i], on.first[j] + on.turn[j]
    dx, dy = 10 * (on.x[j] - on.x[i]), 10 * (on.y[j] - on.y[i])
    wide = min(on.box[s, 2], dx + on.box[t, 2]) - max(on.box[s, 0], dx + on.box[t, 0])
    high = min(on.box[s, 3], dy + on.box[t, 3]) - max(on.box[s, 1], dy + on.box[t, 1])
    if wide > -ROOM and high > -ROOM:
        return OVERLAP + CLOSE * (min(wide, high) + ROOM)
    return 0


@njit(nogil=True)
def _crossed(on, i, net, segments, lengths):
    """Return what it costs that wires of a net run across a part."""
    s = on.first[i] + on.turn[i]
    left, low = 10 * on.x[i] + on.box[s, 0], 10 * on.y[i] + on.box[s, 1]
    right, up = 10 * on.x[i] + on.box[s, 2], 10 * on.y[i] + on.box[s, 3]
    cost = 0
    for k in range(lengths[net]):
        wide = min(10 * segments[net, k, 2], right) - max(10 * segments[net, k, 0], left)
        high = min(10 * segments[net, k, 3], up) - max(10 * segments[net, k, 1], low)
        if wide >= 0 and high >= 0 and wide + high > 0:
            cost += ACROSS
    return cost


@njit(nogil=True)
def _inner(left, low, right, up, other):
    """Whether two wires cross in the middle of both."""
    if low == up:
        return left < other[0] < right and other[1] < low < other[3]
    return low < other[1] < up and other[0] < left < other[2]
