"""How much is lost when a resistor learns only from the sign of its gradient? SGD beside sign steps on three tasks.

    python experiments/sign_updates/run.py

Rates are chosen on validation data (XOR has none: on other seeds), then both rules train from new seeds. Trainings are
sweeps in runs/sign_updates, so that a run that was stopped goes on. Writes results.csv and curves.svg beside itself.
"""

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.cluster import Cluster
from ebana_like.runs import Settings
from ebana_like.sweeps import CellResult, Group, make_grid, open_sweep, parse_goal, run_sweep, summarise
from ebana_like.tasks import TASKS

HERE = Path(__file__).parent
RULES = ("sgd", "sign")
STEPS = {"lr": "3e-4,1e-3,3e-3", "decay": "0.95,1"}  # of the conductance range; sign steps do not shrink by themselves


@dataclass(frozen=True)
class Plan:
    """How a task is compared.

    rates: those SGD is offered. choosing, seeds: seeds that settings are chosen on, and of the comparison.
    validation: share of the samples that settings are chosen on. goal: what counts as learned.
    """

    rates: dict[str, str]
    choosing: str
    seeds: str
    validation: float
    goal: str


PLANS = {
    "xor": Plan({"lr": "0.05,0.1,0.2"}, "100:105", "0:10", 0.0, "train_loss<1e-3"),
    "iris": Plan({"lr": "0.15/0.03,0.5/0.1,1.5/0.3"}, "100:102", "0:5", 0.2, "test_accuracy>0.95"),
    "digits": Plan({"lr": "0.15/0.03,0.5/0.1,1.5/0.3"}, "100:101", "0:3", 0.2, "test_accuracy>0.95"),
}


@dataclass(frozen=True)
class Comparison:
    """One rule on one task: the settings chosen, and the trainings with them."""

    task: str
    rule: str
    chosen: dict[str, str]
    results: list[CellResult]


def compare(task: str, rule: str, plan: Plan, base: Settings, runs: Path, workers: int = 2) -> Comparison:
    """Choose the rule's settings, then train with them from new seeds."""
    base = replace(base, engine="native", update=rule, stop_loss=0.0, beta=1e-7)
    texts = plan.rates if rule == "sgd" else STEPS
    goal = parse_goal(plan.goal)
    choosing = replace(base, validation=plan.validation)
    grid = make_grid(task, choosing, {**texts, "seed": plan.choosing})
    with open_sweep(runs / f"{task}-{rule}-choosing", grid) as folder:
        offered = run_sweep(folder, goal, Cluster(workers))
    best = max(summarise(grid, offered.values(), goal), key=_merit)
    # a setting offered one value only is no axis of the grid
    axes = [axis.setting for axis in grid.axes if axis.setting != "seed"]
    chosen = {**texts, **dict(zip(axes, best.point, strict=True))}
    again = make_grid(task, base, {**chosen, "seed": plan.seeds})
    with open_sweep(runs / f"{task}-{rule}", again) as folder:
        results = run_sweep(folder, goal, Cluster(workers))
    return Comparison(task, rule, chosen, [results[number] for number in sorted(results)])


def _merit(group: Group) -> tuple[float, float]:
    """Return what is best when largest: accuracy on validation data, or how many learned and how soon."""
    if "validation_accuracy" in group.final:
        return group.final["validation_accuracy"], -group.final["validation_loss"]
    return group.converged, -group.median_epochs


def last(results: Iterable[CellResult], column: str) -> np.ndarray:
    return np.array([result.history[-1][column] for result in results])


def main(tasks: list[str]) -> None:
    found = [
        compare(task, rule, PLANS[task], TASKS[task].settings, Path("runs", "sign_updates"))
        for task in tasks
        for rule in RULES
    ]
    rows = []
    for one in found:
        goal = parse_goal(PLANS[one.task].goal)
        measure = "test_accuracy" if "test_accuracy" in one.results[0].history[-1] else "train_loss"
        values = last(one.results, measure)
        epochs = [epoch for result in one.results if (epoch := goal.reached(result.history))]
        rows.append(
            {
                "task": one.task,
                "rule": one.rule,
                "lr": one.chosen["lr"],
                "decay": one.chosen.get("decay", f"{TASKS[one.task].settings.decay:g}"),
                "seeds": len(values),
                "measure": measure,
                "mean": f"{values.mean():.4g}",
                "sd": f"{values.std():.2g}",
                "goal": str(goal),
                "reached": len(epochs),
                "median_epochs": f"{np.median(epochs):g}" if epochs else "",
            }
        )
        print(", ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    with (HERE / "results.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    plot(found, tasks)


def plot(found: list[Comparison], tasks: list[str]) -> None:
    figure, panels = plt.subplots(1, len(tasks), figsize=(4 * len(tasks), 3.2), layout="constrained", squeeze=False)
    for axes, task in zip(panels[0], tasks, strict=True):
        for one, colour in zip([one for one in found if one.task == task], ("#3b6ea5", "#c8553d"), strict=True):
            tested = "test_accuracy" in one.results[0].history[-1]
            curves = np.array(
                [
                    [100 * (1 - row["test_accuracy"]) if tested else row["train_loss"] for row in result.history]
                    for result in one.results
                ]
            )
            epochs = np.arange(1, curves.shape[1] + 1)
            axes.plot(epochs, curves.T, color=colour, alpha=0.25, linewidth=0.7)
            middle = curves.mean(axis=0) if tested else np.median(curves, axis=0)
            axes.plot(epochs, middle, color=colour, linewidth=2, label=f"{one.rule}, lr {one.chosen['lr']}")
        axes.set(xlabel="epoch", ylabel="test error (%)" if tested else "loss (V²)", title=task)
        axes.set(ylim=(0, 20)) if tested else axes.set(yscale="log")
        axes.legend(fontsize=8)
    figure.savefig(HERE / "curves.svg")


if __name__ == "__main__":
    main(sys.argv[1:] or list(PLANS))
