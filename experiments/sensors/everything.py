"""What is left when nothing is ideal? Digits with real devices, sensors and a chip that differs from its design.

    python experiments/sensors/everything.py

Five seeds: ECRAM pulses whose remainder is kept, 1 % of cells stuck, converters of 10 bits at the nodes with 0.1 mV of
noise and 1 mV of offsets, sd 0.4 of ln IS, 5 % of the amplifiers' gains A and B, 10 mV of their offsets; beside
everything ideal. Writes everything.csv beside itself.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.runs import Settings, simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import train

HERE = Path(__file__).parent
SEEDS = range(5)
REAL = {
    "technology": "ecram",
    "technology_options": "rounding=kept,stuck_low=0.005,stuck_high=0.005",
    "readout": "bits=10,noise=1e-4,offset=1e-3",
    "mismatch": "saturation=0.4,gain=5%,feedback=5%,offset=10m",
    "inexact": True,
}


def accuracy(settings: Settings) -> float:
    """Train, and return the share of test samples that are right, percent, as they were read."""
    problem = TASKS["digits"].problem(settings)
    with simulator_of(problem.circuit, settings) as simulator:
        last = train(problem, simulator).records[-1].test
    assert last is not None
    return 100 * last.accuracy


def settings_of(seed: int, real: bool) -> Settings:
    """Return the settings of one training; a chip of its own for each seed."""
    base = replace(TASKS["digits"].settings, seed=seed)
    return replace(base, **REAL, chip=seed) if real else base


def main() -> None:
    found = {(seed, real): accuracy(settings_of(seed, real)) for seed in SEEDS for real in (False, True)}
    with (HERE / "everything.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["seed", "ideal", "real"])
        writer.writerows([seed, f"{found[seed, False]:.2f}", f"{found[seed, True]:.2f}"] for seed in SEEDS)
    for real in (False, True):
        values = np.array([found[seed, real] for seed in SEEDS])
        print(f"{'real' if real else 'ideal'}: mean {values.mean():.2f} %, least {values.min():.2f} %")


if __name__ == "__main__":
    main()
