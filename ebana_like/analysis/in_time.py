"""What does a trained circuit do when its inputs arrive, or a netlist when it is switched on?"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ebana_like.analysis.examples import examples_of
from ebana_like.analysis.sample import present_features
from ebana_like.analysis.settling import Pace, energy, pace, right_from, settling_times
from ebana_like.circuit import Circuit
from ebana_like.elements import Devices, FloatArray
from ebana_like.errors import CircuitError, SettingError, counted
from ebana_like.expressions.numbers import spice_number
from ebana_like.files import Place, place
from ebana_like.limits import require_at_most
from ebana_like.loading import loaded
from ebana_like.netlist.deck.include import read_text
from ebana_like.runs import Run, load_circuit
from ebana_like.simulators import Simulator
from ebana_like.simulators.protocol import Adapts, InTime
from ebana_like.systems import Adaptive, Start, Trajectories, Transient
from ebana_like.tasks import problem_of_run

CAPACITANCE = 1e-12
"""Farads at every node of a trained circuit, where nobody says otherwise: a short wire on a chip and its load."""

LONG, STEPS = 12.0, 1000
"""Slowest time constants that a course takes, where nobody says otherwise, and its steps where no engine chooses."""

RELATIVE, FEWEST = 1e-4, 500
"""Of steps that the engine chooses: what one may leave out of what is stored, and how many there are at least."""

_BEGINS = re.compile(r"^\s*(\.ic\b|\.tran\b.*\buic\b)", re.IGNORECASE | re.MULTILINE)
"""What of a netlist says that its course begins elsewhere than at its operating point."""

_TRAN = re.compile(r"^\s*\.tran\s+(\S+)\s+(\S+)", re.IGNORECASE | re.MULTILINE)

Credit = Callable[[FloatArray], FloatArray]
"""Says which answers are right, (samples,), given scores (samples, outputs)."""


@dataclass(frozen=True, eq=False)
class Setup:
    """A circuit that is to be followed.

    features: (samples, features), volts. arrives: whether they arrive at once, at a circuit at rest without them; else
    its sources follow their functions of time. rests: whether they are switched on then, at a circuit of 0 V.
    names: of the samples. credit: None where there are no right answers. origin: in words. place: as in `Examples`.
    line: step and stop of its `.tran` line, seconds.
    """

    circuit: Circuit
    features: FloatArray
    arrives: bool
    names: tuple[str, ...]
    credit: Credit | None
    origin: str
    place: Place
    line: tuple[float, float] | None = None
    rests: bool = False


def setup(path: Path, samples: int, capacitance: float | None, out: Path | None) -> Setup:
    """Return what there is to follow of a run folder or of a netlist.

    samples: of a run's training data, evenly spaced. capacitance: farads at every node; where it is None, those of the
    netlist, or `CAPACITANCE` where it has none.
    """
    if samples < 1:
        raise SettingError(f"samples is {samples}; give at least 1")
    circuit = load_circuit(path).circuit
    stores = bool(circuit.storage.banks)
    trained = path.is_dir() or circuit.inputs.count > 0
    if capacitance is not None or (trained and not stores):
        circuit = loaded(circuit, CAPACITANCE if capacitance is None else capacitance)
    files = place(path, out)
    if path.is_dir():
        run = Run(path)
        problem = problem_of_run(run)
        given = examples_of(circuit, problem, samples, f" of {run.task()}", files)
        whole = len(problem.data.train)
        data = problem.data.train.take(np.linspace(0, whole - 1, len(given.features)).astype(np.intp))

        def credit(scores: FloatArray) -> FloatArray:
            return np.asarray(data.credit(problem.cost, slice(None), scores), dtype=float)

        judged = credit if data.measure == "accuracy" else None
        names = tuple(f"sample {k + 1}" for k in range(len(data)))
        return Setup(circuit, given.features, True, names, judged, given.origin, files)
    if circuit.inputs.count:
        return Setup(circuit, present_features(circuit), True, ("its inputs",), None, "its inputs", files)
    origin = "its sources in time" if circuit.storage.waveforms else "switched on"
    text = read_text(path)[0]
    rests = _rests(path, text, circuit)
    found = _TRAN.search(text)
    line = (spice_number(found[1].lower()), spice_number(found[2].lower())) if found else None
    return Setup(circuit, np.zeros((1, 0)), False, (origin,), None, origin, files, line, rests)


def _rests(path: Path, text: str, circuit: Circuit) -> bool:
    """Whether a netlist is switched on at 0 V: its sources stand still, or its `.tran` line says uic.

    Raises CircuitError where it begins at initial conditions, which are not read.
    """
    said = {found[1].lower().split()[0] for found in _BEGINS.finditer(text)}
    held = any(np.isfinite(bank.initial).any() for bank in circuit.storage.banks)
    if ".ic" in said or (held and (".tran" in said or not circuit.storage.waveforms)):
        raise CircuitError(
            f"{path} has initial conditions, .ic or ic=, and a course begins here at the operating point, or by uic at "
            "0 V; take them out to follow it from there"
        )
    return ".tran" in said or not circuit.storage.waveforms


@dataclass(frozen=True, eq=False)
class Settling:
    """What was seen.

    final: node voltages where each sample settles, (samples, nodes), volts; NaN where its sources do not stand still.
    settled, right: from when on outputs stay close to it, and answers right, (samples,), seconds; NaN where not.
    joules: delivered up to each time, (samples, times); NaN where that is not known. pace: None where it is not known.
    """

    course: Trajectories
    final: FloatArray
    settled: FloatArray
    right: FloatArray
    joules: FloatArray
    pace: Pace | None

    def spent(self) -> FloatArray:
        """Return what each sample has taken when it has settled, or at the end, (samples,), joules."""
        times = self.course.times
        until = np.nan_to_num(self.settled, nan=times[-1])
        return np.array([np.interp(each, times, own) for each, own in zip(until, self.joules, strict=True)])


def settle_in_time(
    simulator: Simulator,
    given: Setup,
    stop: float | None,
    step: float | None,
    method: str,
    within: float,
    steps: int = STEPS,
) -> Settling:
    """Follow every sample from rest.

    stop, step: seconds; where not given, a `.tran` line's, or a stop that the circuit's own pace asks for and steps
    that the engine chooses, or so many equal ones where it chooses none.
    within: how close to where it settles an output must stay, as a share of the way it went.
    Raises SettingError where they do not fit, CircuitError where the circuit cannot be followed.
    """
    circuit, features = given.circuit, given.features
    if not isinstance(simulator, InTime):
        raise SettingError("this engine does not follow circuits in time; take native or ngspice")
    if not 0 < within < 1:
        raise SettingError(f"within is {within:g}; it is a share between 0 and 1")
    own: Pace | None = None
    why = "it has devices whose law is not known here"
    if not circuit.of_kind(Devices):
        try:
            own = _pace(simulator, circuit, features)
        except CircuitError as error:
            why = str(error)
    stop = _stop(given, own, why, stop)
    step = given.line[0] if step is None and given.line is not None else step
    lifts: Literal["euler", "trapezoid"] = "euler" if method == "euler" else "trapezoid"
    start = None
    if given.rests:
        start = Start(np.zeros((1, len(circuit.nodes))), np.zeros((1, len(circuit.storage.inductors))))
    if step is None and isinstance(simulator, Adapts):
        before = np.zeros_like(features) if given.arrives else None
        largest = stop / FEWEST
        analysis = Adaptive(stop, before, RELATIVE, largest=largest, start=start, method=lifts)
        course = simulator.adapt({}, features, analysis)
    else:
        times = _times(given, stop, stop / steps if step is None else step)
        moving = np.repeat(features[:, None], len(times), axis=1)
        if given.arrives:
            moving[:, 0] = 0.0
        course = simulator.follow({}, moving, Transient(times, lifts, start))
    times = course.times
    final = np.full((len(features), len(circuit.nodes)), np.nan)
    if not circuit.storage.waveforms:
        final = simulator.solve({}, features).voltages[0]
    read, goal = (circuit.outputs.scores(of) if circuit.outputs.count else of for of in (course.voltages, final))
    settled = settling_times(times, read, goal, within)
    settled[~np.isfinite(goal).all(axis=1)] = np.nan
    right = np.full(len(features), np.nan)
    if given.credit is not None:
        right = right_from(times, np.stack([given.credit(course.scores[:, k]) for k in range(len(times))], axis=1) > 0)
    joules = np.full(course.voltages.shape[:2], np.nan) if circuit.of_kind(Devices) else energy(course)
    return Settling(course, final, settled, right, joules, own)


def _pace(simulator: Simulator, circuit: Circuit, features: FloatArray) -> Pace:
    """Return the circuit's pace at its first samples. Raises CircuitError saying why where it has none."""
    few = simulator.solve({}, features[:4]).voltages[0]
    return pace(circuit, {}, few[np.isfinite(few).all(axis=1)])


def _stop(given: Setup, own: Pace | None, why: str, stop: float | None) -> float:
    """Return when to stop, seconds. why: there is no pace, for the message."""
    if stop is not None:
        return stop
    if given.line is not None:
        return given.line[1]
    if own is None:
        advice = "" if "--stop" in why else "; or give --stop, seconds"
        raise SettingError(f"when to stop follows from no time constants: {why}{advice}")
    return LONG * own.slowest


def _times(given: Setup, stop: float, step: float) -> FloatArray:
    """Return equal steps. Raises SettingError for so many that a course would not fit into memory."""
    if not 0 < step <= stop:
        raise SettingError(f"the step is {step:g} s and the stop {stop:g} s; give 0 < step <= stop")
    count, nodes, samples = round(stop / step) + 1, len(given.circuit.nodes), len(given.features)
    size = 8 * count * nodes * samples
    asked = f"{count:,} times of {counted(nodes, 'node')} in {counted(samples, 'sample')} fill {size:,} bytes"
    require_at_most("course_bytes", size, f"{asked}, give a longer step or an earlier stop")
    return np.linspace(0.0, stop, count)
