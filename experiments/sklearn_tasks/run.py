"""How do circuits do beside scikit-learn's models of the same size? Five-fold cross-validation over all small tasks.

    python experiments/sklearn_tasks/run.py [TASK ...]

Every model meets the same samples, scaled alike on the training part. The gates, which have no samples to spare, are
tested on what they learned from. Settings were chosen on validation parts of other splits. Writes results.csv, and
table.md and table.svg from it.
"""

import csv
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

sys.path.insert(0, str(Path(__file__).parents[1]))
from trainings import train_one

from ebana_like.cluster import Cluster, in_order
from ebana_like.data import Dataset, MultilabelDataset, RegressionDataset, Split
from ebana_like.runs import problem_of
from ebana_like.tasks import TASKS

HERE = Path(__file__).parent
NAMES = ["xor", "gates", "parity", "moons", "iris", "wine", "breast-cancer", "digits", "sine", "diabetes"]
MODELS = ["circuit", "linear", "mlp"]
SEEDS, FOLDS = range(100, 103), 5


def splits(name: str, seed: int) -> Iterator[Split]:
    """Yield the folds of a task; all samples to both ends where there are none to spare."""
    task = TASKS[name]
    data = task.load(task.settings).train
    if not task.settings.test:
        yield Split(data, test=data)
        return
    kind = KFold if isinstance(data, RegressionDataset) else StratifiedKFold
    for train, test in kind(FOLDS, shuffle=True, random_state=seed).split(data.features, data.labels):
        yield Split(data.take(train), test=data.take(test))


def one(case: tuple[str, int]) -> list[list[Any]]:
    """Train all models on all folds of a task; a row each."""
    name, seed = case
    task, rows = TASKS[name], []
    settings = replace(task.settings, engine="native", seed=seed, test=0.0, beta=1e-7)
    for fold, parts in enumerate(splits(name, seed)):
        volts = task.scaled(parts, settings)
        circuit = train_one(problem_of(settings, volts, f"{name} fold"), settings)[-1].test
        assert volts.test is not None
        results = {
            "circuit": circuit.accuracy,
            **{model: score(model, volts.train, volts.test, settings.hidden, seed) for model in MODELS[1:]},
        }
        rows += [[name, circuit.measure, model, seed, fold, f"{value:.4f}"] for model, value in results.items()]
    return rows


def score(model: str, train: Dataset, test: Dataset, hidden: tuple[int, ...], seed: int) -> float:
    """Train one of scikit-learn's models; its accuracy or R^2."""
    regression = isinstance(train, RegressionDataset)

    def asked(data: Dataset) -> np.ndarray:
        """Return classes, or quantities with mean 0 and variance 1 in training, as an MLP wants them."""
        return ((data.labels - train.labels.mean()) / train.labels.std())[:, 0] if regression else data.labels

    if model == "mlp":
        kind = MLPRegressor if regression else MLPClassifier
        estimator = kind(hidden_layer_sizes=hidden, max_iter=1000, random_state=seed)
    elif regression:
        estimator = LinearRegression()
    else:
        estimator = LogisticRegression(max_iter=1000)
        if isinstance(train, MultilabelDataset):
            estimator = MultiOutputClassifier(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 1000 passes are what the MLP gets
        estimator.fit(train.volts(), asked(train))
    return float(estimator.score(test.volts(), asked(test)))


def summary(rows: list[list[Any]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Return, by task and model, the mean over folds and seeds, and the standard deviation over the seeds' means."""
    folds: dict[str, dict[str, dict[int, list[float]]]] = {}
    for name, _, model, seed, _, value in rows:
        folds.setdefault(name, {}).setdefault(model, {}).setdefault(seed, []).append(float(value))
    means = {name: {m: [np.mean(v) for v in of.values()] for m, of in models.items()} for name, models in folds.items()}
    return {name: {m: (np.mean(v), np.std(v)) for m, v in models.items()} for name, models in means.items()}


def write(rows: list[list[Any]]) -> None:
    """Write results.csv, table.md and table.svg."""
    with (HERE / "results.csv").open("w") as file:
        csv.writer(file, lineterminator="\n").writerows([["task", "measure", "model", "seed", "fold", "value"], *rows])
    means, measures = summary(rows), {row[0]: row[1] for row in rows}
    lines = [
        "| task | measure | circuit | logistic or linear regression | MLP of the same size |",
        "|---|---|---|---|---|",
    ]
    for name, models in means.items():
        cells = [f"{mean:.3f} ± {spread:.3f}" for mean, spread in (models[model] for model in MODELS)]
        lines.append(f"| {name} | {measures[name]} | {' | '.join(cells)} |")
    (HERE / "table.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    for k, (model, label) in enumerate(zip(MODELS, ["circuit", "logistic/linear regression", "MLP"], strict=True)):
        mean, spread = np.array([models[model] for models in means.values()]).T
        axes.errorbar(np.arange(len(means)) + 0.2 * (k - 1), mean, spread, fmt="os^"[k], capsize=2, label=label)
    axes.set_xticks(range(len(means)), means, rotation=30, ha="right")
    axes.set(ylabel="accuracy or R²", ylim=(0, 1.03), title=f"Held-out, {FOLDS} folds x {len(SEEDS)} seeds")
    axes.legend(loc="lower left")
    figure.savefig(HERE / "table.svg")


def main() -> None:
    cases = list(product(sys.argv[1:] or NAMES, SEEDS))
    write([row for rows in in_order(one, cases, Cluster(2)) for row in rows])


if __name__ == "__main__":
    main()
