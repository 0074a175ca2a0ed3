"""Do circuits without layers learn, in the text somebody wrote them in? Fits of the netlists in netlists/foreign.

    python experiments/fit_netlists/run.py

Ten seeds a table: each splits it anew into samples to learn (60 %), to choose the learning rate by (15 %) and to hold
out (25 %), and shuffles the learning anew. Held-out samples choose nothing. XOR has four samples, and all are learned.
Writes results.csv, summary.csv, the netlists fitted with the first seed and picture.svg beside itself.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris

from ebana_like.fitting import Fit, Prepared, fit, prepare
from ebana_like.runs import simulator_of
from ebana_like.training import Evaluation, evaluate
from ebana_like.values import Values

HERE = Path(__file__).parent
NETLISTS = HERE.parents[1] / "netlists" / "foreign"
GRAPH_INPUTS = "vin1=x1,vin2=x2,vin3=x3,vin4=x4"

SEEDS = range(10)
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
PARTS = {"validation": 0.15, "test": 0.25}
WHOLE = {"validation": 0.0, "test": 0.0}

CASES: dict[str, tuple[str, dict[str, object]]] = {
    "linear": ("graph.cir", {"inputs": GRAPH_INPUTS, "outputs": "o1", "decay": 0.95, **PARTS}),
    "iris": (
        "graph.cir",
        {
            "inputs": GRAPH_INPUTS,
            "outputs": "o1,o2,o3",
            "labels": "species",
            "cost": "cross-entropy",
            "temperature": 0.02,
            "decay": 0.97,
            **PARTS,
        },
    ),
    "ladder": ("ladder.cir", {"decay": 0.97, **PARTS}),
    "clipper": ("clipper.cir", {"decay": 0.97, **PARTS}),
    "xor_stages": ("xor_stages.cir", {"decay": 0.98, "epochs": 100, **WHOLE}),
}


@dataclass(frozen=True)
class Outcome:
    """A case's fit with one seed at the rate with the least loss on its validation part, or on XOR's four samples."""

    name: str
    seed: int
    before: Prepared
    after: Fit
    answers: dict[str, Evaluation]


def tables(folder: Path) -> dict[str, Path]:
    """Write the tables that netlists do not bring along; return all by case."""
    flowers = load_iris()
    features = flowers.data - flowers.data.min(axis=0)
    features /= features.max(axis=0)  # volts
    species = [flowers.target_names[label] for label in flowers.target]
    rng = np.random.default_rng(0)
    inputs = rng.uniform(-1, 1, (60, 4))
    linear = 0.1 + inputs @ [0.05, 0.3, 0.15, 0.25]
    found = {"linear": folder / "linear.csv", "iris": folder / "iris.csv"}
    for path, rows, name, column in (
        (found["linear"], inputs, "o1", [f"{value:.6f}" for value in linear]),
        (found["iris"], features, "species", species),
    ):
        lines = [",".join([*(f"{value:.6f}" for value in row), word]) for row, word in zip(rows, column, strict=True)]
        path.write_text("\n".join([f"x1,x2,x3,x4,{name}", *lines]) + "\n")
    return found | {name: NETLISTS / f"{name}.csv" for name in ("ladder", "clipper", "xor_stages")}


def one(name: str, seed: int, data: Path) -> Outcome:
    """Fit a case with every rate; return the fit that its validation part prefers."""
    netlist, settings = CASES[name]
    path, given = NETLISTS / netlist, {"epochs": 60, "keep": "last", **settings, "data": str(data), "seed": seed}
    found = []
    for rate in RATES:
        done = fit(path, **given, lr=rate)
        said = answers(done, done.kept.values)
        found.append((said.get("validation", said["train"]).loss, done, said))
    _, chosen, said = min(found, key=lambda entry: entry[0])
    return Outcome(name, seed, prepare(path, given=given), chosen, said)


def answers(case: Fit | Prepared, values: Values) -> dict[str, Evaluation]:
    """Return how well the parts of the data are answered with these values."""
    data = case.problem.data
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    with simulator_of(case.problem.circuit, case.settings) as simulator:
        return {
            name: evaluate(simulator, values, part, case.problem.cost)
            for name, part in parts.items()
            if part is not None
        }


def changed_lines(case: Fit) -> int:
    """Return how many lines of the text changed."""
    pairs = zip(case.system.source.text.split("\n"), case.fitted.split("\n"), strict=True)
    return sum(old != new for old, new in pairs)


def main() -> None:
    with TemporaryDirectory() as folder:
        data = tables(Path(folder))
        outcomes = [one(name, seed, data[name]) for name in CASES for seed in SEEDS]
    write_results(outcomes)
    write_summary(outcomes)
    first = {outcome.name: outcome for outcome in outcomes if outcome.seed == SEEDS[0]}
    for name, outcome in first.items():
        outcome.after.save(HERE / f"{name}_fitted.cir")
    figure, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
    for panel, name in zip(axes, ("ladder", "clipper"), strict=False):
        draw(panel, first[name].before, first[name].after)
    draw_held_out(axes[2], outcomes)
    figure.savefig(HERE / "picture.svg")


def write_results(outcomes: list[Outcome]) -> None:
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        head = ["case", "seed", "engine", "trained", "lines_changed", "lr", "train_loss_before"]
        parts = ("train", "validation", "test")
        writer.writerow([*head, *(f"{part}_loss" for part in parts), *parts, "measure"])
        for outcome in outcomes:
            after, said = outcome.after, outcome.answers
            losses = [f"{said[part].loss:.3e}" if part in said else "" for part in parts]
            measures = [f"{said[part].accuracy:.4f}" if part in said else "" for part in parts]
            fitted = [
                after.settings.engine,
                len(after.system.trained),
                changed_lines(after),
                after.settings.lr[0],
            ]
            before = answers(outcome.before, outcome.before.problem.start().values)["train"].loss
            row = [outcome.name, outcome.seed, *fitted, f"{before:.3e}"]
            writer.writerow([*row, *losses, *measures, said["train"].measure])


def write_summary(outcomes: list[Outcome]) -> None:
    """Write and print mean and standard deviation over the seeds, of what was held out; of XOR, of what was learned."""
    with (HERE / "summary.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "seeds", "part", "measure", "mean", "sd", "least", "loss_mean", "loss_sd"])
        for name in CASES:
            said = [outcome.answers for outcome in outcomes if outcome.name == name]
            part = "test" if "test" in said[0] else "train"
            found = np.array([answer[part].accuracy for answer in said])
            loss = np.array([answer[part].loss for answer in said])
            numbers = [f"{value:.4f}" for value in (found.mean(), found.std(), found.min())]
            row = [name, len(said), part, said[0][part].measure, *numbers, f"{loss.mean():.2e}", f"{loss.std():.1e}"]
            writer.writerow(row)
            print(*row)


def draw_held_out(axes: plt.Axes, outcomes: list[Outcome]) -> None:
    """Plot what of the held-out samples is missed, a dot a seed."""
    names = [name for name, (_, settings) in CASES.items() if settings["test"]]
    for k, name in enumerate(names):
        missed = [1 - outcome.answers["test"].accuracy for outcome in outcomes if outcome.name == name]
        axes.plot(np.full(len(missed), k), np.maximum(missed, 1e-6), "o", color="#3b6ea5", alpha=0.5, markersize=5)
    axes.set(yscale="log", xticks=range(len(names)), title="held out, 10 seeds", ylabel="1 - R², or share of errors")
    axes.set_xticklabels(names)


def draw(axes: plt.Axes, before: Prepared, after: Fit) -> None:
    """Plot the output over the input, with the samples that were asked for."""
    circuit, train, test = after.problem.circuit, after.problem.data.train, after.problem.data.test
    volts = np.linspace(train.features.min(), train.features.max(), 201)[:, None]
    with simulator_of(circuit, after.settings) as simulator:
        drawn = before.problem.start().values
        for values, color, label in ((drawn, "0.6", "as drawn"), (after.kept.values, "#3b6ea5", "fitted")):
            scores = simulator.solve(values, volts).scores
            axes.plot(volts[:, 0], scores[:, 0], color=color, label=label)
    axes.plot(train.features[:, 0], train.labels[:, 0], ".", color="#c4572e", markersize=4, label="asked, learned")
    axes.plot(test.features[:, 0], test.labels[:, 0], "x", color="black", markersize=4, label="asked, held out")
    axes.set(xlabel="input (V)", ylabel="output (V)", title=after.system.source.path.name)
    axes.legend(fontsize=7)


if __name__ == "__main__":
    main()
