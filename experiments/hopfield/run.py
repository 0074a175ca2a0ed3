"""How well do Hopfield networks read digits? Trains 784-500-10 and 784-500-500-10 on MNIST.

    python experiments/hopfield/run.py PATH [one|two [SEED ...]]

PATH is a file of the digits as `train-circuit mnist --data` takes it. A row of results.csv is written for every
training, in place of one of the same network and seed, and one of epochs.csv for every epoch.
"""

import csv
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ebana_like.runs import load_config, settings_in
from ebana_like.runs.assembly import engine_of
from ebana_like.tasks import TASKS
from ebana_like.tasks.hopfield import HopfieldSettings, HopfieldTask
from ebana_like.training import Callback, EpochRecord, Progress, train

HERE = Path(__file__).parent
TASK = HopfieldTask(TASKS["mnist"])
SEEDS = range(3)


def settings_of(name: str) -> HopfieldSettings:
    """Return the settings of one.toml or two.toml."""
    path = HERE / f"{name}.toml"
    return settings_in(load_config(path), "settings", TASK.settings, path.name)


class Epochs(Callback):
    """Says how far training is, and keeps it."""

    every_batch = False

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        test = record.test.accuracy if record.test else float("nan")
        errors = {"train_error": 100 * (1 - record.train.accuracy), "test_error": 100 * (1 - test)}
        self.rows.append({"epoch": record.epoch, **errors, "loss": record.train.loss, "seconds": record.seconds})
        print({name: round(value, 4) for name, value in self.rows[-1].items()}, flush=True)


def trained(name: str, seed: int, data: str) -> None:
    """Train one network and write what came of it."""
    settings = replace(settings_of(name), seed=seed, data=data)
    problem, epochs, began = TASK.problem(settings), Epochs(), time.process_time()
    train(problem, engine_of(problem, settings), callbacks=[epochs])
    which = {"network": "-".join(map(str, (784, *settings.hidden, 10))), "seed": seed}
    last = epochs.rows[-1]
    wall = sum(row["seconds"] for row in epochs.rows)
    both = {"processor_seconds": time.process_time() - began, "wall_seconds": wall}
    errors = {each: last[each] for each in ("train_error", "test_error")}
    _write(HERE / "results.csv", which, [{**which, "epochs": len(epochs.rows), **errors, **both}])
    _write(HERE / "epochs.csv", which, [{**which, **row} for row in epochs.rows])


def _write(path: Path, which: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows in place of those of the same network and seed."""
    kept: list[Mapping[str, object]] = []
    if path.exists():
        with path.open() as file:
            kept = [row for row in csv.DictReader(file) if any(row[key] != str(which[key]) for key in which)]
    text = [
        {name: f"{value:.4g}" if isinstance(value, float) else value for name, value in row.items()} for row in rows
    ]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, *text], key=lambda row: (str(row["network"]), int(str(row["seed"])))))


if __name__ == "__main__":
    path, *rest = sys.argv[1:]
    for name in rest[:1] or ("one", "two"):
        for seed in map(int, rest[1:]) if rest[1:] else SEEDS:
            trained(name, seed, path)
