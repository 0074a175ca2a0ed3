"""Which places of all parts make a good sheet? Simulated annealing, compiled, in whole numbers: the same everywhere.

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
def cool(on, seed, moves, hot, cold):
    """Move parts until all is cold; changes x, y and turn of the board, and returns the cost."""
    np.random.seed(seed)
    parts, nets = len(on.x), len(on.ends)
    segments = np.zeros((nets, MOST_SEGMENTS, 4), dtype=np.int64)
    lengths = np.zeros(nets, dtype=np.int64)
    net_cost = np.zeros(nets, dtype=np.int64)
    moved, touched = np.zeros(parts, dtype=np.bool_), np.zeros(nets, dtype=np.bool_)
    for net in range(nets):
        net_cost[net] = _wire(net, on, segments, lengths)
    old_x, old_y, old_turn = on.x.copy(), on.y.copy(), on.turn.copy()
    old_segments, old_lengths, old_cost = segments.copy(), lengths.copy(), net_cost.copy()
    for step in range(moves):
        heat = hot * (cold / hot) ** (step / moves)
        if step > moves * 9 // 10:
            heat = 0.0
        moved[:] = False
        kind = np.random.randint(20)
        reach = max(2, int(12 * (1 - step / moves)))
        if not _propose(kind, reach, on, moved):
            on.x[:], on.y[:], on.turn[:] = old_x, old_y, old_turn
            continue
        inside = True
        for k in range(parts):
            if moved[k]:
                s = on.first[k] + on.turn[k]
                if (
                    10 * on.x[k] + on.box[s, 0] < 10
                    or 10 * on.y[k] + on.box[s, 1] < 10
                    or 10 * on.x[k] + on.box[s, 2] > 10 * on.size[0] - 10
                    or 10 * on.y[k] + on.box[s, 3] > 10 * on.size[1] - 10
                ):
                    inside = False
                    break
        if not inside:
            for k in range(parts):
                if moved[k]:
                    on.x[k], on.y[k], on.turn[k] = old_x[k], old_y[k], old_turn[k]
            continue
        touched[:] = False
        for k in range(parts):
            if moved[k]:
                for p in range(on.pin_net.shape[1]):
                    if on.pin_net[k, p] >= 0:
                        touched[on.pin_net[k, p]] = True
        after_x, after_y, after_turn = on.x.copy(), on.y.copy(), on.turn.copy()
        on.x[:], on.y[:], on.turn[:] = old_x, old_y, old_turn
        before = _cost(on, moved, touched, segments, lengths, net_cost)
        on.x[:], on.y[:], on.turn[:] = after_x, after_y, after_turn
        for net in range(nets):
            if touched[net]:
                net_cost[net] = _wire(net, on, segments, lengths)
        rise = _cost(on, moved, touched, segments, lengths, net_cost) - before
        if rise <= 0 or (heat > 0 and np.random.random() < np.exp(-rise / heat)):
            for k in range(parts):
                if moved[k]:
                    old_x[k], old_y[k], old_turn[k] = on.x[k], on.y[k], on.turn[k]
            for net in range(nets):
                if touched[net]:
                    old_lengths[net], old_cost[net] = lengths[net], net_cost[net]
                    old_segments[net, : lengths[net]] = segments[net, : lengths[net]]
        else:
            for k in range(parts):
                if moved[k]:
                    on.x[k], on.y[k], on.turn[k] = old_x[k], old_y[k], old_turn[k]
            for net in range(nets):
                if touched[net]:
                    lengths[net], net_cost[net] = old_lengths[net], old_cost[net]
                    segments[net, : lengths[net]] = old_segments[net, : lengths[net]]
    moved[:], touched[:] = True, True
    return _cost(on, moved, touched, segments, lengths, net_cost)


@njit(nogil=True)
def _propose(kind, reach, on, moved):
    """Change some places; say whether there is anything to try, and which parts it moved."""
    parts = len(on.x)
    k = np.random.randint(parts)
    if kind < 5:
        moved[k] = True
        on.x[k] += np.random.randint(-reach, reach + 1)
        on.y[k] += np.random.randint(-reach, reach + 1)
        return True
    if kind < 7:
        if on.count[k] == 1:
            return False
        moved[k] = True
        on.turn[k] = np.random.randint(on.count[k])
        return True
    if kind < 8:
        j = np.random.randint(parts)
        moved[k] = moved[j] = True
        on.x[k], on.x[j] = on.x[j], on.x[k]
        on.y[k], on.y[j] = on.y[j], on.y[k]
        return True
    if kind < 10:
        shift = np.random.randint(-4, 5)
        if np.random.randint(2):
            line = np.random.randint(on.size[0])
            for i in range(parts):
                if on.x[i] >= line:
                    on.x[i] += shift
                    moved[i] = True
        else:
            line = np.random.randint(on.size[1])
            for i in range(parts):
                if on.y[i] >= line:
                    on.y[i] += shift
                    moved[i] = True
        return True
    # all others bring a pin in line with another one of its net
    p = np.random.randint(on.pin_net.shape[1])
    net = on.pin_net[k, p]
    if net < 0:
        return False
    total = 0
    while total < on.ends.shape[1] and on.ends[net, total, 0] >= 0:
        total += 1
    chosen = np.random.randint(total)
    j, q = on.ends[net, chosen]
    if j == k:
        return False
    t = on.first[j] + on.turn[j]
    qx, qy, way = on.x[j] + on.pin_x[t, q], on.y[j] + on.pin_y[t, q], on.pin_way[t, q]
    if kind < 16:
        if np.random.randint(2):
            on.turn[k] = np.random.randint(on.count[k])
        s = on.first[k] + on.turn[k]
        moved[k] = True
        far = np.random.randint(2, 9)
        if kind < 13:  # straight in front of it
            dx, dy = (1, 0, -1, 0)[way], (0, 1, 0, -1)[way]
            on.x[k], on.y[k] = qx + far * dx - on.pin_x[s, p], qy + far * dy - on.pin_y[s, p]
        elif np.random.randint(2):
            on.x[k] = qx - on.pin_x[s, p]
            on.y[k] += np.random.randint(-reach, reach + 1)
        else:
            on.y[k] = qy - on.pin_y[s, p]
            on.x[k] += np.random.randint(-reach, reach + 1)
        return True
    # with it what hangs on it by straight wires
    s = on.first[k] + on.turn[k]
    axis = np.random.randint(2)
    shift = qx - on.x[k] - on.pin_x[s, p] if axis == 0 else qy - on.y[k] - on.pin_y[s, p]
    if shift == 0:
        return False
    moved[k] = True
    for _ in range(np.random.randint(1, 5)):
        for i in range(parts):
            if not moved[i] or i == j:
                continue
            for pp in range(on.pin_net.shape[1]):
                other = on.pin_net[i, pp]
                if other < 0:
                    continue
                si = on.first[i] + on.turn[i]
                for e in range(on.ends.shape[1]):
                    m, qq = on.ends[other, e]
                    if m < 0:
                        break
                    if moved[m] or m == j:
                        continue
                    sm = on.first[m] + on.turn[m]
                    if axis == 0 and on.x[i] + on.pin_x[si, pp] == on.x[m] + on.pin_x[sm, qq]:
                        moved[m] = True
                    if axis == 1 and on.y[i] + on.pin_y[si, pp] == on.y[m] + on.pin_y[sm, qq]:
                        moved[m] = True
    for i in range(parts):
        if moved[i]:
            if axis == 0:
                on.x[i] += shift
            else:
                on.y[i] += shift
    return True


@njit(nogil=True)
def _wire(net, on, segments, lengths):
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
def _cost(on, moved, touched, segments, lengths, net_cost):
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
