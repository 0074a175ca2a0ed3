"""Which places of all parts make a good sheet? Simulated annealing, compiled, in whole numbers: the same everywhere."""

import numpy as np

from ebana_like.compiled import njit
from ebana_like.figures.sheets.board import MOST_SEGMENTS, cost_of, wire


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
        net_cost[net] = wire(net, on, segments, lengths)
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
            _put(on, old_x, old_y, old_turn)
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
        _put(on, old_x, old_y, old_turn)
        before = cost_of(on, moved, touched, segments, lengths, net_cost)
        _put(on, after_x, after_y, after_turn)
        for net in range(nets):
            if touched[net]:
                net_cost[net] = wire(net, on, segments, lengths)
        rise = cost_of(on, moved, touched, segments, lengths, net_cost) - before
        if rise <= 0 or (heat > 0 and np.random.random() < np.exp(-rise / heat)):
            for k in range(parts):
                if moved[k]:
                    old_x[k], old_y[k], old_turn[k] = on.x[k], on.y[k], on.turn[k]
            for net in range(nets):
                if touched[net]:
                    _adopt(net, old_segments, old_lengths, old_cost, segments, lengths, net_cost)
        else:
            for k in range(parts):
                if moved[k]:
                    on.x[k], on.y[k], on.turn[k] = old_x[k], old_y[k], old_turn[k]
            for net in range(nets):
                if touched[net]:
                    _adopt(net, segments, lengths, net_cost, old_segments, old_lengths, old_cost)
    moved[:], touched[:] = True, True
    return cost_of(on, moved, touched, segments, lengths, net_cost)


@njit(nogil=True)
def _put(on, x, y, turn):
    """Put all parts where they are said to be; in a loop, for numba takes seconds to compile copies of arrays."""
    for k in range(len(x)):
        on.x[k], on.y[k], on.turn[k] = x[k], y[k], turn[k]


@njit(nogil=True)
def _adopt(net, segments, lengths, net_cost, other_segments, other_lengths, other_cost):
    """Give a net its other wires."""
    lengths[net], net_cost[net] = other_lengths[net], other_cost[net]
    for k in range(lengths[net]):
        for end in range(4):
            segments[net, k, end] = other_segments[net, k, end]


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
