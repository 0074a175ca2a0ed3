"""How does a batch pass through the sweep? In runs of points, with every failed point tried again."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.elements.index import Index
from ebana_like.netlist import Tolerances
from ebana_like.simulators.ngspice import block as layout
from ebana_like.simulators.ngspice.messages import Answer
from ebana_like.simulators.ngspice.proof import Verdict
from ebana_like.simulators.ngspice.sweep import Sweep
from ebana_like.simulators.protocol import driven_values
from ebana_like.systems import Nudging, Seconds

RELAXED, LOOSE = 1e-9, 1e-6
"""Relative tolerances for points that stall: with the first, gradients are still good to 2e-6 at beta = 1e-7 S."""

LOOSEST = 1e-3
"""Relative tolerance of ngspice where no options are given."""

BY_ITSELF = "solved as ngspice does by itself, with the tolerances {:.0e}, 1e-12 A and 1e-6 V"

SAME = 1e-6
"""Share of its largest voltage by which a point may move when it is solved afresh."""

MANY = 10
"""Times as many iterations as its neighbours that make a point suspect."""


LARGEST_TOUR = 100
"""Samples up to which ordering them costs less than it saves; its time grows with their square."""


@dataclass(frozen=True, eq=False)
class _Leg:
    """Points solved in one run with the same conductances.

    Where sources alone are driven one leg is enough: each sample's free point, then its nudged ones, which start from
    it (8 Newton iterations a point instead of 13, phase after phase). Resistors have one conductance for a whole run,
    so where they are driven all points of the same conductances are a leg.

    conductances: of the driven resistors, (n,) by bank, siemens.
    samples, phases: which point each is, (points,).
    voltages, currents: values of the external sources, (points, sources), in the order of the sweep's banks; volts,
        amperes.
    nudges_itself: free points set the driven sources of the nudged points behind them.
    """

    conductances: Mapping[str, FloatArray]
    samples: IntArray
    phases: IntArray
    voltages: FloatArray
    currents: FloatArray
    nudges_itself: bool = False


def solve_batch(sweep: Sweep, features: FloatArray, nudging: Nudging | None) -> Answer:
    """Solve a batch; arguments as in `Simulator.solve`."""
    began = time.perf_counter()
    circuit = sweep.circuit
    phases = 1 + (0 if nudging is None else nudging.phases)
    shape = (phases, len(features))
    voltages = np.full((*shape, len(circuit.nodes)), np.nan)
    voltages[..., 0] = 0.0
    converged = np.zeros(shape, dtype=bool)
    iterations = np.zeros(shape, dtype=np.intp)
    messages: dict[int, str] = {}
    stimuli = circuit.inputs.voltages(features), sweep.held_of("voltage")
    sweep.expect(max(float(np.abs(volts).max(initial=0.0)) for volts in stimuli))
    for leg in _legs(sweep, features, nudging, voltages):
        sweep.alter(leg.conductances)
        points = _Points(sweep, leg)
        failures = points.run(nudging if leg.nudges_itself else None)
        voltages[leg.phases, leg.samples, 1:] = points.results
        converged[leg.phases, leg.samples] = points.solved
        iterations[leg.phases, leg.samples] = points.iterations
        messages |= {int(leg.samples[point]): text for point, text in failures.items()}
    voltages[~converged, 0] = np.nan
    full = sweep.reduction.restore(voltages, features)
    return Answer(full, converged, iterations, messages, Seconds(solving=time.perf_counter() - began))


def _legs(sweep: Sweep, features: FloatArray, nudging: Nudging | None, solved: FloatArray) -> Iterator[_Leg]:
    """Split a batch into legs.

    solved: (1 + phases, batch, nodes), volts; holds what the legs so far were solved to, NaN where they were not: the
    free phase when the others are asked for.
    """
    circuit, (inputs, injected) = sweep.circuit, sweep.stimuli(features)
    phases, batch = solved.shape[:2]
    held_volts, held_amperes = (np.tile(sweep.held_of(kind), (batch, 1)) for kind in ("voltage", "amperes"))
    volts = sum(map(len, sweep.voltage_banks)) - inputs.shape[1] - held_volts.shape[1]
    amperes = sum(map(len, sweep.current_banks)) - injected.shape[1] - held_amperes.shape[1]
    undriven = (
        np.hstack([inputs, np.zeros((batch, volts)), held_volts]),
        np.hstack([np.zeros((batch, amperes)), injected, held_amperes]),
    )
    own, samples = circuit.loads, _tour(np.hstack([inputs, injected]))
    if not own:
        order = np.repeat(samples, phases), np.tile(np.arange(phases), batch)
        voltages, currents = (part[order[0]] for part in undriven)
        yield _Leg({}, *order, voltages, currents, nudges_itself=nudging is not None)
        return
    voltages, currents = (part[samples] for part in undriven)
    yield _Leg(own, samples, np.zeros_like(samples), voltages, currents)
    if nudging is None:
        return
    scores = circuit.outputs.scores(solved[0])
    samples = samples[np.isfinite(scores[samples]).all(axis=1)]
    values = driven_values(circuit, nudging, scores, slice(0, batch))
    for phase in range(nudging.phases):
        loads = np.hstack([values[f"{name}.conductance"][phase, samples] for name in own])
        distinct, which = np.unique(loads, axis=0, return_inverse=True)
        for k, load in enumerate(distinct):
            chosen = samples[which.ravel() == k]
            voltages, currents = (part[chosen] for part in undriven)
            for address, where in sweep.places.items():
                driven = voltages if address.endswith(".voltage") else currents
                driven[:, where] = values[address][phase, chosen]
            parts = np.split(load, np.cumsum([len(g) for g in own.values()])[:-1])
            conductances = dict(zip(own, parts, strict=True))
            yield _Leg(conductances, chosen, np.full_like(chosen, phase + 1), voltages, currents)


def _tour(stimuli: FloatArray) -> IntArray:
    """Return an order of samples in which each is followed by the one nearest to it, as far as any is left.

    ngspice starts a point from the one before, and a diode from the line through the two before. On Iris in batches of
    10 this saves 13 % of the Newton iterations (5.67 -> 4.93 a point).
    """
    batch = len(stimuli)
    if not 2 < batch <= LARGEST_TOUR:
        return np.arange(batch)
    distances = ((stimuli[:, None] - stimuli[None]) ** 2).sum(axis=-1)
    tour = [0]
    for _ in range(batch - 1):
        distances[:, tour[-1]] = np.inf
        tour.append(int(distances[tour[-1]].argmin()))
    return np.array(tour)


class _Points:
    """One leg's points on their way through the layout."""

    def __init__(self, sweep: Sweep, leg: _Leg) -> None:
        self.sweep = sweep
        self.count = len(leg.samples)
        self.samples = np.ascontiguousarray(leg.samples, dtype=np.int64)
        self.points_a_sample = int(leg.phases.max(initial=0)) + 1 if leg.nudges_itself else 1
        self.voltages = np.ascontiguousarray(leg.voltages)
        self.currents = np.ascontiguousarray(leg.currents)
        self.results = np.full((self.count, len(sweep.circuit.nodes) - 1), np.nan)
        self.iterations = np.zeros(self.count, dtype=np.int64)
        self.solved = np.ones(self.count, dtype=bool)
        self.proven = np.zeros(self.count, dtype=bool)
        self.afresh = np.zeros(self.count, dtype=bool)
        self._error: Exception | None = None

    def run(self, nudging: Nudging | None) -> dict[int, str]:
        """Solve all points; return what happened to the ones that did not go smoothly, by point."""
        kept, address = self.sweep.library.function(self._nudge_by(nudging)) if nudging else (None, 0)
        self._share(address)
        failures: dict[int, str] = {}
        point = 0
        while point < self.count:
            reached = self._solve(point, self.count)
            if reached == self.count:
                break
            point = self._recover(reached, self._heard(), failures)
        self._prove(failures)
        if not self.sweep.proof.complete:
            self._compare(failures)
        del kept
        return failures

    def _prove(self, failures: dict[int, str]) -> None:
        """Check all points by the laws we know; samples with a point that breaks one are solved again."""
        unproven = np.flatnonzero(self.solved & ~self.proven) if failures else slice(0, self.count)
        verdict = self._verdict(unproven, self.sweep.tolerances)
        self.proven[unproven] = verdict.holds
        points = np.arange(self.count)[unproven].tolist()
        for k in np.flatnonzero(~verdict.holds).tolist():
            if self.solved[points[k]] and not self.proven[points[k]]:
                self._recover(points[k], verdict.broken(k, self.sweep.circuit.nodes), failures)

    def _compare(self, failures: dict[int, str]) -> None:
        """Solve a sample of the batch, and all that took unusually long, afresh; where one moves, solve all so.

        What no law of ours checks is checked by ngspice itself, without its memory of the points before.
        """
        if not self.count:
            return
        firsts = np.arange(0, self.count, self.points_a_sample)
        steps = np.add.reduceat(self.iterations, firsts)
        suspects = {*firsts[steps > MANY * np.median(steps)].tolist(), int(firsts[self.sweep.turn() % len(firsts)])}
        moved = ""
        for first in sorted(suspects):
            if self.solved[first] and not self.afresh[first]:
                moved = moved or self._moved(first)
        if not moved:
            return
        for first in firsts[self.solved[firsts] & ~self.afresh[firsts]].tolist():
            self._recover(first, moved, failures)

    def _moved(self, first: int) -> str:
        """Solve a sample afresh, and say by how much it moved if that is too much."""
        points = self._sample(first)
        before = self.results[points].copy()
        self.sweep.reload()
        if self._solve(first, points.stop) < points.stop:
            self.results[points] = before
            return f"a fresh start found no operating point: {self._heard()}"
        self.afresh[points] = True
        moved = np.abs(self.results[points] - before).max()
        if moved <= SAME * max(1.0, float(np.abs(before).max())):
            return ""
        return f"a fresh start moved the answer by {moved:.1e} V, so all samples were solved that way"

    def _sample(self, point: int) -> slice:
        """Return the points of a point's sample."""
        first = point // self.points_a_sample * self.points_a_sample
        return slice(first, first + self.points_a_sample)

    def _verdict(self, points: Index, wanted: Tolerances) -> Verdict:
        return self.sweep.verdict(self.voltages[points], self.currents[points], self.results[points], wanted)

    def _heard(self) -> str:
        said = self.sweep.library.take_errors()
        return said[0] if said else "no convergence"

    def _nudge_by(self, nudging: Nudging) -> Callable[[int], None]:
        """Return what turns a free point's scores into the driven sources of the nudged points behind it."""
        circuit, phases = self.sweep.circuit, nudging.phases
        voltages = np.zeros((1, len(circuit.nodes)))

        def nudge(point: int) -> None:
            try:
                sample = int(self.samples[point])
                voltages[0, 1:] = self.results[point]
                scores = circuit.outputs.scores(voltages)
                values = driven_values(circuit, nudging, scores, slice(sample, sample + 1))
                for address, where in self.sweep.places.items():
                    driven = self.voltages if address.endswith(".voltage") else self.currents
                    driven[point + 1 : point + 1 + phases, where] = values[address][:, 0]
            except Exception as error:  # must not travel through ngspice's C frames; raised when it has returned
                self._error = error

        return nudge

    def _share(self, free_handler: int) -> None:
        block = self.sweep.block
        block[layout.VOLTAGES] = self.voltages.ctypes.data
        block[layout.VOLTAGE_COUNT] = self.voltages.shape[1]
        block[layout.CURRENTS] = self.currents.ctypes.data
        block[layout.CURRENT_COUNT] = self.currents.shape[1]
        block[layout.RESULTS] = self.results.ctypes.data
        block[layout.NODE_COUNT] = self.results.shape[1]
        block[layout.VECTORS] = self.sweep.positions.ctypes.data
        block[layout.ITERATIONS] = self.iterations.ctypes.data
        block[layout.FREE_HANDLER] = free_handler
        block[layout.PHASES] = self.points_a_sample
        block[layout.SAMPLES] = self.samples.ctypes.data

    def _solve(self, first: int, end: int) -> int:
        """Solve points from `first` up to `end`; the point reached."""
        block = self.sweep.block
        block[layout.POINT], block[layout.POINTS] = first, end
        block[layout.SAMPLE] = self.samples[first]
        block[layout.ENOUGH] = block[layout.ALIVE] + layout.MOST_ITERATIONS
        self.sweep.advance(end - first)
        if self._error is not None:
            raise self._error
        return int(block[layout.POINT])

    def _recover(self, point: int, reason: str, failures: dict[int, str]) -> int:
        """Solve a point's sample again, from nothing and then with looser tolerances; the point to go on with.

        What happened is added to the failures, by the sample's first point.
        """
        points, strict = self._sample(point), self.sweep.tolerances
        ways = [
            (strict, "solved at the second attempt"),
            (strict.relaxed(RELAXED), "solved with tolerances relaxed to {:.0e}"),
            (strict.relaxed(LOOSE), "solved with tolerances relaxed to {:.0e}"),
        ]
        if not self.sweep.proof.complete:
            ways += [(strict.own(relative), BY_ITSELF) for relative in (LOOSE, LOOSEST)]
        for wanted, how in ways:
            self.sweep.reload(wanted)
            self.iterations[points] = 0
            if self._solve(points.start, points.stop) < points.stop:
                self._heard()
                continue
            verdict = self._verdict(points, wanted)
            if verdict.holds.all():
                self.proven[points] = self.afresh[points] = True
                failures[points.start] = f"{how.format(wanted.relative)} ({reason})"
                break
            reason = verdict.broken(int(np.flatnonzero(~verdict.holds)[0]), self.sweep.circuit.nodes)
        else:
            self.results[points] = np.nan
            self.solved[points] = False
            self._keep_free(points.start)
            failures[points.start] = f"ngspice found no operating point: {reason}"
        if wanted is not strict:
            self.sweep.reload()
        return int(points.stop)

    def _keep_free(self, first: int) -> None:
        """Solve the free point of a sample that cannot be nudged: its scores are right all the same."""
        if self.points_a_sample == 1:
            return
        self.sweep.reload()
        here = np.array([first])
        if self._solve(first, first + 1) > first and self._verdict(here, self.sweep.tolerances).holds.all():
            self.solved[first] = self.proven[first] = self.afresh[first] = True
        else:
            self._heard()
            self.results[first] = np.nan
