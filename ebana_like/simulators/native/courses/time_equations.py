"""Which equations does a circuit obey in time? Those at DC, and the rates of all charges and fluxes.

With V all node voltages, then all branch currents,

    A V + B x + D i(v) + dQ/dt = 0,    Q = C V + D q(v),    v = D' V:

A of what is linear, x what the independent sources hold, i and q currents and charges of the diodes; a node's equation
is Kirchhoff's current law, a branch's its own law, in which a flux has the sign of its voltage drop. Nodes that a
grounded source decides are known, so V = u at the unknowns and a combination of x elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, Diodes, FloatArray, IntArray, WiredCrossbar, of_kind
from ebana_like.elements.constants import GMIN
from ebana_like.elements.diode import junction
from ebana_like.elements.junction_charge import JunctionCharge, charge_of, junction_capacitance
from ebana_like.errors import CircuitError
from ebana_like.simulators.native.equations import Equations
from ebana_like.values import Values


class Junctions(NamedTuple):
    """Diodes, each (diodes,). saturation: IS, amperes. scale: N Vt, volts. charge: of its card."""

    saturation: FloatArray
    scale: FloatArray
    charge: JunctionCharge


class Matrices(NamedTuple):
    """The equations at the unknowns u, (n,): G u + S x + D' i + d/dt (C u + T x + D' q) = 0, drops v = D u + P x.

    G, C: (n, n). S, T: (n, sources). D: (diodes, n). P: (diodes, sources). x: voltage sources, then current sources.
    """

    G: FloatArray
    C: FloatArray
    S: FloatArray
    T: FloatArray
    D: FloatArray
    P: FloatArray


@dataclass(frozen=True, eq=False)
class TimeEquations:
    """The equations of one circuit with its values, and how V follows from the unknowns.

    size, nodes: of V, and of its nodes, which come first. unknowns: where in V each unknown stands, (n,). known: V of
    what sources decide, (size, sources), zero at the unknowns. wires: where in V the inductors' currents stand,
    (inductors,).
    stored: C of all of V, (size, size). drop_of: of the diodes, by V, (diodes, size).
    conducted, pushed: A of all of V, (size, size), and B, (size, sources).
    """

    matrices: Matrices
    junctions: Junctions
    size: int
    nodes: int
    unknowns: IntArray
    known: FloatArray
    wires: IntArray
    stored: FloatArray
    drop_of: FloatArray
    conducted: FloatArray
    pushed: FloatArray

    def small_signal(self, drops: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return di/dv, siemens, and dq/dv, farads, of the diodes at drops, (..., diodes)."""
        ports = self.junctions
        _, slopes = junction(drops, ports.saturation, ports.scale)
        return slopes, junction_capacitance(drops, slopes - GMIN, ports.charge)

    def whole(self, u: FloatArray, x: FloatArray) -> FloatArray:
        """Return V, (..., size), given unknowns (..., n) and sources (..., sources)."""
        found = np.asarray(x @ self.known.T)
        found[..., self.unknowns] = u
        return found


def time_equations(circuit: Circuit, values: Values, of_circuit: Equations | None = None) -> TimeEquations:
    """Return a circuit's equations in time.

    values: held, by address. of_circuit: the circuit's equations, where they were found before. Raises CircuitError for
    elements whose law in time is not known here.
    """
    circuit.refuse(Devices, "only ngspice knows its law: use --engine ngspice")
    circuit.refuse(WiredCrossbar, "what is asked here is not known of crossbars with wires: leave the wires out")
    if circuit.storage.unread:
        raise CircuitError(f"{circuit.storage.unread[0]}; it would be missing in time")
    equations = (of_circuit or Equations(circuit)).with_values(values)
    if not equations.is_compiled or len(equations.switches):
        raise CircuitError(
            f'"{circuit.title}" has a switch or a written law, whose course in time only ngspice follows: use --engine '
            "ngspice"
        )
    size, A = equations.size, np.zeros((equations.size, equations.size))
    g, h, gain, r = equations.fixed
    for row, sign in ((0, 1.0), (1, -1.0)):
        for column, other in ((2, 1.0), (3, -1.0)):
            np.add.at(A, (equations.flows[row], equations.flows[column]), sign * other * g)
    p, n, c, d, own = equations.branches
    for column, factor in ((p, h), (n, -h), (c, -gain), (d, gain), (own, -r)):
        np.add.at(A, (own, column), factor)
    voltages, amperes = len(equations.sources_at), len(equations.amperes_at)
    B = np.zeros((size, voltages + amperes))
    B[own[equations.sources_at], np.arange(voltages)] = -1.0
    for row, sign in ((0, 1.0), (1, -1.0)):
        np.add.at(B, (equations.flows[row, equations.amperes_at], voltages + np.arange(amperes)), sign)
    known = np.zeros((size, voltages + amperes))
    known[equations.pinned_nodes, equations.pinned_sources] = equations.pinned_signs
    capacity, wires = _stored(circuit, equations)
    laws = of_kind(equations.laws, Diodes)
    nothing = np.zeros(0, dtype=np.intp)
    ends = [np.concatenate([nothing, *(getattr(bank, end) for bank in laws)]) for end in ("positive", "negative")]
    D = np.zeros((len(ends[0]), size))
    np.add.at(D, (np.arange(len(D)), ends[0]), 1.0)
    np.add.at(D, (np.arange(len(D)), ends[1]), -1.0)
    D[:, 0] = 0.0
    at = equations.unknowns
    matrices = Matrices(
        A[np.ix_(at, at)],
        capacity[np.ix_(at, at)],
        (A @ known + B)[at],
        (capacity @ known)[at],
        D[:, at],
        D @ known,
    )
    return TimeEquations(matrices, _junctions(laws), size, len(circuit.nodes), at, known, wires, capacity, D, A, B)


def _stored(circuit: Circuit, equations: Equations) -> tuple[FloatArray, IntArray]:
    """Return C of all of V, (size, size), and where the inductors' currents stand in it."""
    found, stored = np.zeros((equations.size, equations.size)), circuit.storage
    of = stored.capacitors
    for row, sign in ((of.positive, 1.0), (of.negative, -1.0)):
        np.add.at(found, (row, of.positive), sign * of.capacitance)
        np.add.at(found, (row, of.negative), -sign * of.capacitance)
    found[0] = found[:, 0] = 0.0
    wires = equations.currents_of(stored.inductors.wires)
    found[np.ix_(wires, wires)] = -stored.inductances
    return found, wires


def _junctions(laws: Sequence[Diodes]) -> Junctions:
    charges = [charge_of(bank) for bank in laws]

    def each(values: list[FloatArray]) -> FloatArray:
        return np.concatenate([np.zeros(0), *values])

    return Junctions(
        each([bank.saturation for bank in laws]),
        each([np.full(len(bank), bank.model.scale) for bank in laws]),
        JunctionCharge(*(each([charge[k] for charge in charges]) for k in range(len(JunctionCharge._fields)))),
    )
