"""What are the node voltages of any circuit? Newton's method as SPICE does it, on many points at a time.

Junction voltages are limited from one iteration to the next; where that does not converge, a conductance from every
node to ground is lowered step by step (gmin stepping), then all sources are raised step by step (source stepping).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, IntArray
from ebana_like.simulators.drive import Drive, free_drive, nudged_drives
from ebana_like.simulators.newton.equations import Equations
from ebana_like.simulators.newton.linear import solve_linear
from ebana_like.simulators.newton.state import State
from ebana_like.simulators.protocol import BoolArray, Nudging
from ebana_like.simulators.solved import Solved

ITERATIONS = 200
"""Newton iterations before a point counts as not converging; typical are 5 to 15."""

STEP = 1e-9
"""Largest last step, volts (relative above 1 V). Newton's error is then (1e-9)^2 / N Vt: below rounding."""

IMBALANCE, SMALLEST_CURRENT = 1e-9, 1e-18
"""Kirchhoff's law must hold to this share of the largest branch current at the node, or to this many amperes."""

ROUNDING = 4 * float(np.finfo(float).eps)
"""... or to this share of what the node's conductances would carry at the point's largest voltage: no double is closer
to zero where 5 V meet 100 mS and no current flows."""

LEAKAGES = (*(10.0**-k for k in range(2, 16)), 0.0)
"""Conductances of gmin stepping, siemens."""

FIRST_RISE, SMALLEST_RISE = 0.1, 1e-4
"""Steps of source stepping, as shares of the full sources."""

CHUNK = 4_000_000
"""Doubles that the largest array of one go may hold: 32 MB."""


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


Newton = Callable[[Equations, State, Drive, float], Attempt]
"""Runs Newton's method at every point from its own start; the last argument as in `newton`."""


class GeneralEngine:
    """Solves any circuit of our elements."""

    def __init__(self, circuit: Circuit, run: "Newton | None" = None) -> None:
        """Hold the circuit's equations; run: runs Newton's method on them, `newton` unless given."""
        self.circuit = circuit
        self._equations = Equations(circuit)
        self._run: Newton = run or newton

    def solve(self, conductances: Mapping[str, FloatArray], features: FloatArray, nudging: Nudging | None) -> Solved:
        """Solve a batch; arguments as in `Simulator.solve`."""
        equations = self._equations.with_conductances(conductances)
        drive = free_drive(self.circuit, features)
        messages: dict[int, str] = {}
        free = self._phase(equations, equations.start(drive), drive, messages)
        attempts = [free]
        if nudging is not None:
            nodes = free.state.values[:, : len(self.circuit.nodes)]
            scores = self.circuit.outputs.scores(nodes)
            for nudged in nudged_drives(self.circuit, drive, scores, nudging):
                attempts.append(self._nudged(equations, free, nudged, messages))
        voltages = np.stack([attempt.state.values[:, : len(self.circuit.nodes)] for attempt in attempts])
        converged = np.stack([attempt.converged for attempt in attempts])
        voltages[~converged] = np.nan
        return Solved(voltages, converged, np.stack([attempt.iterations for attempt in attempts]), messages)

    def adjoint(self, conductances: Mapping[str, FloatArray], voltages: FloatArray, currents: FloatArray) -> FloatArray:
        """Solve the transposed equations at free operating points; arguments and result as in `Simulator.adjoint`.

        voltages: (points, nodes), volts. The Jacobian is factored again at each of them: the last factor of Newton's
        method belongs to the iterate before.
        """
        equations = self._equations.with_conductances(conductances)
        drive = free_drive(self.circuit, np.zeros((len(voltages), self.circuit.inputs.count)))
        right = np.zeros((len(voltages), equations.pattern.size))
        for nodes, sign in ((self.circuit.outputs.positive, 1.0), (self.circuit.outputs.negative, -1.0)):
            for row, current in zip(equations.row_of[nodes].tolist(), currents.T, strict=True):
                if row >= 0:
                    right[:, row] += sign * current
        result = np.zeros_like(voltages)
        chunk = _chunk(equations)
        for first in range(0, len(voltages), chunk):
            part = slice(first, first + chunk)
            _, entries = equations.evaluate(equations.at(voltages[part]), drive.part(part), 0.0)
            solved = solve_linear(equations.pattern, entries, right[part], transposed=True)
            result[part, equations.free_nodes] = solved[:, : len(equations.free_nodes)]
        return result

    def _nudged(self, equations: Equations, free: Attempt, drive: Drive, messages: dict[int, str]) -> Attempt:
        """Solve one nudged phase of the samples whose free phase was solved, from their free states."""
        samples = np.flatnonzero(free.converged)
        found = _copy(free)
        found.converged[:] = False
        found.iterations[:] = 0
        start = free.state.part(samples)
        equations.pin(start.values, drive.part(samples))
        own: dict[int, str] = {}
        _insert(found, samples, self._phase(equations, start, drive.part(samples), own))
        messages.update({int(samples[k]): text for k, text in own.items()})
        return found

    def _phase(self, equations: Equations, start: State, drive: Drive, messages: dict[int, str]) -> Attempt:
        """Solve one phase, a chunk of points at a time."""
        result = _nothing(start)
        chunk = _chunk(equations)
        for first in range(0, len(start.values), chunk):
            points = np.arange(first, min(first + chunk, len(start.values)))
            attempt = self._run(equations, start.part(points), drive.part(points), 0.0)
            _insert(result, points, attempt)
        for point in np.flatnonzero(~result.converged).tolist():
            only = np.array([point])
            rescued, how = _rescue(self._run, equations, drive.part(only))
            iterations = result.iterations[point]
            if rescued is not None:
                _insert(result, only, rescued)
                messages[point] = f"solved by {how} stepping"
            else:
                messages[point] = (
                    f"no operating point after {iterations} iterations, gmin stepping and source stepping: Kirchhoff's "
                    f'law is off by {result.imbalance[point]:.1e} A at node "'
                    f'{self.circuit.nodes[result.worst[point]]}"; try smaller voltages or a softer diode model'
                )
            result.iterations[point] += iterations if rescued is not None else 0
        return result


