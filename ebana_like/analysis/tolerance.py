"""What do tolerances do to a circuit? Its outputs, its loss and its answers over many copies, each a little different.

Three views: copies drawn at random; how far each element alone moves each result, from the adjoint; and the corner of
all tolerances to which those slopes point.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary, finalize

import numpy as np

from ebana_like.analysis.spread import Spread, drawn, spread, tolerances
from ebana_like.analysis.subject import subject_of
from ebana_like.analysis.trained import read_trained
from ebana_like.circuit import Circuit
from ebana_like.cluster import Cluster, in_order
from ebana_like.data import Dataset
from ebana_like.elements import Devices, FloatArray, dense
from ebana_like.errors import SettingError, SimulatorError
from ebana_like.files import csv_text
from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.ports import output_units
from ebana_like.learning import Cost
from ebana_like.netlist.deck.spelling import load_spelling
from ebana_like.ports import InputPorts
from ebana_like.simulators import Simulator, engine_for
from ebana_like.simulators import simulator as simulator_named
from ebana_like.simulators.protocol import Copying
from ebana_like.systems import CircuitSystem

CHUNK = 50
"""Copies that a process solves at a time."""

ROWS = 50
"""Rows, evenly spaced, among which the one is looked for where an output moves most."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A circuit whose tolerances are looked at.

    names: of elements as a person calls them, by label. features: (rows, features), volts. outputs: their names.
    data, cost: what is asked of it, where that is known.
    """

    title: str
    circuit: Circuit
    names: Mapping[str, str]
    features: FloatArray
    outputs: tuple[str, ...]
    samples: str
    data: Dataset | None = None
    cost: Cost | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker is told: the circuit with its spread, rows to solve, and the engine."""

    spread: Spread
    features: FloatArray
    engine: str


@dataclass(frozen=True, eq=False)
class Found:
    """What tolerances do.

    measures: what was looked at, as "loss" or an output's name, with its unit. nominal: of each, (measures,).
    copies: of each copy, (copies, measures); NaN where it was not solved. unsolved: how many.
    slopes: by how much each measure moves when an element alone moves by its tolerance, to first order,
        (measures, elements). corners: least and most found of each, drawn or at its corner, (measures, 2).
    """

    subject: Subject
    spread: Spread
    measures: tuple[tuple[str, str], ...]
    nominal: FloatArray
    copies: FloatArray
    slopes: FloatArray
    corners: FloatArray
    seed: int
    distribution: str

    @property
    def unsolved(self) -> int:
        """How many copies have no operating point."""
        return int(np.isnan(self.copies).any(axis=1).sum())

    def ranked(self, measure: int) -> list[tuple[str, float, float]]:
        """Return elements by how far they move a measure: name, by how much, and the share of its variance."""
        moves = self.slopes[measure] + 0.0  # of a zero below zero one above
        total = float((moves**2).sum()) or 1.0
        order = np.argsort(-np.abs(moves), kind="stable")
        names = self.spread.names
        return [(names[k], float(moves[k]), float(moves[k] ** 2 / total)) for k in order.tolist()]


def subject(path: Path, data: Path | None = None, inputs: str = "", outputs: str = "") -> Subject:
    """Return what a run or a netlist file is looked at for: a run's held-out samples, or the rows of a table.

    Raises SettingError for a netlist from elsewhere none of whose outputs is named.
    """
    if path.is_dir() and data is None:
        trained = read_trained(path)
        which, samples = trained.judged
        system, outputs_of = trained.problem.system, trained.circuit.outputs.count
        names = system.names if isinstance(system, NetlistSystem) else {}
        called = tuple(samples.classes) if len(samples.classes) == outputs_of else _numbered(outputs_of)
        title, cost = trained.task.called(trained.settings), trained.problem.cost
        of = f"{len(samples)} {which} samples"
        return Subject(title, trained.circuit, names, samples.volts(), called, of, samples, cost)
    found = subject_of(path, data, inputs, outputs, "")
    if not found.circuit.outputs.count:
        raise SettingError(f"{path} does not say what its outputs are; name nodes or pairs with --outputs, as in a-b,c")
    names = {} if path.is_dir() else load_spelling(path).elements
    asked = found.asked if found.asked is not None and found.asked.labelled else None
    rows = len(found.features)
    of = f"{rows} rows of {data}" if data is not None else "its own operating point"
    data_of, cost_of = (None, None) if asked is None else (asked.samples, asked.cost)
    return Subject(found.circuit.title, found.circuit, names, found.features, found.outputs, of, data_of, cost_of)


