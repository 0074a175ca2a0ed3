"""What does any circuit look like to a compiled solver? Three arrays of elements, filled up to common sizes.

A *flow* carries g (V(a) - V(b)) + amperes from p to n: resistors and current sources, controlled or not, and the
current of a branch, whose V(a) is that current. A *branch* fixes h (V(p) - V(n)) - gain (V(c) - V(d)) - r I = E:
sources, controlled or not, and switches. *Diodes* have their own law. V holds node voltages, then branch currents, then
zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jax import Array
from numpy.typing import NDArray

from ebana_like.elements import (
    CCCS,
    CCVS,
    VCCS,
    VCVS,
    Bank,
    CurrentSources,
    FloatArray,
    IntArray,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.switch import CLOSED
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.runtime import as_jax
from ebana_like.systems import BoolArray

SMALLEST, LARGEST_ALIKE = 16, 64
"""Unknowns, values, branches and diodes that the smallest arrays have room for, with four times as many flows; and up
to which all of them have room for as many."""


class Wiring(NamedTuple):
    """Where elements stand, as positions in V, and which unknown each value of V is: `row`, (values,).

    flows: p, n, a, b, (4, flows). diodes: p, n, (2, diodes). branches: p, n, c, d and its own current, (5, branches).
    unknowns: where in V each stands, (unknowns,). is_node, is_real: whether an unknown is a node's voltage, and
        whether it is any, (unknowns,). is_load: which flows are driven resistors. is_switch: which branches.
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
    is_switch: Array
    is_voltage: Array


class Laws(NamedTuple):
    """What elements are made of.

    g: (flows,), siemens, or a gain. saturation, scale: of the diodes, amperes and volts. h, gain, r: of the branches;
        of switches where they are closed.
    """

    g: Array
    saturation: Array
    scale: Array
    h: Array
    gain: Array
    r: Array


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
    return _Collector(equations).collected()


class _Collector:
    """Sorts the banks' elements into flows, diodes and branches."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self.nothing = equations.size
        """A place in V that stays zero."""
        self.flows: list[tuple[IntArray, ...]] = [_none(4)]
        self.flows_of: dict[str, slice] = {}
        self.g: list[FloatArray] = [np.zeros(0)]
        self.amperes: list[IntArray] = [np.zeros(0, dtype=np.intp)]
        self.branches: list[tuple[IntArray, ...]] = [_none(5)]
        self.branch_laws: list[tuple[FloatArray, ...]] = [(np.zeros(0),) * 3]
        self.switches: list[BoolArray] = [np.zeros(0, dtype=bool)]
        self.sources: list[IntArray] = [np.zeros(0, dtype=np.intp)]

    def collected(self) -> Compilable:
        """Return all banks' elements."""
        for bank in self.equations.banks:
            self._add(bank)
        return self._filled()

    def _add(self, bank: Bank) -> None:
        zeros = np.full(len(bank), self.nothing)
        if isinstance(bank, Resistors):
            first = sum(map(len, self.g))
            self.flows_of[bank.name] = slice(first, first + len(bank))
            self._flow(bank, bank.positive, bank.negative, bank.conductance)
        elif isinstance(bank, VCCS):
            self._flow(bank, bank.control_positive, bank.control_negative, bank.gain)
        elif isinstance(bank, CCCS):
            self._flow(bank, self.equations.copied[bank.name], zeros, bank.gain)
        elif isinstance(bank, CurrentSources):
            self.amperes.append(sum(map(len, self.g)) + np.arange(len(bank)))
            self._flow(bank, zeros, zeros, np.zeros(len(bank)))
        elif isinstance(bank, VoltageSources):
            self.sources.append(sum(map(len, self.switches)) + np.arange(len(bank)))
            self._branch(bank, zeros, zeros, 0.0, 0.0)
        elif isinstance(bank, VCVS | CCVS):
            on_current = isinstance(bank, CCVS)
            c = self.equations.copied[bank.name] if isinstance(bank, CCVS) else bank.control_positive
            self._branch(bank, c, zeros if on_current else bank.nodes_of("control_negative"), bank.gain, 0.0)
        elif isinstance(bank, Switches):
            self._branch(bank, bank.control_positive, bank.control_negative, 0.0, 1 / CLOSED)

    def _flow(self, bank: Bank, a: IntArray, b: IntArray, g: FloatArray) -> None:
        self.flows.append((bank.positive, bank.negative, a, b))
        self.g.append(g)

    def _branch(self, bank: Bank, c: IntArray, d: IntArray, gain: FloatArray | float, r: float) -> None:
        own = self.equations.first_branch[bank.name] + np.arange(len(bank))
        self.branches.append((bank.positive, bank.negative, c, d, own))
        ones = np.ones(len(bank))
        self.branch_laws.append((ones, gain * ones, r * ones))
        self.switches.append(np.full(len(bank), isinstance(bank, Switches)))
        # the current of a branch is a flow that leaves one end and enters the other
        self._flow(bank, own, np.full(len(bank), self.nothing), ones)

    def _filled(self) -> Compilable:
        """Return everything filled up to common sizes by elements from nowhere to nowhere."""
        equations = self.equations
        flows, branches = (np.concatenate(parts, axis=1) for parts in (self.flows, self.branches))
        ends = [np.stack([bank.positive, bank.negative]) for bank in equations.diodes]
        diodes = np.concatenate([np.zeros((2, 0), dtype=np.intp), *ends], axis=1)
        unknowns = equations.unknowns
        counts = [len(unknowns), equations.size + 1, branches.shape[1], diodes.shape[1]]
        side = _side(*counts, -(-flows.shape[1] // 4))
        sizes = [side] * 4 + [4 * side]
        if side > LARGEST_ALIKE:
            sizes = [_side(count) for count in (*counts, flows.shape[1])]
        unknown_count, value_count, branch_count, diode_count, flow_count = sizes
        row = np.full(value_count, unknown_count)
        row[unknowns] = np.arange(len(unknowns))
        g, h, gain, r = np.concatenate(self.g), *map(np.concatenate, zip(*self.branch_laws, strict=True))
        is_load = np.zeros(flow_count, dtype=bool)
        for name in equations.driven:
            is_load[self.flows_of[name]] = True
        wiring = Wiring(
            row=as_jax(row),
            flows=as_jax(_more(flows, flow_count, self.nothing)),
            diodes=as_jax(_more(diodes, diode_count, self.nothing)),
            branches=as_jax(_more(branches, branch_count, self.nothing)),
            unknowns=as_jax(_more(unknowns, unknown_count, self.nothing)),
            is_node=as_jax(np.arange(unknown_count) < len(equations.free_nodes)),
            is_real=as_jax(np.arange(unknown_count) < len(unknowns)),
            is_load=as_jax(is_load),
            is_switch=as_jax(_more(np.concatenate(self.switches), branch_count, False)),
            is_voltage=as_jax(np.arange(value_count) < equations.node_count),
        )
        laws = Laws(
            g=as_jax(_more(g, flow_count, 0.0)),
            saturation=as_jax(_more(equations.saturations, diode_count, 1.0)),
            scale=as_jax(_more(equations.scales, diode_count, 1.0)),
            h=as_jax(_more(h, branch_count, 0.0)),
            gain=as_jax(_more(gain, branch_count, 0.0)),
            r=as_jax(_more(r, branch_count, 0.0)),
        )
        return Compilable(wiring, laws, np.concatenate(self.amperes), np.concatenate(self.sources), self.flows_of)


def _none(count: int) -> tuple[IntArray, ...]:
    return (np.zeros(0, dtype=np.intp),) * count


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