@np.errstate(over="ignore", invalid="ignore")  # what is no number does not settle, and is reported as a failure
def newton(equations: Equations, start: State, drive: Drive, leakage: float = 0.0) -> Attempt:
    """Run Newton's method at every point from its own start.

    leakage: conductance from every node to ground, siemens. Points that are done leave the batch.
    """
    found = _nothing(start)
    active = np.arange(len(start.values))
    state, here = start, drive
    settled = np.zeros(len(active), dtype=bool)
    free_count = len(equations.free_nodes)
    for iteration in range(ITERATIONS + 1):
        residual, entries = equations.evaluate(state, here, leakage)
        imbalance = np.abs(residual.values[:, :free_count])
        volts = np.abs(state.values[:, : equations.node_count]).max(axis=1, keepdims=True)
        rounding = ROUNDING * volts * np.abs(entries[:, equations.diagonal])
        excess = imbalance / (IMBALANCE * residual.largest + SMALLEST_CURRENT + rounding)
        done = settled & (excess < 1).all(axis=1)
        off, node = _worst_node(equations, imbalance, excess)
        _insert(found, active, Attempt(state, done, np.full(len(active), iteration), off, node))
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
    before = equations.closed(values)
    values[:, equations.unknowns] += steps
    junctions = _limited(equations, state.junctions, equations.junction_drops(values))
    nodes = equations.free_nodes
    near = np.abs(steps[:, : len(nodes)]) <= STEP * np.maximum(1, np.abs(values[:, nodes]))
    free = equations.junction_drops(values)
    unlimited = np.abs(junctions - free) <= STEP * np.maximum(1, np.abs(free))
    same = equations.closed(values) == before
    settled = near.all(axis=1) & unlimited.all(axis=1) & same.all(axis=1)
    return State(values, junctions), settled


def _limited(equations: Equations, old: FloatArray, new: FloatArray) -> FloatArray:
    """SPICE's pnjlim: let no junction climb its exponential faster than the logarithm of the step asked for."""
    scale, saturation = equations.scales, equations.saturations
    critical = scale * np.log(scale / (np.sqrt(2) * saturation))
    too_far = (new > critical) & (np.abs(new - old) > 2 * scale)
    with np.errstate(invalid="ignore", divide="ignore"):
        climb = 1 + (new - old) / scale
        from_above = np.where(climb > 0, old + scale * np.log(climb), critical)
        from_below = scale * np.log(new / scale)
    return np.where(too_far, np.where(old > 0, from_above, from_below), new)


def _rescue(run: Newton, equations: Equations, drive: Drive) -> tuple[Attempt | None, str]:
    """Try gmin stepping, then source stepping, on one point; what was found, and how."""
    attempt = _gmin_stepping(run, equations, drive)
    if attempt is not None:
        return attempt, "gmin"
    return _source_stepping(run, equations, drive), "source"


def _gmin_stepping(run: Newton, equations: Equations, drive: Drive) -> Attempt | None:
    state, iterations = equations.start(drive), 0
    for leakage in LEAKAGES:
        attempt = run(equations, state, drive, leakage)
        iterations += int(attempt.iterations[0])
        if not attempt.converged[0]:
            return None
        state = attempt.state
    attempt.iterations[0] = iterations
    return attempt


def _source_stepping(run: Newton, equations: Equations, drive: Drive) -> Attempt | None:
    """Raise the sources from nothing, by smaller steps where they fail and larger ones where not."""
    reached, rise, iterations = 0.0, FIRST_RISE, 0
    state = equations.start(drive.scaled(0.0))
    while rise >= SMALLEST_RISE:
        level = min(reached + rise, 1.0)
        there = drive.scaled(level)
        start = state.part(slice(None))
        equations.pin(start.values, there)
        attempt = run(equations, start, there, 0.0)
        iterations += int(attempt.iterations[0])
        if not attempt.converged[0]:
            rise /= 4
            continue
        state, reached, rise = attempt.state, level, 1.5 * rise
        if level == 1.0:
            attempt.iterations[0] = iterations
            return attempt
    return None


def _chunk(equations: Equations) -> int:
    """Return how many points one go may have."""
    largest = max(equations.element_count, equations.size, equations.dense_size)
    return int(max(CHUNK // largest, 1))


def _nothing(start: State) -> Attempt:
    points = len(start.values)
    return Attempt(
        start.part(slice(None)),
        np.zeros(points, dtype=bool),
        np.zeros(points, dtype=np.intp),
        np.full(points, np.inf),
        np.zeros(points, dtype=np.intp),
    )


def _copy(attempt: Attempt) -> Attempt:
    return Attempt(
        attempt.state.part(slice(None)),
        attempt.converged.copy(),
        attempt.iterations.copy(),
        attempt.imbalance.copy(),
        attempt.worst.copy(),
    )


def _insert(into: Attempt, points: IntArray, attempt: Attempt) -> None:
    """Write the outcome of some points into that of all of them."""
    into.state.values[points] = attempt.state.values
    into.state.junctions[points] = attempt.state.junctions
    into.converged[points] = attempt.converged
    into.iterations[points] = attempt.iterations
    into.imbalance[points] = attempt.imbalance
    into.worst[points] = attempt.worst
