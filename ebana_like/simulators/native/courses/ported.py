"""What do the loops that follow a circuit need of it? Its ports, and what is seen through them at a step's size."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.native.courses.course import Held, Seen, Side, room_for
from ebana_like.simulators.native.courses.junction_loops import DiodeRows, diode_rows, laws
from ebana_like.simulators.native.courses.port_loops import settle
from ebana_like.simulators.native.courses.time_equations import TimeEquations

USUAL_CONDUCTANCE = 1e-4
"""Siemens beside each port in a circuit without resistors."""

IMBALANCE = 1e-9
"""Share of the largest term of any equation by which one may be missed where a circuit is said to rest."""


def beside(equations: TimeEquations) -> float:
    """Return y of `march`, siemens: the middle of the circuit's conductances on a logarithmic scale."""
    diagonal = np.abs(np.diag(equations.matrices.G))
    own = diagonal[diagonal > 0]
    return float(np.exp(np.log(own).mean())) if len(own) else USUAL_CONDUCTANCE


@dataclass(frozen=True, eq=False)
class Ported:
    """A circuit's equations, and its ports: pairs of nodes with diodes between them.

    drop_of: drops by V, (ports, size). D, P: by the unknowns and by the sources, (ports, n) and (ports, sources).
    scale: the least N Vt at each, (ports,), volts. y: siemens beside each.
    """

    equations: TimeEquations
    diodes: DiodeRows
    drop_of: FloatArray
    D: FloatArray
    P: FloatArray
    scale: FloatArray
    y: float

    @classmethod
    def of(cls, equations: TimeEquations) -> Self:
        """Find the ports."""
        diodes, own = diode_rows(equations.junctions, equations.drop_of)
        scale = np.full(len(own), np.inf)
        np.minimum.at(scale, diodes.port, diodes.scale)
        of = equations.matrices
        return cls(equations, diodes, equations.drop_of[own], of.D[own], of.P[own], scale, beside(equations))

    def seen(self, a: FloatArray) -> Seen:
        """Return the circuit at step sizes, given a of each; NaN where its equations are singular."""
        G, C = self.conducted, self.equations.matrices.C
        try:
            inverses = np.linalg.inv(G + a[:, None, None] * C)
        except np.linalg.LinAlgError:
            inverses = np.full((len(a), *G.shape), np.nan)
        opened, through = self.D @ inverses, inverses @ self.D.T
        return Seen(opened, np.concatenate([inverses, -through], axis=2), opened @ self.D.T)

    @property
    def conducted(self) -> FloatArray:
        """G with y beside every port, (n, n)."""
        found: FloatArray = self.equations.matrices.G + self.y * self.D.T @ self.D
        return found

    @property
    def pushed(self) -> FloatArray:
        """S with what sources drive through the y, (n, sources)."""
        found: FloatArray = self.equations.matrices.S + self.y * self.D.T @ self.P
        return found

    def sides(self, still: FloatArray, columns: IntArray) -> tuple[Side, Side, Side]:
        """Return what sources push, carry and open: still (batch, sources), and those columns that move."""

        def side(by: FloatArray) -> Side:
            return Side(by @ still.T, np.ascontiguousarray(by[:, columns]))

        return side(self.pushed), side(self.equations.matrices.T), side(self.P)

    def held(self, whole: FloatArray, a: float) -> Held:
        """Return what a first step of Euler, of this a, is given where samples hold V, (batch, size)."""
        v = np.ascontiguousarray((whole @ self.drop_of.T).T)
        charge = np.empty_like(v)
        laws(self.diodes, v, np.empty_like(v), np.empty_like(v), charge, np.empty_like(v))
        memory = np.ascontiguousarray(a * (whole @ self.equations.stored.T)[:, self.equations.unknowns].T)
        return Held(memory, a * charge, v, np.zeros_like(v), np.zeros_like(v), np.zeros_like(v))

    def at_rest(self, x: FloatArray) -> FloatArray:
        """Return V where samples rest under sources x (batch, sources), (batch, size); NaN where it is not found."""
        n, ports, batch = len(self.equations.unknowns), len(self.D), len(x)
        seen = self.seen(np.zeros(1))
        both, _, _, drop, opened, inner = room_for(n, ports, batch)
        both[:n] = -self.pushed @ x.T
        bad = np.zeros(batch, dtype=bool)
        if ports:
            opened[:] = seen.opened[0] @ both[:n] + self.P @ x.T
            drop[:] = 0.0
            settle(self.diodes, self.y, 0.0, seen.Z[0], opened, np.zeros_like(drop), drop, inner, both[n:], bad)
        u = seen.whole[0] @ both
        terms = np.stack([self.conducted @ u, -both[:n], self.D.T @ both[n:]])
        with np.errstate(invalid="ignore"):
            bad |= ~(np.abs(terms.sum(axis=0)) <= IMBALANCE * np.abs(terms).max(axis=(0, 1))).all(axis=0)
        found = self.equations.whole(u.T, x)
        found[bad] = np.nan
        return found
