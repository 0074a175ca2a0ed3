"""How many unseen flowers does the trained circuit get right? Five-fold cross-validation, three seeds, on ngspice.

    python experiments/iris_folds/run.py

Settings were chosen on validation parts of other splits (seeds 0 and 1 of `split`, a quarter of the data each), never
on these folds. Writes results.csv (held-out accuracy after the last epoch) and accuracy.svg beside itself.
"""

import csv
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import StratifiedKFold

sys.path.insert(0, str(Path(__file__).parents[1]))
from trainings import train_one

from ebana_like.cluster import Cluster, in_order
from ebana_like.data import Split, in_volts
from ebana_like.runs import problem_of
from ebana_like.tasks import TASKS
from ebana_like.training import EpochRecord

HERE = Path(__file__).parent
SEEDS, FOLDS, BETA = range(100, 103), range(5), 1e-7


def one(case: tuple[int, int]) -> list[EpochRecord]:
    seed, fold = case
    task = TASKS["iris"]
    data, settings = task.load(task.settings).train, replace(task.settings, seed=seed, test=0.0, beta=BETA)
    folds = StratifiedKFold(len(FOLDS), shuffle=True, random_state=seed)
    train, held_out = list(folds.split(data.features, data.labels))[fold]
    parts = in_volts(Split(data.take(train), test=data.take(held_out)), settings.volts)
    return train_one(problem_of(settings, parts, "iris fold"), settings)


def main() -> None:
    cases = list(product(SEEDS, FOLDS))
    histories = in_order(one, cases, Cluster(2))
    final = np.array([records[-1].test.accuracy for records in histories])
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["seed", "fold", "train_accuracy", "held_out_accuracy", "failures"])
        for (seed, fold), records in zip(cases, histories, strict=True):
            failures = sum(record.failures for record in records)
            last = records[-1]
            writer.writerow([seed, fold, f"{last.train.accuracy:.4f}", f"{last.test.accuracy:.4f}", failures])
    by_seed = final.reshape(len(SEEDS), len(FOLDS)).mean(axis=1)
    print(f"held-out accuracy over {len(cases)} trainings: mean {100 * final.mean():.1f} %, sd {100 * final.std():.1f}")
    print("mean of each seed's folds:", ", ".join(f"{100 * mean:.1f} %" for mean in by_seed))
    curves = np.array([[record.test.accuracy for record in records] for records in histories])
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    epochs = np.arange(1, curves.shape[1] + 1)
    axes.plot(epochs, 100 * curves.T, color="#3b6ea5", alpha=0.2, linewidth=0.8)
    axes.plot(epochs, 100 * curves.mean(axis=0), color="#3b6ea5", linewidth=2)
    axes.set(xlabel="epoch", ylabel="held-out accuracy (%)", ylim=(50, 101), title="Iris on ngspice, 5 folds x 3 seeds")
    figure.savefig(HERE / "accuracy.svg")


if __name__ == "__main__":
    main()
