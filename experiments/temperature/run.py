"""How does a trained circuit answer at another temperature, and one that was trained there?

    python experiments/temperature/run.py [NAME ...]

Diodes follow SPICE's IS(T) and kT/q; resistors and amplifiers stay as they are. Each circuit is trained at 27 degrees
and looked at over temperatures; at each temperature another one is trained from the same start, and the first goes on
learning for three epochs. Writes results.csv and curves.svg beside itself; those not named keep
their rows.
"""

import csv
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.simulators import NativeSimulator
from ebana_like.systems import CircuitSystem
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, evaluate, train

HERE = Path(__file__).parent
CELSIUS = (-40.0, 0.0, 15.0, 27.0, 40.0, 60.0, 85.0, 125.0)
TRAINED_AT = 27.0
RETRAINED = 3

BARRIER = {"diode": str(HERE / "schottky_069.mod")}
PLANS = {
    "digits": ("digits", {"epochs": 6, "decay": 0.7}, 3),
    "iris": ("iris", {}, 5),
    "xor": ("xor", {"stop_loss": 0.0}, 5),
    "digits, EG 0.69": ("digits", {"epochs": 6, "decay": 0.7, **BARRIER}, 3),
    "iris, EG 0.69": ("iris", BARRIER, 5),
}
"""Task, changes of its settings, and how many seeds. The Schottky diodes of digits and Iris have silicon's EG, 1.11 eV,
where their card says nothing, as in SPICE; a real one has 0.69 eV."""

WAYS = {
    "trained at 27": "trained at 27 °C",
    "retrained": f"and {RETRAINED} epochs more at the temperature",
    "trained there": "trained at the temperature",
}


def problem(task: str, celsius: float, seed: int, changes: dict) -> Problem:
    settings = replace(TASKS[task].settings, engine="native", seed=seed, celsius=celsius, **changes)
    return TASKS[task].problem(settings)


def trained(given: Problem, epoch: int = 0) -> Circuit:
    """Train from an epoch on; the circuit with what it learned."""
    with NativeSimulator(given.circuit) as simulator:
        return given.circuit.with_values(dict(train(given, simulator, replace(given.start(), epoch=epoch)).values))


def judged(circuit: Circuit, given: Problem) -> tuple[float, float]:
    data = given.data.test or given.data.train
    with NativeSimulator(circuit) as simulator:
        found = evaluate(simulator, circuit.values(), data, given.cost)
    return found.accuracy, found.loss


def compare(name: str, task: str, changes: dict, seeds: int, celsius: tuple[float, ...] = CELSIUS) -> list[dict]:
    rows = []
    for seed in range(seeds):
        given = problem(task, TRAINED_AT, seed, changes)
        usual = trained(given)
        for degrees in celsius:
            moved = usual.at(degrees)
            again = trained(replace(given, system=CircuitSystem(moved)), given.epochs - RETRAINED)
            there = trained(problem(task, degrees, seed, changes))
            for way, circuit in zip(WAYS, (moved, again, there), strict=True):
                accuracy, loss = judged(circuit, given)
                row = {"task": name, "seed": seed, "celsius": degrees, "way": way}
                rows.append(row | {"accuracy": f"{accuracy:.4f}", "loss": f"{loss:.4g}"})
                print(rows[-1], flush=True)
    return rows


def plot(rows: list[dict]) -> None:
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    figure, panels = plt.subplots(2, 3, figsize=(12, 6.4), layout="constrained")
    panels = list(panels.flat)
    for axes in panels[len(tasks) :]:
        axes.axis("off")
    for axes, task in zip(panels, tasks, strict=False):
        for (way, label), colour in zip(WAYS.items(), ("#c8553d", "#e0a458", "#3b6ea5"), strict=True):
            of: dict[float, list[float]] = {}
            for row in rows:
                if (row["task"], row["way"]) == (task, way):
                    of.setdefault(float(row["celsius"]), []).append(100 * float(row["accuracy"]))
            celsius = sorted(of)
            axes.plot(celsius, [np.mean(of[c]) for c in celsius], "o-", color=colour, label=label, markersize=4)
            worst, best = ([pick(of[c]) for c in celsius] for pick in (min, max))
            axes.fill_between(celsius, worst, best, color=colour, alpha=0.12, linewidth=0)
        axes.axvline(TRAINED_AT, color="#999999", linewidth=0.7, linestyle=":")
        axes.set(xlabel="temperature (°C)", ylabel="accuracy (%)", title=task)
    panels[0].legend(fontsize=8, loc="lower center")
    figure.savefig(HERE / "curves.svg")


def main(names: list[str]) -> None:
    kept = []
    if (HERE / "results.csv").exists():
        with (HERE / "results.csv").open() as file:
            kept = [row for row in csv.DictReader(file) if row["task"] not in names]
    rows = kept + [row for name in names for row in compare(name, *PLANS[name])]
    with (HERE / "results.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    plot(rows)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PLANS))
