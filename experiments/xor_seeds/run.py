"""Does XOR learn from every start? Trains the default settings, nudged by 1e-7 S, from 50 seeds on ngspice.

    python experiments/xor_seeds/run.py

Writes results.csv (epochs until the loss first fell below 1e-3 V^2, final loss) and epochs.svg beside itself.
"""

import csv
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from trainings import train_one

from ebana_like.cluster import Cluster, in_order
from ebana_like.tasks import TASKS

HERE = Path(__file__).parent
SEEDS, LEARNED, BETA = range(50), 1e-3, 1e-7


def one(seed: int) -> dict[str, float]:
    task = TASKS["xor"]
    settings = replace(task.settings, seed=seed, beta=BETA)
    records = train_one(task.problem(settings), settings)
    below = [record.epoch for record in records if record.train.loss < LEARNED]
    return {
        "seed": seed,
        "epochs_to_1e-3": below[0] if below else -1,
        "epochs": records[-1].epoch,
        "final_loss": records[-1].train.loss,
        "final_accuracy": records[-1].train.accuracy,
        "failures": sum(record.failures for record in records),
    }


def main() -> None:
    rows = in_order(one, SEEDS, Cluster(2))
    with (HERE / "results.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    epochs = np.array([row["epochs_to_1e-3"] for row in rows])
    learned = epochs[epochs > 0]
    print(f"{len(learned)} of {len(rows)} seeds below {LEARNED} V^2 within {TASKS['xor'].settings.epochs} epochs")
    print(f"epochs: median {np.median(learned):.0f}, largest {learned.max()}")
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.hist(learned, bins=range(0, 101, 5), color="#3b6ea5")
    axes.set(xlabel="epochs until the loss is below 1e-3 V²", ylabel="seeds", title="XOR on ngspice, 50 seeds")
    figure.savefig(HERE / "epochs.svg")


if __name__ == "__main__":
    main()
