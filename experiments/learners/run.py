"""How do the learning rules compare? Iris on 9 nodes and 16 resistors, and digits in Hopfield networks.

    python experiments/learners/run.py iris digits

Every row is written as soon as it is computed. Writes iris.csv, digits.csv and their pictures beside itself.
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, load_iris

from ebana_like.data import Dataset, RegressionDataset, Split
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import TrainingError
from ebana_like.hardware import Ideal, Technology, technology_named
from ebana_like.learning import (
    SGD,
    Centered,
    Contrastive,
    Estimator,
    Negative,
    Positive,
    Sign,
    SquaredError,
    Update,
)
from ebana_like.networks import build_graph, lattice
from ebana_like.nudges import Clamped, Currents, Nudge
from ebana_like.simulators import NativeSimulator
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.systems.hopfield import Hopfield
from ebana_like.training import EpochRecord, Problem, train

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

HERE = Path(__file__).parent
LEVEL = 0.35
"""Volts between the targets of neighbouring species: -0.35, 0, 0.35 V at the one output."""

LEVELS = 128
"""Positions of a digital potentiometer; a step is one of them, by the sign of the rule."""

RATES = (0.1, 0.4, 1.6)
"""That every rule is offered for the weights from the inputs, of Hopfield networks."""

SPLITS, SEARCHED = range(10), range(20)


@dataclass(frozen=True)
class Rule:
    """How a circuit is pulled, what is compared, and the rates that SGD is offered."""

    nudge: Nudge
    estimator: Estimator
    rates: tuple[float, ...]


IRIS = {
    "equilibrium propagation": Rule(Currents(), Centered(1e-7), (0.03, 0.1, 0.3, 1.0)),
    "coupled, eta 0.1": Rule(Clamped(), Positive(0.1), (300.0, 1e3, 3e3, 1e4)),
    "contrastive": Rule(Clamped(), Contrastive(), (300.0, 1e3, 3e3, 1e4)),
}

DIGITS: Mapping[str, tuple[str, Estimator]] = {
    "EP, positive": ("switch", Positive(0.5)),
    "EP, negative": ("switch", Negative(0.5)),
    "EP, centered": ("switch", Centered(0.5)),
    "coupled, positive": ("clamped", Positive(0.25)),
    "coupled, negative": ("clamped", Negative(0.25)),
    "coupled, centered": ("clamped", Centered(0.25)),
    "contrastive Hebbian": ("clamped", Contrastive()),
}


@dataclass(frozen=True)
class Ports:
    """Nodes of the lattice: four inputs, two held at +0.5 V and -0.5 V, the output; two are neither."""

    order: IntArray

    @property
    def held(self) -> dict[int, float]:
        """Volts by node."""
        return {int(self.order[4]): 0.5, int(self.order[5]): -0.5}


def flowers(split: int) -> tuple[RegressionDataset, Dataset]:
    """Return 120 flowers to learn from, whose target is a level, and 30 to test on; features are -1 to 1 V."""
    data, order = load_iris(), np.random.default_rng(split).permutation(150)
    low, high = data.data[order[:120]].min(axis=0), data.data[order[:120]].max(axis=0)
    volts, labels = 2 * (data.data - low) / (high - low) - 1, data.target
    levels = RegressionDataset(volts, (labels - 1.0)[:, None], ("species",)).in_range_of(
        RegressionDataset(volts, (labels - 1.0)[:, None], ("species",))
    )
    whole = Dataset(volts, labels, ("setosa", "versicolor", "virginica"))
    return levels.take(order[:120]), whole.take(order)


def iris(
    ports: Ports, rule: Rule, update: Update, technology: Technology, split: int, epochs: int = 30
) -> dict[str, float]:
    """Train the lattice on one split; loss, and shares of flowers whose level is the nearest, trained on and not."""
    inputs, output = [int(node) for node in ports.order[:4]], [int(ports.order[6])]
    graph = lattice(3, 3, diagonals=True)
    circuit = build_graph(graph, inputs, output, ports.held, seed=split, nudging=rule.nudge)
    levels, whole = flowers(split)
    cost = SquaredError(LEVEL, -LEVEL)
    problem = Problem(
        circuit, Split(levels), cost, rule.estimator, update, epochs, batch=10, seed=split, technology=technology
    )
    with NativeSimulator(circuit) as engine:
        done = train(problem, engine)
        scores = engine.solve(done.values, whole.volts(np.arange(150))).scores[:, 0]
    right = np.clip(np.round(scores / LEVEL) + 1, 0, 2) == whole.labels
    return {"loss": done.records[-1].train.loss, "train": right[:120].mean(), "test": right[120:].mean()}


def all_iris(path: Path) -> None:
    """Search ports, choose rates on other splits, then train on ten splits, continuously and in steps."""
    placed = [Ports(np.random.default_rng(k).permutation(9)) for k in SEARCHED]
    first = IRIS["equilibrium propagation"]
    losses = [iris(ports, first, SGD(0.3), Ideal(), split=100, epochs=10)["loss"] for ports in placed]
    ports = placed[int(np.argmin(losses))]
    steps = technology_named("levels", f"count={LEVELS}", 0)
    for name, rule in IRIS.items():
        tried = {rate: np.mean([_loss(ports, rule, rate, split) for split in (100, 101)]) for rate in rule.rates}
        rate = min(tried, key=lambda each: tried[each])
        for how, update, technology in (("continuous", SGD(rate), Ideal()), ("steps", Sign(1 / LEVELS), steps)):
            for split in SPLITS:
                found = iris(ports, rule, update, technology, split)
                _append(path, {"rule": name, "devices": how, "rate": update.rate, "split": split, **found})


def _loss(ports: Ports, rule: Rule, rate: float, split: int) -> float:
    """Return the last training loss with a rate; infinity where training diverges."""
    try:
        return iris(ports, rule, SGD(rate), Ideal(), split)["loss"]
    except TrainingError:
        return float("inf")


def all_digits(path: Path, seeds: Iterable[int] = range(2), epochs: int = 10) -> None:
    """Train a Hopfield network of 64-50-10 units by every rule."""
    data = load_digits()
    names, chosen = tuple("0123456789"), dict[str, float]()
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(data.target))
        parts = [Dataset(data.data[k], data.target[k], names, unit=1 / 16) for k in (order[:1437], order[1437:])]
        for name, (pull, estimator) in DIGITS.items():
            if name not in chosen:  # by the loss after three epochs from another seed
                tried = {rate: digits(100, parts, pull, estimator, rate, 3).train.loss for rate in RATES}
                chosen[name] = min(tried, key=lambda rate: tried[rate])
            last = digits(seed, parts, pull, estimator, chosen[name], epochs)
            test = last.test.accuracy if last.test else float("nan")
            how = {"rule": name, "rate": chosen[name], "seed": seed}
            _append(path, {**how, "loss": last.train.loss, "train": last.train.accuracy, "test": test})


def digits(seed: int, parts: list[Dataset], pull: str, estimator: Estimator, rate: float, epochs: int) -> EpochRecord:
    """Train a Hopfield network, the second layer at half the rate; what the last epoch came to."""
    system = Hopfield((64, 50, 10), pull=pull, seed=seed)  # type: ignore[arg-type]
    rates, split = SGD({"layer1": rate / 64, "layer2": rate / 128}), Split(parts[0], None, parts[1])
    problem = Problem(system, split, SquaredError(), estimator, rates, epochs, batch=20, seed=seed)
    return train(problem, HopfieldEngine(system)).records[-1]


def _append(path: Path, row: Mapping[str, object]) -> None:
    add_row(path, {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()})
    print(row, flush=True)


def draw(path: Path, group: tuple[str, ...], title: str) -> None:
    """Draw test errors by rule: a dot a training, a bar at the mean."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    names = list(dict.fromkeys("\n".join(row[each] for each in group) for row in rows))
    figure = plt.figure(figsize=(7, 0.55 * len(names) + 1.2), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(names):
        errors: FloatArray = np.array(
            [100 * (1 - float(row["test"])) for row in rows if "\n".join(row[each] for each in group) == name]
        )
        axes.scatter(errors, place + np.linspace(-0.2, 0.2, len(errors)), s=14, alpha=0.6)
        axes.plot([errors.mean()] * 2, [place - 0.3, place + 0.3], color="black")
    axes.set(yticks=range(len(names)), yticklabels=[name.replace("\n", ", ") for name in names], title=title)
    axes.set_xlabel("test error, %")
    axes.invert_yaxis()
    axes.grid(alpha=0.3, axis="x")
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})


if __name__ == "__main__":
    for part in sys.argv[1:] or ("iris", "digits"):
        (HERE / f"{part}.csv").unlink(missing_ok=True)
        if part == "iris":
            all_iris(HERE / "iris.csv")
            draw(HERE / "iris.csv", ("rule", "devices"), "Iris, 9 nodes and 16 resistors, 10 splits")
        else:
            all_digits(HERE / "digits.csv")
            draw(HERE / "digits.csv", ("rule",), "digits, Hopfield network 64-50-10")
