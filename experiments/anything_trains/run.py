"""Does anything of anybody's netlist train? Six circuits whose wipers, gains, sources and tied cells learn a table.

    python experiments/anything_trains/run.py

Writes results.csv (one line a circuit), diffs.txt, picture.svg and the fitted netlists beside itself.
"""

import csv
import difflib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.fitting import fit, prepare
from ebana_like.runs.assembly import simulator_of
from ebana_like.training import evaluate

HERE = Path(__file__).parent
SEEDS = range(3)


@dataclass(frozen=True)
class Case:
    """A netlist, its table's columns, and what it is asked for; inputs (n, features), targets (n, outputs)."""

    name: str
    features: tuple[str, ...]
    targets: tuple[str, ...]
    wanted: Callable[[np.ndarray], np.ndarray]
    low: float
    high: float
    lr: float = 0.03
    epochs: int = 300
    scale: float = 1.0


WEIGHTS = np.array([[0.3, -0.1, 0.25, 0.05], [0.1, 0.2, 0.05, 0.3]]) * 1e-3
CASES = [
    Case("potentiometer", ("vin",), ("out",), lambda x: 0.25 * x, -1.0, 1.0),
    Case("bridge", ("ibr",), ("out",), lambda x: 900.0 * x, -2e-3, 2e-3),
    Case("crossbar", ("v1", "v2", "v3", "v4"), ("p", "n"), lambda x: x @ np.abs(WEIGHTS).T, -1.0, 1.0, scale=1e-3),
    Case("led", ("vdim",), ("amperes",), lambda x: 2e-3 + 2e-3 * x, 0.0, 3.0, scale=1e-3),
    Case("log_ladder", ("vin",), ("out",), lambda x: 0.3 * np.log10(1 + x / 0.3), 0.0, 5.0),
    Case("chain", ("vin",), ("out",), lambda x: 0.25 * np.tanh(2 * x), -2.0, 2.0),
]


def table(case: Case, path: Path) -> None:
    """Write 60 samples."""
    rng = np.random.default_rng(7)
    x = rng.uniform(case.low, case.high, (60, len(case.features)))
    rows = np.hstack([x, case.wanted(x)])
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*case.features, *case.targets])
        writer.writerows([[repr(float(v)) for v in row] for row in rows])


def deviation(prepared: object) -> float:
    """Return the largest deviation of the gradient from central differences, relative to its largest part."""
    problem, worst = prepared.problem, 0.0
    values, data, cost = problem.start().values, problem.data.train, problem.cost
    with simulator_of(problem.circuit, prepared.settings) as simulator:
        found = problem.estimator.estimate(
            simulator, values, data.features, data.targets(cost), cost, np.random.default_rng(0)
        ).gradients
        for at, value in values.items():
            slopes = []
            for k in range(len(value)):
                step = 1e-4 * (abs(value[k]) or problem.system.parameters[at].span)
                losses = []
                for sign in (1, -1):
                    moved = value.copy()
                    moved[k] += sign * step
                    losses.append(evaluate(simulator, {**values, at: moved}, data, cost).loss)
                slopes.append((losses[0] - losses[1]) / (2 * step))
            worst = max(worst, float(np.abs(found[at] - slopes).max() / np.abs(slopes).max()))
    return worst


def main() -> None:
    figure, axes = plt.subplots(2, 3, figsize=(9, 5), layout="constrained")
    rows, diffs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for case, plot in zip(CASES, axes.flat, strict=True):
            data = Path(folder) / f"{case.name}.csv"
            table(case, data)
            path = HERE / "netlists" / f"{case.name}.cir"
            given = {"data": data, "epochs": case.epochs, "batch": 8, "test": 0.25}
            given |= {"schedule": "cosine", "decay": 1.0}
            off = deviation(prepare(path, given={name: str(value) for name, value in given.items()}))
            errors, starts = [], []
            for seed in SEEDS:
                done = fit(path, **given, seed=seed)
                problem = done.problem
                with simulator_of(problem.circuit, done.settings) as simulator:
                    held_out = problem.data.test
                    wanted = held_out.targets(problem.cost)
                    starts.append(rms(simulator, problem.start().values, held_out, wanted))
                    errors.append(rms(simulator, done.kept.values, held_out, wanted))
                    scores = simulator.solve(done.kept.values, held_out.features).scores  # the last seed's are drawn
            spread, ends = float(np.ptp(wanted)), np.array([wanted.min(), wanted.max()]) / case.scale
            plot.plot(wanted / case.scale, scores / case.scale, ".")
            plot.plot(ends, ends, color="gray", linewidth=0.7)
            plot.set(title=case.name, xlabel="wanted", ylabel="answered")
            done.save(HERE / "netlists" / f"{case.name}_fitted.cir")
            texts = path.read_text().split("\n"), done.fitted.split("\n")
            text = list(difflib.unified_diff(*texts, case.name, "fitted", lineterm="", n=0))
            text = [line for line in text if line[:2] != "@@"]
            diffs += [*text, ""]
            changed = sum(line[0] == "+" for line in text) - 1
            percents = (np.mean(starts), np.mean(errors), np.max(errors))
            said = (f"{100 * error / spread:.3f}" for error in percents)
            settings = done.settings
            trained = len(done.system.trained)
            rows.append([case.name, trained, settings.estimator, settings.engine, *said, f"{off:.1e}", changed])
            print(*rows[-1])
            sys.stdout.flush()
    with (HERE / "results.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        head = ["circuit", "trained", "estimator", "engine", "before_percent", "after_percent", "worst_percent"]
        writer.writerow([*head, "gradient_off", "lines_changed"])
        writer.writerows(rows)
    (HERE / "diffs.txt").write_text("\n".join(diffs))
    figure.savefig(HERE / "picture.svg")


def rms(simulator: object, values: object, data: object, wanted: np.ndarray) -> float:
    """Return the root mean square error of answers."""
    return float(np.sqrt(np.mean((simulator.solve(values, data.features).scores - wanted) ** 2)))


if __name__ == "__main__":
    main()
