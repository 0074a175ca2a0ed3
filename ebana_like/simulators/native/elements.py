"""What does any circuit look like to a compiled solver? The arrays of `Equations`, filled up to common sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jax import Array
from numpy.typing import NDArray

from ebana_like.elements import IntArray
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.runtime import as_jax

SMALLEST, LARGEST_ALIKE = 16, 64
"""Unknowns, values, branches and diodes that the smallest arrays have room for, with four times as many flows; and up
to which all of them have room for as many."""


class Wiring(NamedTuple):
    """Where elements stand, as positions in V, and which unknown each value of V is: `row`, (values,).

    flows: p, n, a, b, (4, flows). diodes: p, n, (2, diodes). branches: p, n, c, d and its own current, (5, branches).
    unknowns: where in V each stands, (unknowns,). is_node, is_real: whether an unknown is a node's voltage, and
        whether it is any, (unknowns,). is_load: which flows are driven resistors.
    is_voltage: which values are node voltages.
    """

    row: Array
    flows: Array
    diodes: Array
    branches: Array
    unknowns: Array
    is_node: Array
    is_real: Array
    is_load: Array
    is_voltage: Array


class Laws(NamedTuple):
    """What elements are made of.

    g: (flows,), siemens, or a gain. saturation, scale: of the diodes, amperes and volts. h, gain, r: of the branches;
        of switches where they are closed. threshold, opened: above which voltage a branch is closed, and the siemens
        that it has below.
    """

    g: Array
    saturation: Array
    scale: Array
    h: Array
    gain: Array
    r: Array
    threshold: Array
    opened: Array


class Drives(NamedTuple):
    """What differs from point to point: amperes of flows, E of branches, and loads, the g of driven resistors among the
    flows; (points, n), loads (points, 1) where none are driven."""

    amperes: Array
    sources: Array
    loads: Array


@dataclass(frozen=True, eq=False)
class Compilable:
    """A circuit's equations as arrays of common sizes.

    amperes_at, sources_at: which flows, and which branches, the columns of a drive's sources are.
    flows_of: which flows each bank of resistors is.
    """

    wiring: Wiring
    laws: Laws
    amperes_at: IntArray
    sources_at: IntArray
    flows_of: Mapping[str, slice]

    def drives(self, drive: Drive) -> Drives:
        """Return a drive of some points for these arrays."""
        points = len(drive.voltages)
        amperes = np.zeros((points, self.wiring.flows.shape[1]))
        amperes[:, self.amperes_at] = drive.amperes
        sources = np.zeros((points, self.wiring.branches.shape[1]))
        sources[:, self.sources_at] = drive.voltages
        loads = np.zeros((points, self.wiring.flows.shape[1] if drive.conductances else 1))
        for name, conductance in drive.conductances.items():
            loads[:, self.flows_of[name]] = conductance
        return Drives(as_jax(amperes), as_jax(sources), as_jax(loads))

    @property
    def values(self) -> int:
        """Size of V."""
        return len(self.wiring.row)


@lru_cache(maxsize=4)  # asked for at every phase and step
def compilable(equations: Equations) -> Compilable:
    """Return a circuit's equations, holding conductances, as arrays."""
    return _filled(equations)


def _filled(equations: Equations) -> Compilable:
    """Return everything filled up to common sizes by elements from ground to ground."""
    flows, branches, unknowns = equations.flows, equations.branches, equations.unknowns
    nothing = [np.zeros((2, 0), dtype=np.intp)]
    diodes = np.concatenate(nothing + [np.stack([law.positive, law.negative]) for law in equations.laws], axis=1)
    counts = [len(unknowns), equations.size, branches.shape[1], diodes.shape[1]]
    side = _side(*counts, -(-flows.shape[1] // 4))
    sizes = [side] * 4 + [4 * side]
    if side > LARGEST_ALIKE:
        sizes = [_side(count) for count in (*counts, flows.shape[1])]
    unknown_count, value_count, branch_count, diode_count, flow_count = sizes
    row = np.full(value_count, unknown_count)
    row[unknowns] = np.arange(len(unknowns))
    g, h, gain, r = equations.fixed
    thresholds, opened = np.full(branch_count, -np.inf), np.zeros(branch_count)
    thresholds[equations.switches], opened[equations.switches] = equations.thresholds, equations.opened
    is_load = np.zeros(flow_count, dtype=bool)
    for name in equations.driven:
        is_load[equations.flows_of[name]] = True
    wiring = Wiring(
        row=as_jax(row),
        flows=as_jax(_more(flows, flow_count, 0)),
        diodes=as_jax(_more(diodes, diode_count, 0)),
        branches=as_jax(_more(branches, branch_count, 0)),
        unknowns=as_jax(_more(unknowns, unknown_count, 0)),
        is_node=as_jax(np.arange(unknown_count) < len(equations.free_nodes)),
        is_real=as_jax(np.arange(unknown_count) < len(unknowns)),
        is_load=as_jax(is_load),
        is_voltage=as_jax(np.arange(value_count) < equations.node_count),
    )
    laws = Laws(
        g=as_jax(_more(g, flow_count, 0.0)),
        saturation=as_jax(_more(equations.saturations, diode_count, 1.0)),
        scale=as_jax(_more(equations.scales, diode_count, 1.0)),
        h=as_jax(_more(h, branch_count, 0.0)),
        gain=as_jax(_more(gain, branch_count, 0.0)),
        r=as_jax(_more(r, branch_count, 0.0)),
        threshold=as_jax(thresholds),
        opened=as_jax(opened),
    )
    return Compilable(wiring, laws, equations.amperes_at, equations.sources_at, equations.flows_of)


def _side(*counts: int) -> int:
    """Return the smallest common size with room for all counts."""
    side = SMALLEST
    while side < max(counts):
        side *= 2
    return side


def _more(array: NDArray[Any], count: int, value: Any) -> NDArray[Any]:
    """Return an array filled up along its last axis."""
    widths = [(0, 0)] * (array.ndim - 1) + [(0, count - array.shape[-1])]
    return np.pad(array, widths, constant_values=value)
