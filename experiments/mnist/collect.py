"""How well does the network of Kendall et al. read digits, at several sizes? Collects `train-circuit mnist` runs.

    python experiments/mnist/collect.py [--into NAME] runs/mnist-*

Writes NAME.csv (one line a run; results unless given) and NAME.svg beside itself; README.md has the commands that make
the runs.
"""

import csv
import sys
from itertools import groupby
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.runs import Run, load_history

HERE = Path(__file__).parent
COLUMNS = "hidden", "seed", "epochs", "train_error", "test_error", "seconds", "largest_deviation_from_ngspice_volts"


def deviation(run: Run) -> float:
    """Return the largest deviation that --verify found, volts; NaN where nothing was verified."""
    path = run.path / "verification.csv"
    if not path.exists():
        return float("nan")
    with path.open() as file:
        return max(float(row["deviation"]) for row in csv.DictReader(file))


def main(paths: list[str], into: str) -> None:
    runs = [(run.settings(), load_history(run), deviation(run)) for run in map(Run, map(Path, paths))]
    runs.sort(key=lambda run: (run[0].hidden, run[0].seed))
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    rows = []
    for color, (hidden, group) in enumerate(groupby(runs, key=lambda run: run[0].hidden)):
        name = "-".join(map(str, hidden))
        errors = []
        for settings, history, volts in group:
            last, seconds = history[-1], sum(epoch["seconds"] for epoch in history)
            train, test = ([100 * (1 - epoch[f"{part}_accuracy"]) for epoch in history] for part in ("train", "test"))
            rows.append(
                [name, settings.seed, len(history), *(f"{v:.4g}" for v in (train[-1], test[-1], seconds, volts))]
            )
            errors.append(test[-1])
            epochs = range(1, len(history) + 1)
            axes.plot(epochs, test, color=f"C{color}", label=f"{name}, test" if len(errors) == 1 else None)
            axes.plot(epochs, train, color=f"C{color}", linewidth=0.7, linestyle=":")
            seconds_text = f"{last['epoch']:.0f} epochs in {seconds:.0f} s"
            print(
                f"{name}, seed {settings.seed}: test error {test[-1]:.2f} %, {seconds_text}, {volts:.1e} V from ngspice"
            )
        print(f"{name}: mean test error {np.mean(errors):.2f} % over {len(errors)} seeds")
    axes.set(xlabel="epoch", ylabel="error (%)", ylim=(0, 6), title="MNIST; dotted: training error")
    axes.legend()
    figure.savefig(HERE / f"{into}.svg")
    with (HERE / f"{into}.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(given[2:], given[1]) if given[:1] == ["--into"] else (given, "results"))
