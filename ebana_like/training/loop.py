"""When is what solved and updated? The loop over epochs and batches, the same for every engine, estimator and rule."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError, TrainingError
from ebana_like.learning import Cost, Estimator, State, Update
from ebana_like.simulators import OperatingPoints, Simulator
from ebana_like.training.dataset import Dataset
from ebana_like.training.split import Split

TOO_MANY_FAILURES = 0.5

SAMPLES_AT_ONCE = 1000
"""Samples evaluated together; the voltages of every node of 10,000 MNIST digits would fill 150 MB."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be learned, and how.

    seed: of data order and of estimators that draw; batch k of epoch e always sees the same numbers.
    stop_loss: ends training after the first epoch whose mean training loss is below it.
    """

    circuit: Circuit
    data: Split
    cost: Cost
    estimator: Estimator
    update: Update
    epochs: int
    batch: int
    seed: int = 0
    stop_loss: float = 0.0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1:
            raise SettingError(f"epochs is {self.epochs} and batch is {self.batch}; both must be at least 1")
        if not len(self.data.train):
            raise SettingError("there are no training samples")

    def start(self) -> "Progress":
        """Return the state before the first batch: the circuit's own conductances."""
        return Progress(self.circuit.conductances(), self.update.start(self.circuit))

    def order(self, epoch: int) -> list[np.ndarray]:
        """Return the shuffled samples of an epoch in batches; every sample once."""
        samples = np.random.default_rng([self.seed, epoch]).permutation(len(self.data.train))
        return np.split(samples, range(self.batch, len(samples), self.batch))


@dataclass(frozen=True, eq=False)
class Progress:
    """How far training has come: all that is needed to go on.

    epoch, batch: the next ones to do, from 0.
    """

    conductances: Mapping[str, FloatArray]
    update_state: State
    epoch: int = 0
    batch: int = 0


@dataclass(frozen=True)
class Evaluation:
    """How well a data set is answered.

    loss: mean cost. accuracy: share of right answers; of quantities, the share of their variance explained, R^2.
    measure: which of the two that is, "accuracy" or "r2".
    """

    loss: float
    accuracy: float
    measure: str = "accuracy"

    def __str__(self) -> str:
        return f"{100 * self.accuracy:.1f} %" if self.measure == "accuracy" else f"{self.measure} {self.accuracy:.3f}"


NOTHING_MET = Evaluation(float("nan"), float("nan"))
"""What training met in an epoch that was resumed after its last batch."""


@dataclass(frozen=True, eq=False)
class EpochRecord:
    """What one epoch did.

    train: mean over the free phases as they were met. validation, test: after the last update.
    gradient_norm: mean over batches of the norm of all gradients together, cost per siemens.
    clamped: share of conductances that sit at the end of their range.
    samples: met in training, those left out included. solves: operating points solved.
    failures: samples left out. messages: what the simulator reported.
    seconds: of the whole epoch; solving and programming: those inside the simulator.
    """

    epoch: int
    train: Evaluation
    validation: Evaluation | None
    test: Evaluation | None
    gradient_norm: float
    clamped: float
    seconds: float
    samples: int
    solves: int
    failures: int
    solving: float
    programming: float
    messages: tuple[str, ...] = ()


