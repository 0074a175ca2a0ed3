"""How good must sensors be? Accuracy over their noise, over beta and over their bits, on digits and Iris.

    python experiments/sensors/run.py

SGD and sign steps, centered nudging, every node read in every phase, nudges computed from scores that were read, and
test samples read too. Results are written to results.csv beside this file as they come, and a run that was stopped goes
on; then curves.svg is drawn.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ebana_like.runs import Settings, simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import train

HERE = Path(__file__).parent
FULL_SCALE = 2.0
NOISE_BETA = 1e-5
NOISES = (0.0, 1.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Noise over beta, volts per siemens."""
BITS, BETAS = (6, 8, 10, 12), (1e-6, 1e-5, 1e-4)
SETTINGS = {
    ("digits", "sgd"): {"epochs": 6, "decay": 0.7},
    ("digits", "sign"): {"epochs": 6, "decay": 0.7, "lr": (1e-3,)},
    ("iris", "sgd"): {},
    ("iris", "sign"): {"lr": (1e-3,)},
}
SEEDS = {"digits": 2, "iris": 2}
COLOURS = {"sgd": "#3b6ea5", "sign": "#c8553d"}


@dataclass(frozen=True)
class Case:
    """One training. noise_over_beta: volts per siemens. bits: 0 for a converter without steps. beta: siemens."""

    task: str
    rule: str
    seed: int
    beta: float
    noise_over_beta: float
    bits: int


def cases() -> Iterator[Case]:
    """Yield all trainings, seed after seed, so that what there is after a while is whole."""
    for seed in range(max(SEEDS.values())):
        for task, rule in SETTINGS:
            if seed < SEEDS[task]:
                yield from (Case(task, rule, seed, NOISE_BETA, noise, 0) for noise in NOISES)
                yield from (Case(task, rule, seed, beta, 0.0, bits) for bits in BITS for beta in BETAS)


def settings_of(case: Case) -> Settings:
    """Return the task's settings with the sensors of a case."""
    noise = case.noise_over_beta * case.beta
    sensors = [f"noise={noise:g}"] * bool(noise) + [f"bits={case.bits},full_scale={FULL_SCALE:g}"] * bool(case.bits)
    given = {"engine": "native", "update": case.rule, "estimator": "centered", "seed": case.seed, "beta": case.beta}
    return replace(TASKS[case.task].settings, **{**given, **SETTINGS[case.task, case.rule]}, readout=",".join(sensors))


def accuracy(case: Case) -> float:
    """Train, and return the share of test samples that are right, percent, as sensors read them."""
    settings = settings_of(case)
    problem = TASKS[case.task].problem(settings)
    with simulator_of(problem.circuit, settings) as simulator:
        last = train(problem, simulator).records[-1].test
    assert last is not None
    return 100 * last.accuracy


def load(path: Path) -> dict[Case, float]:
    """Return what was computed before."""
    if not path.exists():
        return {}
    with path.open() as file:
        return {
            Case(
                row["task"],
                row["rule"],
                int(row["seed"]),
                float(row["beta"]),
                float(row["noise_over_beta"]),
                int(row["bits"]),
            ): float(row["test_accuracy"])
            for row in csv.DictReader(file)
        }


def main(path: Path) -> None:
    found = load(path)
    for case in cases():
        if case in found:
            continue
        found[case] = accuracy(case)
        print(f"{case}: {found[case]:.1f} %", flush=True)
        new = not path.exists()
        with path.open("a") as file:
            writer = csv.DictWriter(file, [*asdict(case), "test_accuracy"], lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerow({**asdict(case), "test_accuracy": f"{found[case]:.2f}"})
    plot(found)


def mean(found: dict[Case, float], **wanted: object) -> float:
    """Return the mean accuracy over the seeds of a case; not a number where there is none."""
    values = [value for case, value in found.items() if wanted.items() <= asdict(case).items()]
    return float(np.mean(values)) if values else float("nan")


def plot(found: dict[Case, float]) -> None:
    figure, panels = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    for (left, right), task in zip(panels, SEEDS, strict=True):
        for rule, colour in COLOURS.items():
            _over_noise(left, found, task, rule, colour)
            _over_bits(right, found, task, rule, colour)
        for axes in (left, right):
            axes.set(ylabel="test accuracy (%)", title=task, ylim=(0, 102))
            axes.legend(fontsize=7, handlelength=3)
            axes.grid(alpha=0.3)
        left.set_xlabel("noise of a reading over beta (V/S)")
        right.set(xlabel=f"bits of a converter of ±{FULL_SCALE:g} V", xticks=BITS)
    figure.savefig(HERE / "curves.svg")


def _over_noise(axes: Axes, found: dict[Case, float], task: str, rule: str, colour: str) -> None:
    values = [mean(found, task=task, rule=rule, noise_over_beta=noise, bits=0) for noise in NOISES]
    axes.plot(NOISES, values, "o-", color=colour, label=rule)
    axes.set_xscale("symlog", linthresh=1.0)


def _over_bits(axes: Axes, found: dict[Case, float], task: str, rule: str, colour: str) -> None:
    for beta, style in zip(BETAS, (":", "--", "-"), strict=True):
        values = [mean(found, task=task, rule=rule, bits=bits, beta=beta) for bits in BITS]
        axes.plot(BITS, values, style, marker=".", color=colour, label=f"{rule}, beta {beta:g} S")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "results.csv")
