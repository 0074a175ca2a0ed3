"""What do checkpoints, netlist, history and display cost beside training itself? Epochs with and without, in turn."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like.bench.rounds import Timing
from ebana_like.runs import RunRecorder, Settings, create_run, simulator_of
from ebana_like.simulators import Simulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Problem, Progress, train

ROUNDS = 15

Show = Callable[[Problem, Progress], AbstractContextManager[Callback]]


@dataclass(frozen=True)
class TrainingBench:
    """Times of one task's training, milliseconds.

    bare, watched: an epoch alone, and one with recorder and display, in pairs of neighbours.
    ends: what a run's folder takes at its beginning and its end, once a round, each with a checkpoint and a netlist.
    epochs: of a run.
    """

    bare: Timing
    watched: Timing
    ends: Timing
    epochs: int

    @property
    def overhead(self) -> tuple[float, float, float]:
        """Return lower quartile, median and upper quartile of what a run takes beyond training, as a share of it.

        That of an epoch is paired with its neighbour; that of both ends is spread over the epochs of a run.
        """
        added = np.array(self.watched.rounds) - np.array(self.bare.rounds)
        shares = added / np.array(self.bare.rounds) + self.ends.median / (self.epochs * self.bare.median)
        low, median, high = np.quantile(shares, (0.25, 0.5, 0.75)).tolist()
        return low, median, high


def bench_training(task: str, show: Show, rounds: int = ROUNDS) -> TrainingBench:
    """Train a task with its default settings so many times, every other epoch as the program does it.

    show: makes what displays a training.
    """
    settings = TASKS[task].settings
    problem = TASKS[task].problem(settings)
    pairs: list[tuple[float, float]] = []
    ends: list[float] = []
    with simulator_of(problem.circuit, settings) as simulator, TemporaryDirectory() as folder:
        train(problem, simulator)  # compiles
        for _ in range(rounds):
            found, both = _round(Path(folder), task, settings, problem, simulator, show)
            pairs += found
            ends.append(both)
    bare, watched = zip(*pairs, strict=True)
    return TrainingBench(
        Timing("an epoch alone", bare),
        Timing("with history, display, checkpoints", watched),
        Timing("first and last files of a run", tuple(ends)),
        problem.epochs,
    )


def _round(
    folder: Path, task: str, settings: Settings, problem: Problem, simulator: Simulator, show: Show
) -> tuple[list[tuple[float, float]], float]:
    """Train in a new run folder; the pairs of epochs alone and watched, and the time before and after them."""
    start, began = problem.start(), time.perf_counter()
    recorder = RunRecorder(create_run(folder, task, settings), task, settings, problem, simulator)
    recorder.begin(start)
    before = time.perf_counter() - began
    with show(problem, start) as display:
        watcher = _EveryOther([recorder, display])
        progress = train(problem, simulator, start, [watcher])
    began = time.perf_counter()
    recorder.finish(progress)
    times = [1e3 * seconds for seconds in watcher.seconds]
    return list(zip(times[::2], times[1::2], strict=False)), 1e3 * (before + time.perf_counter() - began)


class _EveryOther(Callback):
    """Has callbacks watch every other epoch, beginning with the second, and times all of them."""

    every_batch = False

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        self.callbacks = callbacks
        self.seconds: list[float] = []
        self._began = time.perf_counter()

    @property
    def watching(self) -> Sequence[Callback]:
        """The callbacks called in this epoch."""
        return self.callbacks if len(self.seconds) % 2 else ()

    def on_batch(self, progress: Progress) -> None:
        for callback in self.watching:
            callback.on_batch(progress)

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        for callback in self.watching:
            callback.on_epoch(progress, record)
        now = time.perf_counter()
        self.seconds.append(now - self._began)
        self._began = now
