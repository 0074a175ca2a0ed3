"""How long may a step be? As long as what it leaves out stays small: ngspice's rule, with steps that all samples share.

By the divided differences of what is stored, d2 and d3 over the last three and four times, a step of Euler leaves out
h^2 d2 / 2 of it and one of the trapezoid h^3 d3 / 12, each with a rate of its own that a tolerance bounds:

    tolerance = max(absolute + relative max(|rate|, |rate before|), relative max(|q|, |q before|, least) / h),
    h^2 = trust tolerance / max(absolute, |d3| / 12)     (Euler: h = trust tolerance / max(absolute, |d2| / 2)).

A step that was longer than nine tenths of this is taken again. Lengths come in powers of the square root of two, so
that few matrices are inverted; corners of the sources' functions of time are always met, and begin with short steps of
Euler, as the start does.
"""

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from ebana_like.elements import CurrentSources, FloatArray, VoltageSources
from ebana_like.elements.waveform import Line, Waveform
from ebana_like.errors import SettingError
from ebana_like.simulators.native.courses.course import Given, Held, Seen, Sparse, room_for, take
from ebana_like.simulators.native.courses.ported import Ported
from ebana_like.simulators.native.courses.schedule import EULER_FIRST
from ebana_like.simulators.native.courses.time_equations import time_equations
from ebana_like.simulators.native.courses.transient import beginning, decided, place_of, sources_of, trajectories
from ebana_like.simulators.native.general import GeneralEngine
from ebana_like.simulators.protocol import held_values
from ebana_like.systems.points import BoolArray, Seconds
from ebana_like.systems.trajectories import Adaptive, Trajectories, stimuli
from ebana_like.values import Values

FIRST = 1e-5
"""Share of the whole time that the first step takes."""

AFTER_CORNER = 1e-2
"""Share of the way to the next corner, or of the step before, that the first step behind a corner takes."""

SHORTEST = 1e-12
"""Share of the whole time below which no step is tried."""

ACCEPTED, GROWTH = 0.9, 2.0
"""A step may be longer than its tolerance allows by so much, and the next one than it."""

AFTER_FAILURE = 8.0
"""By how much a step shrinks where Newton's method finds nothing, as in ngspice."""

MOST_STEPS = 1_000_000


@dataclass(frozen=True, eq=False)
class Stored:
    """What is stored at a time, and its rates: by the linear elements, then by the ports, (n + ports, batch)."""

    time: float
    amount: FloatArray
    rate: FloatArray


def differences(points: list[Stored]) -> FloatArray:
    """Return the divided difference of what was stored over all of some points, (rows, batch)."""
    rows = [point.amount for point in points]
    for order in range(1, len(points)):
        rows = [
            (after - before) / (points[k + order].time - points[k].time)
            for k, (before, after) in enumerate(pairwise(rows))
        ]
    return rows[0]


def allowed(analysis: Adaptive, points: list[Stored], order: int) -> float:
    """Return how long the step to the last of some points might have been, seconds; of an order it was taken with."""
    before, after = points[-2:]
    h = after.time - before.time
    rate = np.maximum(np.abs(after.rate), np.abs(before.rate))
    amount = np.maximum(np.maximum(np.abs(after.amount), np.abs(before.amount)), analysis.least)
    tolerance = np.maximum(analysis.absolute + analysis.relative * rate, analysis.relative * amount / h)
    left = np.abs(differences(points[-2 - order :])) * (0.5 if order == 1 else 1 / 12)
    longest = analysis.trust * tolerance / np.maximum(left, analysis.absolute)
    found = float(np.nanmin(longest, initial=np.inf))
    return found if order == 1 else float(np.sqrt(found))


class _Course:
    """A batch on its way: what it holds, and how one step more is taken."""

    def __init__(self, ported: Ported, given: Given, whole: FloatArray, begin: float) -> None:
        self.ported, self.given = ported, given
        self.held: Held = ported.held(whole, 1.0)
        n, batch = self.held.memory.shape
        self.room = room_for(n, len(ported.D), batch)
        self.lost: BoolArray = np.asarray(~np.isfinite(whole).all(axis=1))
        amount = np.concatenate([self.held.memory, self.held.of_charge])
        self.now = Stored(begin, amount, np.zeros_like(amount))
        self.seen: dict[float, Seen] = {}
        self.h = 0.0

    def step(self, h: float, order: int, x: FloatArray) -> tuple[Stored, BoolArray]:
        """Try a step; return what is stored behind it, and which samples found no solution."""
        n, a, b, held = len(self.held.memory), order / h, order - 1.0, self.held
        self._stretch(h)
        seen = self.seen.get(a)
        if seen is None:
            seen = self.seen[a] = self.ported.seen(np.array([a]))
        begins = a * self.now.amount + b * self.now.rate
        held.memory[:], held.of_charge[:] = begins[:n], begins[n:]
        bad = np.zeros(len(self.lost), dtype=bool)
        scale = self.ported.scale
        take(self.given, a, seen.opened[0], seen.whole[0], seen.Z[0], x, scale, 0, held, self.room, bad)
        amount = np.concatenate([self.room[2], self.room[5][0]])
        bad |= ~np.isfinite(amount).all(axis=0)
        return Stored(self.now.time + h, amount, a * amount - begins), bad & ~self.lost

    def _stretch(self, h: float) -> None:
        """Foresee a step of another length than the last one."""
        if self.h and h != self.h:
            factor = h / self.h
            for part, power in ((self.held.pace, 1), (self.held.bend, 2), (self.held.curve, 2)):
                part *= factor**power
        self.h = h

    def keep(self) -> list[FloatArray]:
        """Return what a step changes, to undo it."""
        return [part.copy() for part in self.held[2:]]

    def undo(self, kept: list[FloatArray], h: float) -> None:
        """Go back behind a step."""
        for part, before in zip(self.held[2:], kept, strict=True):
            part[:] = before
        self.h = h


