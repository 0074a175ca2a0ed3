"""Does a network learn on a chip on which nothing is as designed? The digits with every imperfection at once.

    python experiments/whole_chip/run.py [CASE ...]

64-50-10 of the task `digits` with the settings below, seeds 0 to 4, each on a chip of its own: programmable resistors
that are ECRAM (pulses of a thousandth of their range, asymmetric, with cycle and device spread; what is left of a step
is kept digitally), 1 % of them stuck, sensors of 10 bits with 0.1 mV of noise and 1 mV of offset, diodes whose ln IS
spreads by 0.4, amplifiers whose gains spread by 5 % with offsets of 10 mV. *ideal* is the same training without them;
the others leave one kind out, or have it alone.

Writes results.csv, the rows of the cases named in the place of those that it had, and draws accuracy.svg.
"""

import csv
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.runs import simulator_of
from ebana_like.runs.config import decode
from ebana_like.tasks import TASKS
from ebana_like.training import train

HERE = Path(__file__).parent
SEEDS = range(5)
BASE = replace(TASKS["digits"].settings, engine="native", estimator="centered", beta=1e-4)
DEVICES = {"technology": "ecram", "technology_options": "rounding=kept,stuck_low=0.005,stuck_high=0.005"}
SENSORS = {"readout": "bits=10,noise=1e-4,offset=1e-3"}
MISMATCH = {"mismatch": "saturation=0.4,gain=5%,feedback=5%,offset=10m"}
CASES: Mapping[str, Mapping[str, str]] = {
    "ideal": {},
    "everything": DEVICES | SENSORS | MISMATCH,
    "devices alone": DEVICES,
    "sensors alone": SENSORS,
    "mismatch alone": MISMATCH,
}


@dataclass(frozen=True)
class Row:
    """One training; percent of the test digits and their cross-entropy, seconds."""

    case: str
    seed: int
    accuracy: float
    loss: float
    seconds: float


def trained(case: str, seed: int) -> Row:
    """Train on the chip whose number is the seed."""
    settings = replace(decode(CASES[case], BASE, case), seed=seed)
    settings = replace(settings, chip=seed if settings.mismatch else 0)
    problem = TASKS["digits"].problem(settings)
    with simulator_of(problem.circuit, settings) as simulator:
        progress = train(problem, simulator)
    test = progress.records[-1].test
    assert test is not None
    seconds = sum(each.seconds for each in progress.records)
    row = Row(case, seed, round(100 * test.accuracy, 2), round(test.loss, 4), round(seconds, 1))
    print(f"{case:16} seed {seed}: {row.accuracy:.2f} %, loss {row.loss:.4f}, in {row.seconds:.0f} s", flush=True)
    return row


def put(case: str, rows: list[Row]) -> None:
    """Write the rows of a case into the table in the place of those that it had."""
    path = HERE / "results.csv"
    held = list(csv.DictReader(path.open())) if path.exists() else []
    found = {each: [row for row in held if row["case"] == each] for each in CASES} | {case: list(map(asdict, rows))}
    with path.open("w") as file:
        writer = csv.DictWriter(file, asdict(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for each in CASES for row in found[each])


def draw() -> None:
    """Plot the accuracy of every seed, and print means."""
    rows = list(csv.DictReader((HERE / "results.csv").open()))
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    cases = [case for case in CASES if any(row["case"] == case for row in rows)]
    for place, case in enumerate(cases):
        found = np.array([float(row["accuracy"]) for row in rows if row["case"] == case])
        axes.plot(found, np.full(len(found), place), "o", color="C0", alpha=0.5)
        axes.plot([found.mean()], [place], "|", color="C3", markersize=20)
        print(f"{case:16} mean {found.mean():.2f} %, worst {found.min():.2f} % of {len(found)}")
    axes.axvline(96, color="0.7", linewidth=1)
    axes.set_yticks(range(len(cases)), cases)
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.set_xlabel("test digits that are right, % (dots: seeds, bar: mean)")
    figure.savefig(HERE / "accuracy.svg")
    plt.close(figure)


def main(cases: list[str]) -> None:
    for case in cases or CASES:
        put(case, [trained(case, seed) for seed in SEEDS])
    draw()


if __name__ == "__main__":
    main(sys.argv[1:])
