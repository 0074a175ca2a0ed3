"""What do devices cost in training? Processor time of epochs beside those of ideal devices, one after the other.

    python experiments/devices/cost.py                    # MNIST's size and digits, rows that are not in cost.csv yet
    python experiments/devices/cost.py mnist reram-es     # of a task or a technology alone

MNIST is random images in its size and its settings, a hundred batches an epoch; what is compiled is compiled before.
"""

import csv
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.bench.random_images import MNIST, learner
from ebana_like.runs.assembly import simulator_of
from ebana_like.simulators import Simulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Problem, Progress, train

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

RESULTS = Path(__file__).parent / "cost.csv"

ROUNDS, EPOCHS, BATCHES = 4, 4, 100
"""Of each round the shortest epoch but the first counts."""

CASES = (
    ("ecram", ""),
    ("ecram", "rounding=kept,least=100,most=200"),
    ("ecram", "transfer.every=1"),
    ("capacitor", ""),
    ("reram-es", ""),
    ("vteam", ""),
)


class Clock(Callback):
    """Reads processor time after every epoch."""

    every_batch = False

    def __init__(self) -> None:
        self.read: list[float] = []

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        self.read.append(time.process_time())


def made(task: str, technology: str, options: str) -> tuple[Problem, Simulator]:
    changes = {"technology": technology, "technology_options": options, "stop_loss": 0.0}
    if task == "mnist":
        found = learner((100,), MNIST.batch, BATCHES * MNIST.batch, changes)
        problem, settings = replace(found.problem, epochs=EPOCHS), found.settings
    else:
        settings = replace(TASKS[task].settings, epochs=EPOCHS, **changes)
        problem = TASKS[task].problem(settings)
    return problem, simulator_of(problem.circuit, settings)


def seconds(problem: Problem, simulator: Simulator) -> float:
    clock = Clock()
    with simulator:
        train(problem, simulator, callbacks=[clock])
    return float(np.diff(clock.read).min())


def main(words: list[str]) -> None:
    done = []
    if RESULTS.exists():
        with RESULTS.open() as file:
            done = [(row["task"], row["technology"], row["options"]) for row in csv.DictReader(file)]
    for task in ("mnist", "digits"):
        for technology, options in CASES:
            if (task, technology, options) in done or not {task, technology}.issuperset(words):
                continue
            pair = made(task, "ideal", ""), made(task, technology, options)
            times = np.array([[seconds(*each) for each in pair] for _ in range(1 + ROUNDS)])[1:]
            ideal, ratio = np.median(times[:, 0]), np.median(times[:, 1] / times[:, 0])
            row = {"task": task, "technology": technology, "options": options, "rounds": ROUNDS}
            add_row(RESULTS, {**row, "ideal_ms_an_epoch": f"{1e3 * ideal:.0f}", "ratio": f"{ratio:.2f}"})
            print(task, technology, options, f"{ratio:.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
