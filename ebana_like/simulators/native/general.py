"""What are the node voltages of any circuit? Newton's method on all points of a phase, and steps where it fails."""

from collections.abc import Sequence

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.simulators.drive import Drive, free_drive, nudged_drives
from ebana_like.simulators.native.equations import Equations
from ebana_like.simulators.native.linear import solve_linear
from ebana_like.simulators.native.newton import Attempt, Newton, newton
from ebana_like.simulators.native.rescue import rescue
from ebana_like.simulators.native.state import State
from ebana_like.simulators.solved import Solved
from ebana_like.systems import Nudging
from ebana_like.values import Values

CHUNK = 4_000_000
"""Doubles that the largest array of one go may hold: 32 MB."""


class GeneralEngine:
    """Solves any circuit of our elements."""

    def __init__(self, circuit: Circuit, run: Newton | None = None, driven: Sequence[str] = ()) -> None:
        """Hold the circuit's equations; run: runs Newton's method on them, `newton` unless given; driven: see there."""
        self.circuit = circuit
        self.equations = Equations(circuit, driven)
        self._run: Newton = run or newton

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None) -> Solved:
        """Solve a batch; arguments as in `Simulator.solve`."""
        equations = self.equations.with_values(values)
        drive = free_drive(self.circuit, features, values)
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

    def settled(self, values: Values, voltages: FloatArray, amperes: FloatArray, messages: dict[int, str]) -> Attempt:
        """Return where points settle whose sources hold these volts and amperes, (points, sources), bank after bank."""
        equations = self.equations.with_values(values)
        loads = {name: np.tile(siemens, (len(voltages), 1)) for name, siemens in self.circuit.loads.items()}
        drive = Drive(voltages, amperes, loads)
        return self._phase(equations, equations.start(drive), drive, messages)

    def each(self, values: Values, features: FloatArray, rows: int) -> FloatArray:
        """Return the scores (points, outputs) of points that each have values of their own; NaN where not solved.

        Points are copies of so many rows, all much alike: each starts from where the first copy's row has settled.

        values: (points, n) by address, of sources, and of resistors that are driven. features: (points, features).
        """
        equations, circuit = self.equations, self.circuit
        drive = free_drive(circuit, features, {}).varied(circuit, values)
        first = drive.part(slice(0, rows))
        settled = self._phase(equations, equations.start(first), first, {})
        at = np.arange(len(features)) % rows
        near, far, there = settled.state.part(at), equations.start(drive), settled.converged[at][:, None]
        start = State(np.where(there, near.values, far.values), np.where(there, near.junctions, far.junctions))
        equations.pin(start.values, drive)
        found = self._phase(equations, start, drive, {})
        scores = circuit.outputs.scores(found.state.values[:, : len(circuit.nodes)])
        return np.where(found.converged[:, None], scores, np.nan)

    def adjoint(self, values: Values, voltages: FloatArray, currents: FloatArray) -> FloatArray:
        """Solve the transposed equations at free operating points; arguments and result as in `Simulator.adjoint`.

        voltages: (points, nodes), volts. The Jacobian is factored again at each of them: the last factor of Newton's
        method belongs to the iterate before.
        """
        equations = self.equations.with_values(values)
        drive = free_drive(self.circuit, np.zeros((len(voltages), self.circuit.inputs.count)), values)
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
        found = Attempt.nowhere(free.state)
        start = free.state.part(samples)
        equations.pin(start.values, drive.part(samples))
        own: dict[int, str] = {}
        found.insert(samples, self._phase(equations, start, drive.part(samples), own))
        messages.update({int(samples[k]): text for k, text in own.items()})
        return found

    def _phase(self, equations: Equations, start: State, drive: Drive, messages: dict[int, str]) -> Attempt:
        """Solve one phase, a chunk of points at a time."""
        result = Attempt.nowhere(start)
        chunk = _chunk(equations)
        for first in range(0, len(start.values), chunk):
            points = np.arange(first, min(first + chunk, len(start.values)))
            attempt = self._run(equations, start.part(points), drive.part(points), 0.0)
            result.insert(points, attempt)
        for point in np.flatnonzero(~result.converged).tolist():
            only = np.array([point])
            rescued, how = rescue(self._run, equations, drive.part(only))
            iterations = result.iterations[point]
            if rescued is not None:
                result.insert(only, rescued)
                messages[point] = f"solved by {how} stepping"
            else:
                messages[point] = (
                    f"no operating point after {iterations} iterations, gmin stepping and source stepping: Kirchhoff's "
                    f'law is off by {result.imbalance[point]:.1e} A at node "'
                    f'{self.circuit.nodes[result.worst[point]]}"; try smaller voltages or a softer diode model'
                )
            result.iterations[point] += iterations if rescued is not None else 0
        return result


def _chunk(equations: Equations) -> int:
    """Return how many points one go may have."""
    largest = max(equations.element_count, equations.size, equations.dense_size)
    return int(max(CHUNK // largest, 1))