def tolerance(
    of: Subject,
    text: str,
    count: int,
    seed: int = 0,
    distribution: str = "uniform",
    engine: str = "",
    on: Cluster = Cluster(),  # noqa: B008 - it is frozen
    watch: Callable[[int], None] = lambda done: None,
) -> Found:
    """Return what tolerances such as `r*=1%,V1=2%` do; count: copies to draw. on: where they are solved.

    Raises SettingError for what cannot be meant, SimulatorError where the circuit as written is not solved.
    """
    if count < 1:
        raise SettingError(f"count is {count}; draw at least 1")
    wanted, features = tolerances(text), of.features
    spreading = spread(of.circuit, of.names, wanted)
    if spreading.carried.names:
        circuit, features = _free_inputs(of.circuit, features)
        spreading = spread(circuit, of.names, wanted)
    job = Job(spreading, features, engine or engine_for(of.circuit))
    shares = drawn(count, spreading.count, distribution, seed)
    with simulator_named(job.engine, spreading.circuit) as simulator:
        still = np.zeros(spreading.count)
        nominal = _scores(job, simulator, still)
        if np.isnan(nominal).any():
            raise SimulatorError(f"{of.title} as written could not be solved; there is nothing to compare with")
        measures = _Measures(of, nominal)
        slopes = measures.slopes(_Adjoint(job, simulator))
        corners = [
            [measures.of(_scores(job, simulator, sign * np.sign(moves)))[k] for sign in (-1, 1)]
            for k, moves in enumerate(slopes)
        ]
        scores = _all(job, simulator, shares, on, watch)
    copies = np.array([measures.of(one) for one in scores])
    if np.isnan(copies).any(axis=1).all():
        raise SimulatorError(f"none of {count} copies of {of.title} could be solved; try smaller tolerances")
    at_corner = np.array(corners)
    ends = np.column_stack(
        [
            np.fmin(at_corner.min(axis=1), np.nanmin(copies, axis=0)),
            np.fmax(at_corner.max(axis=1), np.nanmax(copies, axis=0)),
        ]
    )
    return Found(of, spreading, measures.names, measures.of(nominal), copies, slopes, ends, seed, distribution)


def csv_texts(found: Found) -> dict[str, str]:
    """Return CSV files by name: every copy, and every element's slopes."""
    heads = [name for name, _ in found.measures]
    copies = [[k, *map(repr, row)] for k, row in enumerate(found.copies.tolist())]
    slopes = [[name, *map(repr, row)] for name, row in zip(found.spread.names, found.slopes.T.tolist(), strict=True)]
    return {
        "tolerance.csv": csv_text(["copy", *heads], copies),
        "sensitivity.csv": csv_text(["element", *heads], slopes),
    }


class _Measures:
    """What is looked at of scores: loss and answers where it is known what they should be, and the outputs.

    Outputs of one row are voltages; of several, the one row where they differ most.
    """

    def __init__(self, of: Subject, nominal: FloatArray) -> None:
        self.data, self.cost = of.data, of.cost
        self.single = len(nominal) == 1
        self.nominal = nominal
        self.targets = None if self.data is None or self.cost is None else self.data.targets(self.cost)
        asked = [] if self.targets is None or self.data is None else [("loss", ""), (self.data.measure, "")]
        outputs = of.outputs if self.single else [f"{name}, off by" for name in of.outputs]
        self.names = (*asked, *zip(outputs, output_units(of.circuit), strict=True))

    def of(self, scores: FloatArray) -> FloatArray:
        """Return the measures, (measures,), of scores (rows, outputs)."""
        found: list[float] = []
        if self.data is not None and self.cost is not None and self.targets is not None:
            found.append(float(self.cost.value(scores, self.targets).mean()))
            found.append(float(self.data.credit(self.cost, slice(None), scores).mean()))
        moved = scores - self.nominal
        worst = np.abs(moved).argmax(axis=0)
        outputs = scores[0] if self.single else moved[worst, np.arange(scores.shape[1])]
        return np.array([*found, *outputs])

    def slopes(self, adjoint: "_Adjoint") -> FloatArray:
        """Return how far each measure moves with each element's tolerance, (measures, elements).

        An output's at the row where they move it most; a share of right answers does not move by little.
        """
        rows = [adjoint.of_output(output) for output in range(self.nominal.shape[1])]
        if self.cost is not None and self.targets is not None:
            loss = adjoint.of_sum(self.cost.gradient(self.nominal, self.targets) / len(self.nominal))
            rows = [loss, np.zeros_like(loss), *rows]
        return np.array(rows)


