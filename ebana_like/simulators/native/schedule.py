"""Which steps are taken, and at which sizes are circuits followed in time? Of one size they share what is compiled."""

from typing import NamedTuple

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.junction_charge import JunctionCharge
from ebana_like.simulators.native.march import Held, Ports, Sources, Steps
from ebana_like.simulators.native.runtime import padded, padded_size
from ebana_like.simulators.native.time_equations import Junctions, Matrices
from ebana_like.systems import Transient

SIZES_OF_UNKNOWNS, SIZES_OF_PORTS = (2, 4, 8, 16, 24, 32, 48, 64), (0, 1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Arrays are filled up to the next of these, or a multiple of the last."""

SAME_DIGITS = 12
"""Digits to which the lengths of steps are told apart."""

EULER_FIRST = 2
"""Steps of Euler that a trapezoid begins with, as in ngspice."""

NOTHING = (1.0, 1.0, 0.0, 1.0, 0.5, 0.5, 0.0)
"""IS, N Vt and charge of diodes that fill arrays."""


class Plan(NamedTuple):
    """The steps of an analysis, and the different a among them."""

    steps: Steps
    different: FloatArray


def schedule(analysis: Transient) -> Plan:
    """Return how every step is taken."""
    h = np.diff(analysis.times)
    order = np.ones(len(h))
    if analysis.method == "trapezoid":
        order[EULER_FIRST:] = 2.0
    h = np.round(h, SAME_DIGITS - int(np.floor(np.log10(h.max()))))  # steps that differ in rounding alone are equal
    a, b = order / h, order - 1.0
    different, which = np.unique(a, return_inverse=True)
    return Plan(Steps(a, b, np.append(a[1:], a[-1]), np.append(b[1:], b[-1]), which), different)


class Filled(NamedTuple):
    """What `march` is given of a circuit."""

    matrices: Matrices
    ports: Ports
    sources: Sources
    begins: Held


def filled(
    matrices: Matrices, junctions: Junctions, x: tuple[FloatArray, IntArray, FloatArray], begins: Held
) -> Filled:
    """Return everything filled up: with unknowns that are zero, diodes without voltage, and samples like the last one.

    x: what sources hold that stand still, (batch, sources), zero of those that move; the columns that move, and what
    they hold behind each step, (steps, batch or 1, columns).
    """
    still, columns, moving = x
    n, diodes, batch = matrices.G.shape[0], len(junctions.scale), len(still)
    unknowns, many, rows = _size(n, SIZES_OF_UNKNOWNS), _size(diodes, SIZES_OF_PORTS), padded_size(batch)
    G = _to(matrices.G, unknowns, unknowns)
    G[range(n, unknowns), range(n, unknowns)] = 1.0
    none = np.zeros((0, 0))
    seen = Matrices(G, _to(matrices.C, unknowns, unknowns), none, none, _to(matrices.D, many, unknowns), none)
    laws = zip((junctions.saturation, junctions.scale, *junctions.charge), NOTHING, strict=True)
    saturation, scale, *charge = (np.concatenate([own, np.full(many - diodes, usual)])[:, None] for own, usual in laws)
    repeated = np.minimum(np.arange(rows), batch - 1)
    sizes = unknowns, many, many, many, many
    held = [_to(part[:, repeated], size) for part, size in zip(begins[:5], sizes, strict=True)]
    shared = moving if moving.shape[1] == 1 else moving[:, repeated]
    sides = list(zip((matrices.S, matrices.T, matrices.P), (unknowns, unknowns, many), strict=True))
    fixed = [_to(side @ still[repeated].T, size) for side, size in sides]
    moves = [padded(applied(side[:, columns], shared), size, 1) for side, size in sides]
    sources = Sources((fixed[0], fixed[1], fixed[2]), (moves[0], moves[1], moves[2]))
    stores = JunctionCharge(*charge)
    diode = Ports(saturation, scale, stores if stores.capacitance.any() or stores.transit.any() else None)
    return Filled(seen, diode, sources, Held(*[*held, begins.good[repeated]]))


def applied(side: FloatArray, moving: FloatArray) -> FloatArray:
    """Return what moving sources (steps, batch, columns) do through (rows, columns), (steps, rows, batch)."""
    steps, batch, columns = moving.shape
    found = moving.reshape(steps * batch, columns) @ side.T
    return found.reshape(steps, batch, len(side)).transpose(0, 2, 1)


def _to(array: FloatArray, *shape: int) -> FloatArray:
    for axis, size in enumerate(shape):
        array = padded(array, size, axis)
    return array.copy()


def _size(count: int, sizes: tuple[int, ...]) -> int:
    """Return the first of the sizes that has room for so many, or a multiple of the last."""
    return next((size for size in sizes if size >= count), -(-count // sizes[-1]) * sizes[-1])
