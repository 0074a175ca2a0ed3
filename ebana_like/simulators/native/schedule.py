"""Which steps are taken, and at which sizes are circuits followed in time? Of one size they share what is compiled."""

from typing import NamedTuple

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.junction_charge import JunctionCharge
from ebana_like.simulators.native.march import Held, Ports, Steps
from ebana_like.simulators.native.runtime import padded, padded_size
from ebana_like.simulators.native.time_equations import Matrices
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
    different, which = np.unique(order / h, return_inverse=True)
    return Plan(Steps(order / h, order - 1.0, which), different)


class Filled(NamedTuple):
    """What `march` is given of a circuit."""

    matrices: Matrices
    ports: Ports
    sources: tuple[FloatArray, IntArray, FloatArray]
    begins: Held


def filled(matrices: Matrices, ports: Ports, x: tuple[FloatArray, IntArray, FloatArray], begins: Held) -> Filled:
    """Return everything filled up: with unknowns that are zero, diodes without voltage and sources that do nothing."""
    still, columns, moving = x
    n, diodes, batch = matrices.G.shape[0], len(ports.scale), len(still)
    unknowns, wide, most = (_size(count, SIZES_OF_UNKNOWNS) for count in (n, still.shape[1] + 1, max(len(columns), 1)))
    many, rows = _size(diodes, SIZES_OF_PORTS), padded_size(batch)
    G = _to(matrices.G, unknowns, unknowns)
    G[range(n, unknowns), range(n, unknowns)] = 1.0
    S, T = (_to(part, unknowns, wide) for part in (matrices.S, matrices.T))
    seen = Matrices(
        G, _to(matrices.C, unknowns, unknowns), S, T, _to(matrices.D, many, unknowns), _to(matrices.P, many, wide)
    )
    laws = zip((ports.saturation, ports.scale, *ports.charge), NOTHING, strict=True)
    saturation, scale, *charge = (np.concatenate([own, np.full(many - diodes, usual)]) for own, usual in laws)
    repeated = np.minimum(np.arange(rows), batch - 1)  # what fills the batch is solved like the last sample
    sizes = unknowns, unknowns, many, many, many, many
    held = [_to(part[repeated], rows, size) for part, size in zip(begins[:6], sizes, strict=True)]
    shared = moving if moving.shape[1] == 1 else moving[:, repeated]
    sources = (
        _to(still[repeated], rows, wide),
        np.concatenate([columns, np.full(most - len(columns), wide - 1)]),
        _to(shared, *shared.shape[:2], most),
    )
    return Filled(
        seen, Ports(saturation, scale, JunctionCharge(*charge)), sources, Held(*[*held, begins.good[repeated]])
    )


def _to(array: FloatArray, *shape: int) -> FloatArray:
    for axis, size in enumerate(shape):
        array = padded(array, size, axis)
    return array.copy()


def _size(count: int, sizes: tuple[int, ...]) -> int:
    """Return the first of the sizes that has room for so many, or a multiple of the last."""
    return next((size for size in sizes if size >= count), -(-count // sizes[-1]) * sizes[-1])
