"""When is what solved and updated? The loop over epochs and batches, the same for every engine, estimator and rule."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

import numpy as np

from ebana_like.data.dataset import Dataset
from ebana_like.elements import squared_norm
from ebana_like.learning import Cost
from ebana_like.simulators import Simulator
from ebana_like.simulators.descent import Held
from ebana_like.simulators.scoring import Scored, scored
from ebana_like.training.inexact import inexactness
from ebana_like.training.problem import Problem
from ebana_like.training.progress import EpochRecord, Evaluation, Progress, Sums
from ebana_like.training.stopping import finished_by, require_converging, require_number, require_solved
from ebana_like.training.stretch import stretches_of
from ebana_like.values import Parameter, Values

SAMPLES_AT_ONCE = 1000
"""Samples evaluated together."""

PARTS = ("training", "validation", "test")
"""What is evaluated after an epoch, each read by sensors at a moment of its own."""


class Callback(Protocol):
    """Something that watches training: a subclass with one of these methods, or any object with the last two.

    It is called with what has been reached, in the order the callbacks are listed. Arrays in a progress are never
    changed later, so it may keep them. KeyboardInterrupt raised here stops training as Ctrl-C does; an `EbanaError`
    ends it with that message. Training that goes on from a checkpoint calls with the batches and epochs after it;
    what a callback needs of those before, it finds in `progress.records`.
    """

    every_batch: ClassVar[bool] = True
    """Whether it must see every update; else an engine that can may do many batches between two calls."""

    def on_note(self, note: str) -> None:
        """Before the first update: what the estimator says of itself, where equilibrium propagation is not exact."""
        return

    def on_batch(self, progress: Progress) -> None:
        """After each update, or after a stretch of them."""
        return

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """After each epoch."""
        return


class Interrupted(KeyboardInterrupt):
    """Ctrl-C stopped training; holds the last progress from which it goes on as if nothing had happened."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress


def train(
    problem: Problem, simulator: Simulator, start: Progress | None = None, callbacks: Sequence[Callback] = ()
) -> Progress:
    """Train until the last epoch, or until the loss says that it is enough.

    start: where to go on; the system's own values unless given. The outcome has the same bits as that of an
        unbroken training where `problem.is_resumable(start)`.

    Raises Interrupted on Ctrl-C, TrainingError when most samples cannot be solved, the cost is no number, or training
    diverges.
    """
    progress = resumable = start or problem.start()
    stretches = None if any(map(_sees_every_batch, callbacks)) else stretches_of(problem, simulator, progress)
    if note := inexactness(problem, simulator, progress) if not progress.steps else "":
        progress = resumable = replace(progress, sums=replace(progress.sums, messages=(note,)))
        for callback in callbacks:
            if hasattr(callback, "on_note"):
                callback.on_note(note)
    simulator.forget()
    try:
        while not finished_by(problem, progress):
            began = time.perf_counter() - progress.sums.seconds
            order = problem.order(progress.epoch)
            while progress.batch < len(order):
                before = progress
                if stretches is not None:
                    progress = stretches.advance(progress, order, began)
                if progress.batch == before.batch:
                    progress = _batch(problem, simulator, progress, order[progress.batch], began)
                if problem.is_resumable(progress):
                    require_solved(progress, whole_epoch=False)
                    resumable = progress
                for callback in callbacks:
                    callback.on_batch(progress)
                if problem.is_resumable(progress):
                    simulator.forget()
            progress = _end_of_epoch(problem, simulator, progress, began)
            for callback in callbacks:
                callback.on_epoch(progress, progress.records[-1])
            require_converging(problem, progress)
    except KeyboardInterrupt:
        raise Interrupted(resumable) from None
    return progress


def _sees_every_batch(callback: Callback) -> bool:
    is_called = getattr(type(callback), "on_batch", None) is not Callback.on_batch
    return is_called and getattr(callback, "every_batch", True)


