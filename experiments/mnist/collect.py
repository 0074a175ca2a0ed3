"""How well does the network of Kendall et al. read digits with plausible devices? Collects `train-circuit mnist` runs.

    for seed in 0 1 2; do train-circuit mnist --data PATH --seed $seed --verify 20 --out runs; done
    python experiments/mnist/collect.py runs/mnist-*

Writes results.csv (one line a run) and curves.svg beside itself.
"""

import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.training import Run, load_history

HERE = Path(__file__).parent


def main(paths: list[str]) -> None:
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    rows = []
    for run in map(Run, map(Path, paths)):
        history = load_history(run)
        seed = run.settings().seed
        with (run.path / "verification.csv").open() as file:
            deviation = max(float(row["deviation"]) for row in csv.DictReader(file))
        last, seconds = history[-1], sum(epoch["seconds"] for epoch in history)
        rows.append([seed, 1 - last["train_accuracy"], 1 - last["test_accuracy"], seconds, deviation])
        epochs = [epoch["epoch"] for epoch in history]
        axes.plot(epochs, [100 * (1 - epoch["test_accuracy"]) for epoch in history], label=f"seed {seed}, test")
        axes.plot(epochs, [100 * (1 - epoch["train_accuracy"]) for epoch in history], color="grey", linewidth=0.7)
    axes.set(xlabel="epoch", ylabel="error (%)", ylim=(0, 10), title="MNIST, 784 inputs, 100 neurons, 10 output pairs")
    axes.legend()
    figure.savefig(HERE / "curves.svg")
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["seed", "train_error", "test_error", "seconds", "largest_deviation_from_ngspice_volts"])
        writer.writerows([[seed, *(f"{value:.4g}" for value in values)] for seed, *values in rows])
    errors = 100 * np.array([row[2] for row in rows])
    print(f"test error of {len(rows)} seeds: mean {errors.mean():.2f} %, " + ", ".join(f"{e:.2f}" for e in errors))


if __name__ == "__main__":
    main(sys.argv[1:])
