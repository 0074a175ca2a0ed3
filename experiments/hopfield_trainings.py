"""How do experiments train Hopfield networks on MNIST? By the settings of a file, with a row a training and an epoch.

As soon as a training ends, a row of results.csv is written in place of one of the same network and seed, and one of
epochs.csv for every epoch, which are drawn in errors.svg. Several such processes may train at once, on a GPU where JAX
sees one.
"""

import csv
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullLocator
from rows import alone_in, put_rows
from trainings import configured

from ebana_like.runs.assembly import engine_of
from ebana_like.systems.layered import Layered
from ebana_like.tasks import TASKS
from ebana_like.tasks.hopfield import HopfieldSettings, HopfieldTask
from ebana_like.training import Callback, EpochRecord, Progress, train

TASK = HopfieldTask(TASKS["mnist"])
SEEDS = range(3)


def settings_of(path: Path) -> HopfieldSettings:
    """Return the settings of a file."""
    return configured(path, TASK.settings)


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


def trained(file: Path, seed: int, data: str, changes: Mapping[str, Any] | None = None) -> None:
    """Train one network and write what came of it beside the file of its settings. changes: of settings, by name."""
    settings = replace(settings_of(file), seed=seed, data=data, **(changes or {}))
    problem, epochs, began = TASK.problem(settings), Epochs(), time.process_time()
    assert isinstance(problem.system, Layered)
    kind = ", vector field" if problem.system.vector_field else ""
    which = {"network": problem.system.line + kind, "seed": seed}
    print(which, "on", jax.devices()[0].device_kind, flush=True)
    train(problem, engine_of(problem, settings), callbacks=[epochs])
    last = epochs.rows[-1]
    wall = sum(row["seconds"] for row in epochs.rows)
    both = {"processor_seconds": time.process_time() - began, "wall_seconds": wall}
    errors = {each: last[each] for each in ("train_error", "test_error")}
    with alone_in(file.parent):
        put_rows(file.parent / "results.csv", [{**which, "epochs": len(epochs.rows), **_text({**errors, **both})}])
        put_rows(file.parent / "epochs.csv", [{**which, **_text(row)} for row in epochs.rows])
        draw(file.parent)


def _text(row: Mapping[str, float]) -> dict[str, object]:
    return {name: f"{value:.4g}" if isinstance(value, float) else value for name, value in row.items()}


def main(folder: Path, names: Sequence[str]) -> None:
    """Train as the command line says: PATH of the digits, then a name of a file of settings, and seeds."""
    data, *rest = sys.argv[1:]
    for name in rest[:1] or names:
        for seed in map(int, rest[1:]) if rest[1:] else SEEDS:
            trained(folder / f"{name}.toml", seed, data)


def draw(folder: Path) -> None:
    """Draw the errors of every epoch, a line a training: full on test digits, dotted on those learned from."""
    with (folder / "epochs.csv").open() as file:
        rows = list(csv.DictReader(file))
    figure = plt.figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    for k, network in enumerate(dict.fromkeys(row["network"] for row in rows)):
        seeds = sorted({row["seed"] for row in rows if row["network"] == network})
        for seed in seeds:
            own = [row for row in rows if (row["network"], row["seed"]) == (network, seed)]
            epochs = [int(row["epoch"]) for row in own]
            name = f"{network}, {len(seeds)} seeds" if seed == seeds[0] else None
            for kind, line, label in (("test_error", "-", name), ("train_error", ":", None)):
                axes.plot(epochs, [float(row[kind]) for row in own], line, color=f"C{k}", linewidth=1, label=label)
    axes.set(xlabel="epoch", ylabel="error, %", yscale="log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(folder / "errors.svg", metadata={"Date": None})
    plt.close(figure)
