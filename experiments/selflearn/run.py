"""Does a netlist learn XOR, and a hump, by itself: from how many starts, with which ports, and with linear edges?

    python experiments/selflearn/run.py

Every training is one `.tran` of ngspice. Writes results.csv, row by row, curves.csv and learning.png beside this file.
"""

import csv
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ebana_like.analysis.selflearn import learn_alone
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import FloatArray
from ebana_like.errors import SimulatorError
from ebana_like.files import csv_text
from ebana_like.networks.selflearn import SelfLearner, self_learning_regression, self_learning_xor

HERE = Path(__file__).parent

Training = tuple[SelfLearner, int, int]
"""What learns, the seed of its gates, and for how many rounds."""


def trainings() -> Iterator[tuple[str, Training]]:
    """Yield every training with the name of its case."""
    for seed in range(10):
        yield "xor", (self_learning_xor(), seed, 400)
    for seed in range(5):
        yield "regression", (self_learning_regression(), seed, 400)
    for seed in range(3):
        yield "xor, linear edges", (self_learning_xor("linear", charging=1.25e-3), seed, 400)
    for places in range(10):
        drawn = np.random.default_rng(places).permutation(16)[:6].tolist()
        yield "xor, ports anywhere", (self_learning_xor(places=drawn), places, 400)


def one(case: str, learner: SelfLearner, seed: int, epochs: int) -> tuple[dict[str, object], FloatArray]:
    """Let one netlist learn; what it came to, and its error in each round, volts."""
    began = time.perf_counter()
    row: dict[str, object] = {"case": case, "seed": seed, "cycles": epochs * len(learner.targets)}
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


def draw(curves: Mapping[tuple[str, int], FloatArray]) -> None:
    """Draw the error of every training over its rounds, a panel a case."""
    cases = list(dict.fromkeys(case for case, _ in curves))
    figure = Figure(figsize=(8, 5.6), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, case in zip(panels.ravel(), cases, strict=False):
        for (other, _), rms in curves.items():
            if other == case:
                axes.semilogy(np.arange(1, len(rms) + 1), 1e3 * rms, linewidth=1)
        axes.set_title(case, fontsize="medium")
        axes.axhline(8.37 if case == "regression" else 15.0, color="grey", linestyle=":")
        axes.grid(alpha=0.3)
    for axes in panels[1]:
        axes.set_xlabel("rounds of all patterns")
    for axes in panels[:, 0]:
        axes.set_ylabel("rms error (mV)")
    save_figure(figure, HERE / "learning.png", dpi=110)


if __name__ == "__main__":
    rows: list[dict[str, object]] = []
    found: dict[tuple[str, int], FloatArray] = {}
    for name, training in trainings():
        row, found[name, training[1]] = one(name, *training)
        rows.append({key: f"{value:.4g}" if isinstance(value, float) else value for key, value in row.items()})
        print(rows[-1], flush=True)
        with (HERE / "results.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    shown = [[*key, *(f"{1e3 * volts:.4g}" for volts in rms[9::10])] for key, rms in found.items()]
    heads = ["case", "seed", *(f"round{10 * k + 10}_mV" for k in range(40))]
    (HERE / "curves.csv").write_text(csv_text(heads, shown))
    draw(found)
