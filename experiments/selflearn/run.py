"""Does a netlist learn XOR by itself, from how many starts, and can one of linear edges?

    python experiments/selflearn/run.py

Every training is one `.tran` of ngspice. Writes results.csv, row by row, and learning.png beside this file.
"""

import csv
import time
from pathlib import Path

import numpy as np

from ebana_like.analysis.selflearn import Learned, learn_alone
from ebana_like.drawing import Figure, save_figure
from ebana_like.elements import FloatArray
from ebana_like.networks.selflearn import SelfLearner, self_learning_xor

HERE = Path(__file__).parent
CASES = {
    "transistor": (self_learning_xor(), range(10), 400),
    "linear": (self_learning_xor("linear"), range(3), 200),
    "linear, a tenth as fast": (self_learning_xor("linear", charging=1.25e-3), range(3), 400),
}
"""What learns, from which starts, for how many rounds of the four patterns."""

Curves = dict[str, list[FloatArray]]


def one(case: str, learner: SelfLearner, seed: int, epochs: int) -> Learned:
    """Let one netlist learn, and write down what it came to."""
    began = time.perf_counter()
    learned = learn_alone(learner, learner.start(seed), epochs, f"{case}, seed {seed}")
    row = {
        "edges": case,
        "seed": seed,
        "cycles": 4 * epochs,
        "first_rms_mV": 1e3 * learned.rms[0],
        "last_rms_mV": 1e3 * learned.rms[-1],
        "frozen_rms_mV": 1e3 * learned.frozen_rms,
        "right": learned.right,
        **{f"frozen{k + 1}_mV": 1e3 * volts for k, volts in enumerate(learned.frozen)},
        "least_gate_V": learned.gates[-1].min(),
        "largest_gate_V": learned.gates[-1].max(),
        "seconds": time.perf_counter() - began,
    }
    path = HERE / "results.csv"
    head = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if head:
            writer.writeheader()
        writer.writerow({name: f"{value:.4g}" if isinstance(value, float) else value for name, value in row.items()})
    print(row, flush=True)
    return learned


def draw(curves: Curves, step: float) -> None:
    """Draw the error of every training over its cycles."""
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for number, (case, courses) in enumerate(curves.items()):
        for k, rms in enumerate(courses):
            cycles = 4 * np.arange(1, len(rms) + 1)
            axes.semilogy(cycles, 1e3 * rms, color=f"C{number}", linewidth=1, label=None if k else case)
    axes.axhline(500 * step, color="grey", linestyle=":", label="half the step")
    axes.set(xlabel="cycles of 1 ms", ylabel="rms error (mV)", title="netlists that learn XOR by themselves")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    save_figure(figure, HERE / "learning.png", dpi=110)


if __name__ == "__main__":
    (HERE / "results.csv").unlink(missing_ok=True)
    found: Curves = {}
    for name, (learner, seeds, epochs) in CASES.items():
        found[name] = [one(name, learner, seed, epochs).rms for seed in seeds]
    draw(found, float(np.ptp(self_learning_xor().targets)))
