"""How well do convolutional Hopfield networks read digits? Trains 28 x 28 -> 32 maps -> 64 maps -> 10 on MNIST.

    python experiments/maps/run.py PATH [--epochs N] [--choices NAME ...] [--final N] [--seeds N ...]

PATH is a file of the digits as `train-circuit mnist --data` takes it. Each of `CHOICES`, or those named, learns from
50,000 digits for --epochs and is judged by the last 10,000 of the training set, a row of choices.csv for each. The one
that reads most of these then learns from all 60,000 for --final epochs, from each of the seeds: `hopfield_trainings`
says what is written. All other settings are those of maps.toml.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from hopfield_trainings import TASK, Epochs, settings_of, trained
from rows import add_row

from ebana_like.data import Split
from ebana_like.runs.assembly import engine_of
from ebana_like.training import evaluate, train

HERE = Path(__file__).parent
FILE = HERE / "maps.toml"
LEARNED = 50_000

CHOICES: Mapping[str, Mapping[str, Any]] = {
    "thesis": {"batch": 20, "lr": (0.15, 0.035, 0.015)},
    "batches of 50": {"batch": 50, "lr": (0.3, 0.07, 0.03)},
    "adam": {"batch": 100, "update": "adam", "lr": (0.01, 0.004, 0.002)},
}
"""Batches and rates of the thesis's discrete-time network, and others; Adam's rates are steps."""


def judged(name: str, data: str, epochs: int) -> float:
    """Return the percentage of validation digits that a choice reads wrongly after so many epochs."""
    settings = replace(settings_of(FILE), data=data, epochs=epochs, **CHOICES[name])
    problem = TASK.problem(settings)
    whole = problem.data.train
    count = len(whole) * LEARNED // 60_000
    learned, held = (whole.take(np.arange(*ends)) for ends in ((0, count), (count, len(whole))))
    print(name, "on", jax.devices()[0].device_kind, flush=True)
    began = time.perf_counter()
    with engine_of(problem, settings) as engine:
        done = train(replace(problem, data=Split(learned)), engine, callbacks=[Epochs()])
        error = 100 * (1 - evaluate(engine, done.values, held, problem.cost).accuracy)
    row = {
        "choice": name,
        "digits": count,
        "epochs": epochs,
        "validation_error": f"{error:.2f}",
        "seconds": f"{time.perf_counter() - began:.0f}",
    }
    print(row, flush=True)
    add_row(HERE / "choices.csv", row)
    return error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--choices", nargs="+", choices=list(CHOICES), default=list(CHOICES))
    parser.add_argument("--final", type=int, default=20)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    given = parser.parse_args()
    errors = {name: judged(name, given.path, given.epochs) for name in given.choices if given.epochs}
    best = min(given.choices, key=lambda name: errors.get(name, 0.0))
    for seed in given.seeds:
        trained(FILE, seed, given.path, {**CHOICES[best], "epochs": given.final})


if __name__ == "__main__":
    main()
