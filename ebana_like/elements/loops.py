"""Which voltage-controlled sources decide each other so that nothing decides their voltages?"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ebana_like.elements.bank import Bank, of_kind
from ebana_like.elements.law import VoltageLaw
from ebana_like.values import FloatArray, IntArray

Followed = tuple[IntArray, IntArray, FloatArray]

LARGEST = 1000
"""Sources of voltage among which a loop is looked for by their numbers; of more it costs seconds."""

SINGULAR = 1e-13
"""How small a singular value, beside the largest, stands for zero: round-off of rows of length one."""


def undecided(banks: Sequence[Bank], nodes: int) -> tuple[str, ...]:
    """Return the labels of the VCVS in loops that hold, or contradict, whatever their voltages are; none where fine.

    `e1 a 0 b 0 1` and `e2 b 0 a 0 1` say V(a) = V(b) twice: no solver can tell their currents.
    nodes: number of nodes, ground first.
    """
    branches = of_kind(banks, VoltageLaw)
    controlled = [(bank, bank.follows) for bank in branches if bank.follows is not None and len(bank)]
    if not controlled:
        return ()
    loop = _following(branches, controlled, nodes)
    suspects: list[str] = []
    for bank, (above, below, _) in controlled:
        own = [np.where(end > 0, loop[end], -1) for end in (bank.positive, bank.negative)]
        back = [np.where(control > 0, loop[control], -2) for control in (above, below)]
        inside = np.any([end == control for end in own for control in back], axis=0)
        suspects += [bank.labels[k] for k in np.flatnonzero(inside).tolist()]
    if not suspects or sum(map(len, branches)) > LARGEST or _independent(branches, nodes):
        return ()
    return tuple(suspects)


def _following(
    branches: Sequence[VoltageLaw], controlled: Sequence[tuple[VoltageLaw, Followed]], nodes: int
) -> IntArray:
    """Return numbers by node, (nodes,), alike where voltages of nodes follow from each other in both directions."""
    pairs = [(a, b) for bank in branches for a, b in _both(bank.positive, bank.negative)]
    for bank, (above, below, _) in controlled:
        for control in (above, below):
            pairs += [(control, bank.positive), (control, bank.negative)]
    begin, end = (np.concatenate(part) for part in zip(*pairs, strict=True))
    free = (begin > 0) & (end > 0)  # ground follows from nothing
    graph = coo_array((np.ones(free.sum()), (begin[free], end[free])), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, connection="strong")[1], dtype=np.intp)


def _both(a: IntArray, b: IntArray) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray]]:
    return (a, b), (b, a)


def _independent(branches: Sequence[VoltageLaw], nodes: int) -> bool:
    """Whether the sources' laws, one row each over the node voltages, are linearly independent."""
    rows = np.zeros((sum(map(len, branches)), nodes))
    first = 0
    for bank in branches:
        own = first + np.arange(len(bank))
        np.add.at(rows, (own, bank.positive), 1.0)
        np.add.at(rows, (own, bank.negative), -1.0)
        if bank.follows is not None:
            above, below, gain = bank.follows
            np.add.at(rows, (own, above), -gain)
            np.add.at(rows, (own, below), gain)
        first += len(bank)
    rows = rows[:, 1:]
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (length > 0).all():
        return False
    values = np.linalg.svd(rows / length, compute_uv=False)
    return len(values) == len(rows) and bool(values[-1] > SINGULAR * values[0])