def _numbered(count: int) -> tuple[str, ...]:
    return ("score",) if count == 1 else tuple(f"score {k}" for k in range(count))


def _free_inputs(circuit: Circuit, features: FloatArray) -> tuple[Circuit, FloatArray]:
    """Return the circuit with an input for each source that carries one, and their voltages: each may differ alone."""
    inputs = circuit.inputs
    if not inputs.count:
        return circuit, features
    sources = len(inputs.feature)
    return replace(circuit, inputs=InputPorts(inputs.bank, np.arange(sources), np.ones(sources))), inputs.voltages(
        features
    )


def _scores(job: Job, simulator: Simulator, shares: FloatArray) -> FloatArray:
    """Return the scores (rows, outputs) of a copy moved by shares of the tolerances; NaN where it is not solved."""
    points = simulator.solve(job.spread.values(shares), job.spread.features(job.features, shares))
    return np.where(points.usable[:, None], points.scores, np.nan)


class _Adjoint:
    """How far results move with each element's tolerance, by the adjoint at the circuit as written."""

    def __init__(self, job: Job, simulator: Simulator) -> None:
        self.job, self.simulator = job, simulator
        self.system = CircuitSystem(job.spread.circuit)
        self.points = simulator.solve(job.spread.values(np.zeros(job.spread.count)), job.features)
        if self.points.circuit.of_kind(Devices):
            _ = self.points.devices  # measured for all rows together
        self.points.devices  # measured at all rows together  # noqa: B018

    def of_sum(self, pulls: FloatArray) -> FloatArray:
        """Return the slopes, (elements,), of a sum over rows whose slopes by outputs are these, (rows, outputs)."""
        rows = np.flatnonzero(pulls.any(axis=1))
        if not rows.size:
            return np.zeros(self.job.spread.count)
        points, currents = self.points.take(rows), -pulls[rows]
        adjoint = self.simulator.adjoint(points, currents)
        signals = self.system.adjoint_signals(points, adjoint, currents)
        by_address = {at: len(rows) * dense(each) for at, each in signals.items()}
        by_feature = self.system.adjoint_input_signal(points, adjoint, currents)
        return self.job.spread.per_tolerance(by_address, by_feature, self.job.features[rows])

    def of_output(self, output: int) -> FloatArray:
        """Return the slopes of an output, (elements,), at the row that all tolerances together move most."""
        count = len(self.job.features)
        found = []
        for row in np.unique(np.linspace(0, count - 1, min(ROWS, count)).astype(np.intp)):
            pulls = np.zeros((count, self.job.spread.circuit.outputs.count))
            pulls[row, output] = 1.0
            found.append(self.of_sum(pulls))
        return max(found, key=lambda moves: float(np.abs(moves).sum()))


def _all(
    job: Job, simulator: Simulator, shares: FloatArray, on: Cluster, watch: Callable[[int], None]
) -> list[FloatArray]:
    """Return the scores of all copies, in order; simulator: the one here."""
    parts = np.split(shares, range(CHUNK, len(shares), CHUNK))
    work = partial(_solved, simulator) if on.is_here else _solved_there
    found = in_order(work, parts, on, job, watch=lambda done: watch(min(done * CHUNK, len(shares))))
    return [scores for part in found for scores in part]


def _solved(simulator: Simulator, job: Job, shares: FloatArray) -> list[FloatArray]:
    """Return the scores of some copies: all at once where the engine can."""
    if isinstance(simulator, Copying):
        each = [job.spread.values(one) for one in shares]
        values = {at: np.array([one[at] for one in each]) for at in each[0]}
        together = simulator.copies(values, np.array([job.spread.features(job.features, one) for one in shares]))
        if together is not None:
            return list(together)
    simulator.forget()  # so that what is solved does not depend on which process solved what before
    return [_scores(job, simulator, one) for one in shares]


class _Open(threading.local):
    """Of a thread of a worker: the simulators of the jobs that it was told, each for as long as the job is there."""

    def __init__(self) -> None:
        self.simulators: WeakKeyDictionary[Job, Simulator] = WeakKeyDictionary()

    def of(self, job: Job) -> Simulator:
        """Return the simulator of a job."""
        if job not in self.simulators:
            simulator = self.simulators[job] = simulator_named(job.engine, job.spread.circuit).__enter__()
            finalize(job, simulator.__exit__, None, None, None)
        return self.simulators[job]


_open = _Open()


def _solved_there(job: Job, shares: FloatArray) -> list[FloatArray]:
    return _solved(_open.of(job), job, shares)