def _batch(problem: Problem, simulator: Simulator, progress: Progress, samples: np.ndarray, began: float) -> Progress:
    """Estimate the gradient of one batch, update, and return the new progress."""
    data, cost, sums = problem.data.train, problem.cost, progress.sums
    targets = data.targets(cost, samples)
    seeds = [problem.seed, progress.epoch, progress.batch]
    rng, features = np.random.default_rng(seeds), data.met(samples, seeds)
    engine = problem.read(simulator, progress.epoch, progress.batch)
    estimate = problem.estimator.estimate(engine, progress.values, features, targets, cost, rng)
    points, usable = estimate.points, estimate.points.usable
    scores = points.scores[usable]
    loss = float(cost.value(scores, targets[usable]).sum())
    require_number(loss, "cost", progress)
    values, state, norm = progress.values, progress.update_state, 0.0
    if usable.any():
        norm = float(np.sqrt(sum(squared_norm(signal) for signal in estimate.signals.values())))
        require_number(norm, "gradient", progress)
        values, state = problem.update.step(
            problem.system.parameters, values, estimate.signals, state, progress.epoch, problem.technology, rng
        )
    sums = replace(
        sums.solved(
            points.converged.size,
            points.seconds,
            (f"sample {samples[k]}: {text}" for k, text in points.messages.items()),
        ),
        loss=sums.loss + loss,
        credit=sums.credit + float(data.credit(cost, samples[usable], scores).sum()),
        used=sums.used + int(usable.sum()),
        failures=sums.failures + int((~usable).sum()),
        norms=sums.norms + norm,
        batches=sums.batches + int(usable.any()),
        seconds=time.perf_counter() - began,
    )
    return replace(
        progress,
        values=values,
        update_state=state,
        batch=progress.batch + 1,
        steps=progress.steps + 1,
        sums=sums,
    )


def _end_of_epoch(problem: Problem, simulator: Simulator, progress: Progress, began: float) -> Progress:
    """Evaluate, and return the progress with the epoch's record."""
    require_solved(progress, whole_epoch=True)
    data, sums = problem.data, progress.sums
    validation, sums = _evaluation(problem, simulator, progress, "validation", data.validation, sums)
    test, sums = _evaluation(problem, simulator, progress, "test", data.test, sums)
    met = Evaluation(sums.loss / sums.used, sums.credit / sums.used, data.train.measure)
    anew, sums = _evaluation(
        problem, simulator, progress, "training", data.train if problem.judged_anew else None, sums
    )
    record = EpochRecord(
        epoch=progress.epoch + 1,
        train=anew or met,
        validation=validation,
        test=test,
        gradient_norm=sums.norms / sums.batches,
        clamped=clamped_share(problem.system.parameters, progress.values),
        seconds=time.perf_counter() - began,
        samples=sums.samples,
        solves=sums.solves,
        failures=sums.failures,
        solving=sums.solving,
        programming=sums.programming,
        messages=sums.messages,
    )
    return progress.after(record)


def _evaluation(
    problem: Problem, simulator: Simulator, progress: Progress, name: str, data: Dataset | None, sums: Sums
) -> tuple[Evaluation | None, Sums]:
    if data is None:
        return None, sums
    engine = problem.read(simulator, progress.epoch, problem.batches + PARTS.index(name))

    def count(points: Scored) -> None:
        nonlocal sums
        sums = sums.solved(
            len(points.usable), points.seconds, (f"{name} set: {text}" for text in points.messages.values())
        )

    return evaluate(engine, progress.values, data, problem.cost, count), sums


def evaluate(
    simulator: Simulator,
    values: Values,
    data: Dataset,
    cost: Cost,
    count: Callable[[Scored], None] = lambda points: None,
) -> Evaluation:
    """Return mean cost and accuracy of the free phase over a data set; samples that fail earn no credit.

    count: called with the points of every thousand samples, for who keeps statistics.
    """
    loss, credit, solved = 0.0, 0.0, 0
    for first in range(0, len(data), SAMPLES_AT_ONCE):
        samples = np.arange(first, min(first + SAMPLES_AT_ONCE, len(data)))
        points = scored(simulator, values, data.volts(samples))
        count(points)
        scores, samples = points.scores[points.usable], samples[points.usable]
        loss += float(cost.value(scores, data.targets(cost, samples)).sum())
        credit += float(data.credit(cost, samples, scores).sum())
        solved += len(samples)
    return Evaluation(loss / solved if solved else float("nan"), credit / len(data), data.measure)


def clamped_share(parameters: Mapping[str, Parameter], values: Values) -> float:
    """Return the share of learned values that sit at the end of their range."""
    count = sum(len(each.value) for each in parameters.values())
    if isinstance(values, Held):
        return values.at_ends() / count
    given = [(values[address], each) for address, each in parameters.items()]
    at_end = sum(np.count_nonzero((found == each.low) | (found == each.high)) for found, each in given)
    return float(at_end / count) if count else 0.0
