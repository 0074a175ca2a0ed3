"""What do networks of ideal diodes reach on MNIST, beside what was published? Collects runs of `train-circuit drn-*`.

    python experiments/ideal_diodes/collect.py runs/drn-*

Writes results.csv (one line a run) and errors.svg beside itself; README.md has the commands that make the runs.
"""

import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from ebana_like.runs import Run, load_history
from ebana_like.tasks.drn import PUBLISHED

HERE = Path(__file__).parent
COLUMNS = (
    "network",
    "estimator",
    "precision",
    "update",
    "batch",
    "seed",
    "epochs",
    "train_error",
    "test_error",
    "published",
    "seconds",
    "volts_from_ngspice",
)


def deviation(run: Run) -> str:
    """Return the largest deviation that --verify found, volts; nothing where nothing was verified."""
    path = run.path / "verification.csv"
    if not path.exists():
        return ""
    with path.open() as file:
        return f"{max(float(row['deviation']) for row in csv.DictReader(file)):.2g}"


def main(paths: list[str]) -> None:
    runs = [(run, run.settings(), load_history(run)) for run in map(Run, map(Path, paths))]
    published = {network.name: network for network in PUBLISHED}
    order = list(published)
    runs.sort(
        key=lambda each: (order.index(each[0].task()), each[1].estimator != "centered", each[1].batch, each[1].seed)
    )
    figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
    rows = []
    for run, settings, history in runs:
        network, last = published[run.task()], history[-1]
        of = network.error if settings.estimator == "centered" else network.error_of_backpropagation
        train, test = ([100 * (1 - epoch[f"{part}_accuracy"]) for epoch in history] for part in ("train", "test"))
        seconds = sum(epoch["seconds"] for epoch in history)
        chosen = network.name, settings.estimator, settings.precision, settings.update, settings.batch, settings.seed
        errors = f"{train[-1]:.2f}", f"{test[-1]:.2f}", of
        rows.append([*chosen, int(last["epoch"]), *errors, f"{seconds:.0f}", deviation(run)])
        print(dict(zip(COLUMNS, rows[-1], strict=True)))
        color = f"C{2 * order.index(network.name) + (settings.update != 'sgd')}"
        dashes = "-" if settings.estimator == "centered" else "--"
        label = f"{network.name}, {settings.estimator}, {settings.update}"
        known = axes.get_legend_handles_labels()[1]
        label = None if label in known else label
        axes.plot(range(1, len(test) + 1), test, dashes, color=color, label=label, linewidth=1)
        axes.axhline(network.error, color=color, linewidth=0.7, linestyle=":")
    axes.set(xlabel="epoch", ylabel="test error (%)", ylim=(1, 6), title="MNIST; dotted: published, by EP")
    axes.legend(fontsize=8)
    figure.savefig(HERE / "errors.svg")
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
