"""How does Newton's method run on any circuit? As SPICE does it, on many points at a time, here in numpy.

Junction voltages are limited from one iteration to the next. What counts as solved is the same where it is compiled
(`compiled`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.drive import Drive
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.linear import solve_linear
from ebana_like.simulators.native.state import State
from ebana_like.systems import BoolArray

ITERATIONS = 200
"""Newton iterations before a point counts as not converging; typical are 5 to 15."""

STEP = 1e-9
"""Largest last step, volts (relative above 1 V). Newton's error is then (1e-9)^2 / N Vt: below rounding."""

IMBALANCE, SMALLEST_CURRENT = 1e-9, 1e-18
"""Kirchhoff's law must hold to this share of the largest branch current at the node, or to this many amperes."""

ROUNDING = 4 * float(np.finfo(float).eps)
"""... or to this share of what the node's conductances would carry at the point's largest voltage: no double is closer
to zero where 5 V meet 100 mS and no current flows."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """What Newton's method reached.

    state: of all points. converged, iterations: (points,).
    imbalance: Kirchhoff's law's error at the worst node, (points,), amperes. worst: that node, (points,).
    """

    state: State
    converged: BoolArray
    iterations: IntArray
    imbalance: FloatArray
    worst: IntArray

    @classmethod
    def nowhere(cls, start: State) -> "Attempt":
        """Return what is known before the first iteration."""
        points = len(start.values)
        return cls(
            start.part(slice(None)),
            np.zeros(points, dtype=bool),
            np.zeros(points, dtype=np.intp),
            np.full(points, np.inf),
            np.zeros(points, dtype=np.intp),
        )

    def insert(self, points: IntArray, attempt: "Attempt") -> None:
        """Write the outcome of some points into that of all of them."""
        self.state.values[points] = attempt.state.values
        self.state.junctions[points] = attempt.state.junctions
        self.converged[points] = attempt.converged
        self.iterations[points] = attempt.iterations
        self.imbalance[points] = attempt.imbalance
        self.worst[points] = attempt.worst


Newton = Callable[[Equations, State, Drive, float], Attempt]
"""Runs Newton's method at every point from its own start; the last argument as in `newton`."""


@np.errstate(over="ignore", invalid="ignore")  # what is no number does not settle, and is reported as a failure
def newton(equations: Equations, start: State, drive: Drive, leakage: float = 0.0) -> Attempt:
    """Run Newton's method at every point from its own start.

    leakage: conductance from every node to ground, siemens. Points that are done leave the batch.
    """
    found = Attempt.nowhere(start)
    active = np.arange(len(start.values))
    state, here = start, drive
    settled = np.zeros(len(active), dtype=bool)
    free_count = len(equations.free_nodes)
    for iteration in range(ITERATIONS + 1):
        residual, entries = equations.evaluate(state, here, leakage)
        imbalance = np.abs(residual.values[:, :free_count])
        volts = np.abs(state.values[:, : equations.node_count]).max(axis=1, keepdims=True)
        rounding = ROUNDING * (volts * np.abs(entries[:, equations.diagonal]) + residual.followed)
        excess = imbalance / (IMBALANCE * residual.largest + SMALLEST_CURRENT + rounding)
        done = settled & (excess < 1).all(axis=1)
        off, node = _worst_node(equations, imbalance, excess)
        found.insert(active, Attempt(state, done, np.full(len(active), iteration), off, node))
        going = np.flatnonzero(~done & np.isfinite(residual.values).all(axis=1))
        if not going.size or iteration == ITERATIONS:
            break
        active, here = active[going], here.part(going)
        steps = solve_linear(equations.pattern, entries[going], -residual.values[going])
        state, settled = _step(equations, state.part(going), steps)
    return found


def _worst_node(equations: Equations, imbalance: FloatArray, excess: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return by how much Kirchhoff's law is off where it is worst, (points,), amperes, and at which node."""
    points = len(imbalance)
    if not imbalance.size:
        return np.zeros(points), np.zeros(points, dtype=np.intp)
    worst = np.nan_to_num(excess, nan=np.inf).argmax(axis=1)
    return imbalance[np.arange(points), worst], equations.free_nodes[worst]


def _step(equations: Equations, state: State, steps: FloatArray) -> tuple[State, BoolArray]:
    """Take a step, limit the junctions, and say which points hardly moved."""
    values = state.values
    before = equations.shut(values)
    values[:, equations.unknowns] += steps
    junctions = _limited(equations, state.junctions, equations.junction_drops(values))
    nodes = equations.free_nodes
    near = np.abs(steps[:, : len(nodes)]) <= STEP * np.maximum(1, np.abs(values[:, nodes]))
    free = equations.junction_drops(values)
    unlimited = np.abs(junctions - free) <= STEP * np.maximum(1, np.abs(free))
    same = equations.shut(values) == before
    settled = near.all(axis=1) & unlimited.all(axis=1) & same.all(axis=1)
    return State(values, junctions), settled


def _limited(equations: Equations, old: FloatArray, new: FloatArray) -> FloatArray:
    """SPICE's pnjlim: let no junction climb its exponential faster than the logarithm of the step asked for."""
    scale, critical = equations.scales, equations.critical
    too_far = (new > critical) & (np.abs(new - old) > 2 * scale)
    with np.errstate(invalid="ignore", divide="ignore"):
        climb = 1 + (new - old) / scale
        from_above = np.where(climb > 0, old + scale * np.log(climb), critical)
        from_below = scale * np.log(new / scale)
    return np.where(too_far, np.where(old > 0, from_above, from_below), new)