@dataclass(frozen=True, eq=False)
class Sources:
    """The functions of time of a circuit's sources, in the order of their columns, and where their slopes jump."""

    waveforms: list[Waveform]
    line: Line
    corners: FloatArray

    @classmethod
    def of(cls, engine: GeneralEngine, line: Line) -> Self:
        """Find them."""
        own = engine.circuit.storage.waveforms
        banks = [*engine.circuit.of_kind(VoltageSources), *engine.circuit.of_kind(CurrentSources)]
        waveforms = [own[label] for bank in banks for label in bank.labels if label in own]
        corners = np.unique(np.concatenate([np.array([line.stop]), *(each.corners(line) for each in waveforms)]))
        return cls(waveforms, line, corners)

    def at(self, time: float) -> FloatArray:
        """Return what they hold, (columns, 1)."""
        when = np.array([time])
        return np.array([each.values(when, self.line) for each in self.waveforms]).reshape(len(self.waveforms), 1)


def follow_adaptively(engine: GeneralEngine, values: Values, features: FloatArray, analysis: Adaptive) -> Trajectories:
    """Return what a batch does in time, at times that its course asks for; see `Adapts`."""
    began, circuit = time.perf_counter(), engine.circuit
    held = held_values(circuit, values)
    if features.ndim != 2:
        raise SettingError(f"the features have shape {features.shape}; steps of their own need (batch, features)")
    ported = Ported.of(time_equations(circuit, held, engine.equations))
    line = Line(analysis.stop / 50, analysis.stop)
    ends = np.array([0.0, line.step, line.stop])
    x = sources_of(stimuli(circuit, held, features, {}, ends))
    before = x if analysis.before is None else sources_of(stimuli(circuit, held, analysis.before, {}, ends))
    messages: dict[int, str] = {}
    whole = beginning(engine, ported, held, before, analysis.start, messages)
    sides, stored = ported.sides(x.still, x.columns), Sparse.of(ported.equations.matrices.C)
    nothing = np.zeros(0, dtype=np.intp)
    given = Given(ported.diodes, ported.y, stored, *sides, np.zeros((0, len(x.columns), 1)), nothing)
    course = _Course(ported, given, whole, 0.0)
    times, steps = _steps(course, Sources.of(engine, line), analysis, messages)
    moved = sources_of(stimuli(circuit, held, features, {}, times))
    found, place = decided(ported.equations, whole, moved), place_of(ported.equations)
    found[1:, place[place >= 0]] = steps[:, place >= 0]
    seconds = Seconds(solving=time.perf_counter() - began)
    return trajectories(circuit, held, times, found, ~course.lost, messages, seconds)


def _steps(
    course: _Course, sources: Sources, analysis: Adaptive, messages: dict[int, str]
) -> tuple[FloatArray, FloatArray]:
    """Take all steps; return the times, (times,), and the unknowns behind each step, (steps, n, batch)."""
    stop = analysis.stop
    largest = stop / 50 if analysis.largest is None else min(analysis.largest, stop)
    h, euler, times = FIRST * stop, EULER_FIRST, [0.0]
    found: list[FloatArray] = []
    past = [course.now]
    corner = iter(sources.corners.tolist())
    goal = next(corner)
    while times[-1] < stop:
        if len(times) > MOST_STEPS:
            raise SettingError(f"{MOST_STEPS} steps led to {times[-1]:.3g} s alone; give steps, or less accuracy")
        t = times[-1]
        h = _rounded(min(h, largest), largest)
        to = goal if t + 1.01 * h >= goal else t + h
        order = 1 if euler > 0 or analysis.method == "euler" else 2
        kept, h_before = course.keep(), course.h
        after, bad = course.step(to - t, order, sources.at(to))
        if bad.any() and to - t > SHORTEST * stop:
            course.undo(kept, h_before)
            h, euler = (to - t) / AFTER_FAILURE, max(euler, 1)
            continue
        for sample in np.flatnonzero(bad).tolist():
            messages[sample] = f"the step to {to:.3g} s has no solution, however short"
            course.lost[sample] = True
        points = [*past[-3:], after]
        longest = allowed(analysis, points, order) if len(points) > order + 1 else np.inf
        if longest < ACCEPTED * (to - t) and to - t > SHORTEST * stop:
            course.undo(kept, h_before)
            h = longest
            continue
        course.now, past = after, points
        times.append(to)
        found.append(course.room[1].copy())
        euler -= 1
        h = min(GROWTH * (to - t), longest)
        if to == goal and to < stop:
            goal, before = next(corner), to
            h, euler = AFTER_CORNER * min(h, goal - before), EULER_FIRST
            past = [after]
    return np.array(times), np.array(found)


def _rounded(h: float, largest: float) -> float:
    """Return the next shorter of the lengths that steps have."""
    return float(largest * 2.0 ** (np.floor(2 * np.log2(h / largest) + 1e-9) / 2))
