"""What do checkpoints, netlist, history and display cost beside training itself? Paired runs with and without them."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

from ebana_like.bench.rounds import Timing
from ebana_like.simulators import Simulator
from ebana_like.tasks import TASKS, simulator_of
from ebana_like.training import Callback, Problem, Progress, RunRecorder, Settings, create_run, train

ROUNDS = 9

Show = Callable[[Problem, Progress], AbstractContextManager[Callback]]


def bench_training(task: str, show: Show, rounds: int = ROUNDS) -> tuple[Timing, Timing]:
    """Train a task with its default settings, in turn bare and as the program does, and return both times.

    show: makes what displays a training. Milliseconds a training sample and epoch.
    """
    settings = TASKS[task].settings
    problem = TASKS[task].problem(settings)
    bare: list[float] = []
    recorded: list[float] = []
    with simulator_of(problem.circuit, settings) as simulator, TemporaryDirectory() as folder:
        train(problem, simulator)  # compiles
        for _ in range(rounds):
            began = time.perf_counter()
            end = train(problem, simulator)
            middle = time.perf_counter()
            _train_recorded(Path(folder), task, settings, problem, simulator, show)
            samples = sum(record.samples for record in end.records)
            bare.append(1e3 * (middle - began) / samples)
            recorded.append(1e3 * (time.perf_counter() - middle) / samples)
    return Timing("training alone", tuple(bare)), Timing("with checkpoints, history, display", tuple(recorded))


def _train_recorded(
    folder: Path, task: str, settings: Settings, problem: Problem, simulator: Simulator, show: Show
) -> None:
    """Train in a new run folder."""
    start = problem.start()
    recorder = RunRecorder(create_run(folder, task, settings), task, problem, simulator)
    recorder.begin(start)
    with show(problem, start) as display:
        progress = train(problem, simulator, start, [recorder, display])
    recorder.save(progress)