class Callback(Protocol):
    """Something that watches training."""

    def on_batch(self, progress: Progress) -> None:
        """After each update."""

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """After each epoch."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C stopped training; holds how far it had come."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


@dataclass
class _Sums:
    """What a running epoch has added up."""

    began: float = field(default_factory=time.perf_counter)
    loss: float = 0.0
    credit: float = 0.0
    used: int = 0
    norms: list[float] = field(default_factory=list)
    solves: int = 0
    failures: int = 0
    solving: float = 0.0
    programming: float = 0.0
    messages: list[str] = field(default_factory=list)

    def count(self, points: OperatingPoints) -> None:
        """Add what solving these points took."""
        self.solves += points.converged.size
        self.solving += points.seconds.solving
        self.programming += points.seconds.programming


def train(
    problem: Problem, simulator: Simulator, start: Progress | None = None, callbacks: Sequence[Callback] = ()
) -> Progress:
    """Train until the last epoch, or until the loss falls below the one to stop at.

    start: where to go on; the circuit's own conductances unless given.
    Raises Interrupted on Ctrl-C, TrainingError when most samples cannot be solved or the cost is no number.
    """
    progress = start or problem.start()
    try:
        while progress.epoch < problem.epochs:
            progress, record = _epoch(problem, simulator, progress, callbacks)
            for callback in callbacks:
                callback.on_epoch(progress, record)
            if record.train.loss < problem.stop_loss:
                break
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted(progress) from None
    return progress


def _epoch(
    problem: Problem, simulator: Simulator, progress: Progress, callbacks: Sequence[Callback]
) -> tuple[Progress, EpochRecord]:
    sums = _Sums()
    batches = problem.order(progress.epoch)
    try:
        for samples in batches[progress.batch :]:
            progress = _batch(problem, simulator, progress, samples, sums)
            for callback in callbacks:
                callback.on_batch(progress)
        _require_solved(sums, progress.epoch)
        validation = _evaluation(problem, simulator, progress, "validation", problem.data.validation, sums)
        test = _evaluation(problem, simulator, progress, "test", problem.data.test, sums)
    except KeyboardInterrupt:
        raise Interrupted(progress) from None
    record = EpochRecord(
        epoch=progress.epoch + 1,
        train=Evaluation(sums.loss / sums.used, sums.credit / sums.used, problem.data.train.measure)
        if sums.used
        else NOTHING_MET,
        validation=validation,
        test=test,
        gradient_norm=float(np.mean(sums.norms)) if sums.norms else 0.0,
        clamped=clamped_share(problem.circuit, progress.conductances),
        seconds=time.perf_counter() - sums.began,
        samples=sums.used + sums.failures,
        solves=sums.solves,
        failures=sums.failures,
        solving=sums.solving,
        programming=sums.programming,
        messages=tuple(sums.messages),
    )
    return Progress(progress.conductances, progress.update_state, progress.epoch + 1), record


def _require_solved(sums: _Sums, epoch: int) -> None:
    """Raise TrainingError when most samples of the epoch could not be solved."""
    samples = sums.used + sums.failures
    if sums.failures > TOO_MANY_FAILURES * samples:
        raise TrainingError(
            f"{sums.failures} of {samples} samples could not be solved in epoch {epoch + 1} "
            f"({sums.messages[-1] if sums.messages else 'no reason given'}); "
            "try smaller input voltages or a softer diode model"
        )


def _batch(problem: Problem, simulator: Simulator, progress: Progress, samples: np.ndarray, sums: _Sums) -> Progress:
    """Estimate the gradient of one batch, update, and return the new progress."""
    data, cost = problem.data.train, problem.cost
    targets = data.targets(cost, samples)
    rng = np.random.default_rng([problem.seed, progress.epoch, progress.batch])
    estimate = problem.estimator.estimate(simulator, progress.conductances, data.features[samples], targets, cost, rng)
    points, usable = estimate.points, estimate.points.usable
    scores = points.scores[usable]
    loss = float(cost.value(scores, targets[usable]).sum())
    if not np.isfinite(loss):
        raise TrainingError(
            f"the cost is not a number in epoch {progress.epoch + 1}, batch {progress.batch + 1}; try a smaller --lr"
        )
    sums.loss += loss
    sums.credit += float(data.credit(cost, samples[usable], scores).sum())
    sums.used += int(usable.sum())
    sums.failures += int((~usable).sum())
    sums.count(points)
    sums.messages += [f"sample {samples[k]}: {text}" for k, text in points.messages.items()]
    conductances, state = progress.conductances, progress.update_state
    if usable.any():
        sums.norms.append(float(np.sqrt(sum(np.vdot(g, g) for g in estimate.gradients.values()))))
        conductances, state = problem.update.step(
            problem.circuit, conductances, estimate.gradients, state, progress.epoch
        )
    return Progress(conductances, state, progress.epoch, progress.batch + 1)


def _evaluation(
    problem: Problem, simulator: Simulator, progress: Progress, name: str, data: Dataset | None, sums: _Sums
) -> Evaluation | None:
    if data is None:
        return None

    def count(points: OperatingPoints) -> None:
        sums.count(points)
        sums.messages += [f"{name} set: {text}" for text in points.messages.values()]

    return evaluate(simulator, progress.conductances, data, problem.cost, count)


def evaluate(
    simulator: Simulator,
    conductances: Mapping[str, FloatArray],
    data: Dataset,
    cost: Cost,
    count: Callable[[OperatingPoints], None] = lambda points: None,
) -> Evaluation:
    """Return mean cost and accuracy of the free phase over a data set; samples that fail earn no credit.

    count: called with the points of every thousand samples, for who keeps statistics.
    """
    loss, credit, solved = 0.0, 0.0, 0
    for first in range(0, len(data), SAMPLES_AT_ONCE):
        samples = np.arange(first, min(first + SAMPLES_AT_ONCE, len(data)))
        points = simulator.solve(conductances, data.features[samples])
        count(points)
        scores, samples = points.scores[points.usable], samples[points.usable]
        loss += float(cost.value(scores, data.targets(cost, samples)).sum())
        credit += float(data.credit(cost, samples, scores).sum())
        solved += len(samples)
    return Evaluation(loss / solved if solved else float("nan"), credit / len(data), data.measure)


def clamped_share(circuit: Circuit, conductances: Mapping[str, FloatArray]) -> float:
    """Return the share of trainable conductances that sit at the end of their range."""
    at_end = [np.isin(conductances[bank.name], (bank.low, bank.high)) for bank in circuit.trainable]
    return float(np.concatenate(at_end).mean()) if at_end else 0.0
