"""What becomes of a training when it is made as chips? Loss and answers of many, as made and after learning there.

Tolerances (`ebana_like.analysis.tolerance`) are of elements that somebody names, one by one; a chip differs everywhere
at once, as its process has it, and it can learn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ebana_like.analysis.trained import Trained
from ebana_like.circuit import Circuit
from ebana_like.cluster import Cluster, in_order
from ebana_like.data import Dataset
from ebana_like.elements import FloatArray
from ebana_like.energy import symmetry_defect
from ebana_like.errors import SettingError
from ebana_like.files import csv_text
from ebana_like.hardware import Mismatch
from ebana_like.learning import Nudged
from ebana_like.simulators import Simulator, engine_for
from ebana_like.simulators import simulator as simulator_named
from ebana_like.systems import CircuitSystem
from ebana_like.training import Evaluation, Problem, evaluate, train


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker is told.

    design: as trained. problem: what it was trained for. judged: data that answers are judged on. retrain: epochs that
    each chip learns for, 0 for none.
    """

    design: Circuit
    problem: Problem
    judged: Dataset
    mismatch: Mismatch
    retrain: int
    engine: str

    def judge(self, circuit: Circuit) -> Evaluation:
        """Return how well a circuit answers."""
        with self._simulator(circuit) as simulator:
            return evaluate(simulator, circuit.values(), self.judged, self.problem.cost)

    def chip(self, number: int) -> "Chip":
        """Return how well the chip of that number answers, as made and after learning."""
        made = self.mismatch.numbered(self.design, number)
        return Chip(number, self.judge(made), self._learned(made) if self.retrain else None, symmetry_defect(made))

    def _learned(self, made: Circuit) -> Evaluation:
        problem = self.problem
        estimator = problem.estimator
        if isinstance(estimator, Nudged):
            estimator = replace(estimator, inexact=True)
        epochs = max(problem.epochs, self.retrain)
        learning = replace(
            problem, system=CircuitSystem(made), estimator=estimator, epochs=epochs, stop_loss=0.0, patience=0
        )
        with self._simulator(made) as simulator:
            start = replace(learning.start(), epoch=epochs - self.retrain)  # with the rates of the run's last epochs
            values = train(learning, simulator, start).values
            return evaluate(simulator, values, self.judged, problem.cost)

    def _simulator(self, circuit: Circuit) -> Simulator:
        return simulator_named(self.engine, circuit)


@dataclass(frozen=True)
class Chip:
    """One chip: its number, how well it answers as made, and after learning where it learned.

    defect: of the amplifiers' ratios (`symmetry_defect`).
    """

    number: int
    made: Evaluation
    learned: Evaluation | None
    defect: float


@dataclass(frozen=True, eq=False)
class Chips:
    """Many chips of a design.

    title: what was trained. judged: on what answers are judged, in words. design: how well the design itself answers.
    """

    title: str
    mismatch: Mismatch
    judged: str
    retrain: int
    design: Evaluation
    chips: tuple[Chip, ...]

    @property
    def measure(self) -> str:
        """What is measured beside the loss: "accuracy" or "r2"."""
        return self.design.measure

    @property
    def defect(self) -> float:
        """The largest defect of amplifiers' ratios."""
        return max(chip.defect for chip in self.chips)

    def stages(self) -> dict[str, list[Evaluation]]:
        """Return the evaluations of all chips as made, and after learning where they learned."""
        learned = [chip.learned for chip in self.chips if chip.learned is not None]
        return {"made": [chip.made for chip in self.chips]} | ({"learned": learned} if learned else {})

    def csv(self) -> str:
        """Return a row a chip."""
        stages = ["made", *(["learned"] if self.retrain else [])]
        heads = [f"{stage}_{what}" for stage in stages for what in (self.measure, "loss")]
        rows = []
        for chip in self.chips:
            found = [chip.made, *([chip.learned] if chip.learned else [])]
            rows.append([chip.number, chip.defect, *(n for each in found for n in (each.accuracy, each.loss))])
        return csv_text(["chip", "symmetry_defect", *heads], [[repr(n) for n in row] for row in rows])


def design_of(trained: Trained) -> Circuit:
    """Return the circuit as it was designed, with the trained values: of a run on one chip, without what it drew."""
    settings = trained.settings
    if not settings.mismatch:
        return trained.circuit
    drawn = trained.task.problem(replace(settings, mismatch="", chip=0, start=""), trained.run.path).circuit
    return drawn.at(trained.circuit.conditions.celsius).with_values(trained.circuit.values())


def chips(
    trained: Trained,
    mismatch: Mismatch,
    count: int,
    first: int = 0,
    retrain: int = 0,
    engine: str = "",
    on: Cluster = Cluster(),  # noqa: B008 - it is frozen
    watch: Callable[[int], None] = lambda done: None,
) -> Chips:
    """Draw chips of a trained run, and see how well they answer; first: number of the first one.

    on: where. watch: told how many chips are done. Raises SettingError for what cannot be meant.
    """
    for name, value, low in (("count", count, 1), ("first", first, 0), ("retrain", retrain, 0)):
        if value < low:
            raise SettingError(f"{name} is {value}; give at least {low}")
    if not str(mismatch):
        raise SettingError("mismatch is empty; give what differs, as in saturation=0.4,gain=5%")
    which, judged = trained.judged
    design = design_of(trained)
    job = Job(design, trained.problem, judged, mismatch, retrain, engine or engine_for(design))
    found = in_order(_chip, range(first, first + count), on, job, watch=watch)
    title = trained.task.called(trained.settings)
    return Chips(title, mismatch, f"{len(judged)} {which} samples", retrain, job.judge(design), tuple(found))


def quantiles(of: Sequence[Evaluation]) -> dict[str, FloatArray]:
    """Return worst, 10 %, median and 90 %, and the mean, of accuracies and losses, (2,) each, by name."""
    numbers = np.array([(each.accuracy, -each.loss) for each in of])
    names, shares = ("worst", "10 %", "median", "90 %"), (0, 10, 50, 90)
    found = dict(zip(names, np.percentile(numbers, shares, axis=0), strict=True)) | {"mean": numbers.mean(axis=0)}
    return {name: each * (1, -1) for name, each in found.items()}


def _chip(job: Job, number: int) -> Chip:
    return job.chip(number)
