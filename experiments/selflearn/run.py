"""Does a netlist learn XOR, and a hump, by itself: from how many starts, with which ports, and with linear edges?

    python experiments/selflearn/run.py [CASE ...]

Every training is one `.tran` of ngspice. Writes results.csv and curves.csv after each, and learning.png, beside this
file; rows of cases that are not asked for stay.
"""

import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ebana_like.analysis.selflearn import learn_alone
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import FloatArray
from ebana_like.errors import SimulatorError
from ebana_like.networks.sampled import SampleAndHold
from ebana_like.networks.selflearn import SelfLearner, self_learning_regression, self_learning_xor
from ebana_like.networks.selflearn_sign import SignLearner

HERE = Path(__file__).parent

CASES = ("xor", "regression", "xor, linear edges", "xor, ports anywhere", "xor, by signs")

EVERY = 10
"""Rounds between two points of a curve."""

Row = dict[str, object]


def trainings(case: str) -> Iterator[tuple[SelfLearner, int, int]]:
    """Yield what learns in a case, the seed of its gates, and for how many rounds."""
    if case == "xor":
        yield from ((self_learning_xor(), seed, 400) for seed in range(10))
    elif case == "regression":
        yield from ((self_learning_regression(), seed, 800) for seed in range(5))
    elif case == "xor, linear edges":
        yield from ((self_learning_xor("linear", charging=2.5e-3), seed, 1000) for seed in range(3))
    elif case == "xor, by signs":
        by_signs = SignLearner.of(self_learning_xor(), 2e-5, SampleAndHold.of(1e-9, 1e3, 0.0), 2e-3)
        yield from ((by_signs, seed, 150) for seed in range(3))
    else:
        for places in range(10):
            drawn = np.random.default_rng(places).permutation(16)[:6].tolist()
            yield self_learning_xor(places=drawn), places, 400


def one(case: str, learner: SelfLearner, seed: int, epochs: int) -> tuple[Row, FloatArray]:
    """Let one netlist learn; what it came to, and its error in each round, volts."""
    began = time.perf_counter()
    row: Row = {"case": case, "seed": seed, "cycles": epochs * len(learner.targets)}
    row |= {"constant_mV": 1e3 * float(np.std(learner.targets)), "patterns": len(learner.targets)}
    try:
        learned = learn_alone(learner, learner.start(seed), epochs, f"{case}, seed {seed}")
    except SimulatorError as error:
        return row | {"right": str(error)}, np.zeros(0)
    row |= {"right": learned.right, "frozen_rms_mV": 1e3 * learned.frozen_rms}
    row |= {"first_rms_mV": 1e3 * learned.rms[0], "last_rms_mV": 1e3 * learned.rms[-1]}
    row |= {"least_gate_V": learned.gates[-1].min(), "largest_gate_V": learned.gates[-1].max()}
    row |= {"frozen_mV": " ".join(f"{1e3 * volts:.2f}" for volts in learned.frozen)}
    return row | {"seconds": time.perf_counter() - began}, learned.rms


def kept(name: str, cases: Sequence[str]) -> list[Row]:
    """Return the rows of a table here that are of other cases."""
    path = HERE / name
    if not path.exists():
        return []
    with path.open() as file:
        return [dict(row) for row in csv.DictReader(file) if row["case"] not in cases]


def save(name: str, rows: list[Row]) -> None:
    """Write a table, its cases in order."""
    with (HERE / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in sorted(rows, key=lambda row: CASES.index(str(row["case"]))):
            writer.writerow({key: f"{value:.4g}" if isinstance(value, float) else value for key, value in row.items()})


def draw() -> None:
    """Draw the error of every training over its rounds, a panel a case."""
    curves: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for row in kept("curves.csv", ()):
        point = int(str(row["round"])), float(str(row["rms_mV"]))
        curves.setdefault((str(row["case"]), str(row["seed"])), []).append(point)
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    panels = figure.subplots(2, 3, sharey=True)
    panels[1, 2].axis("off")
    for axes, case in zip(panels.ravel(), CASES, strict=False):
        for (other, _), points in curves.items():
            if other == case:
                axes.semilogy(*zip(*points, strict=True), linewidth=1)
        axes.set_title(case, fontsize="medium")
        targets = (self_learning_regression() if case == "regression" else self_learning_xor()).targets
        axes.axhline(1e3 * float(np.std(targets)), color="grey", linestyle=":")
        axes.grid(alpha=0.3)
    for axes in (panels[0, 2], *panels[1, :2]):
        axes.set_xlabel("rounds of all patterns")
    for axes in panels[:, 0]:
        axes.set_ylabel("rms error (mV)")
    save_figure(figure, HERE / "learning.png", dpi=110)


if __name__ == "__main__":
    asked = sys.argv[1:] or CASES
    rows, points = kept("results.csv", asked), kept("curves.csv", asked)
    for case in asked:
        for learner, seed, epochs in trainings(case):
            row, rms = one(case, learner, seed, epochs)
            print(row, flush=True)
            rows.append(row)
            rounds = range(EVERY, len(rms) + 1, EVERY)
            points += [{"case": case, "seed": seed, "round": k, "rms_mV": 1e3 * float(rms[k - 1])} for k in rounds]
            save("results.csv", rows)
            save("curves.csv", points)
    draw()
