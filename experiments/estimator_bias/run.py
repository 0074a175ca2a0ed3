"""By which power of beta does each estimator miss the gradient? On XOR, Iris and a circuit with two hidden layers.

    python experiments/estimator_bias/run.py

Compares every estimator with the adjoint gradient over nudging factors, with the native engine, on circuits trained
for a few epochs, and evaluates the bounds that one-sided nudging sets on the loss. Writes results.csv, bounds.csv and
bias.svg beside itself.
"""

import csv
from dataclasses import replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.analysis.differences import distance, flat
from ebana_like.elements import Diodes
from ebana_like.energy import total_cocontent
from ebana_like.learning import Adjoint, HigherOrder, Negative, Positive, nudged_estimators
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train

HERE = Path(__file__).parent
BETAS = np.geomspace(1e-9, 1e-4, 41)
BOUND_BETAS = np.geomspace(1e-8, 1e-5, 13)
EPOCHS, SAMPLES = 3, 20
ORDERS = {"positive": 1, "negative": 1, "random-sign": 1, "centered": 2, "higher-order": 4, "higher-order, smooth": 4}

ABOVE_LEAST, LARGEST = 100.0, 3e-3
"""Slopes are fitted to errors that are so many times the least one, where round-off no longer counts (if it shows at
all), and so small that the next power of beta does not show."""

CROSSING_BETA = 2e-5
"""Siemens; diodes that pass -3 N Vt within nudges of that strength are told apart from those that do not."""

CASES = {
    "xor": ("xor", {}),
    "iris": ("iris", {}),
    "deep": ("iris", {"hidden": (8, 8), "lr": (0.3, 0.3, 0.1)}),
}


def problem_of(case: str, nudging: str = "current"):
    name, changes = CASES[case]
    return TASKS[name].problem(
        replace(TASKS[name].settings, **changes, epochs=EPOCHS, nudging=nudging, stop_loss=0.0, beta=1e-7)
    )


def samples_of(problem):
    data = problem.data.train.take(np.linspace(0, len(problem.data.train) - 1, SAMPLES).astype(int))
    return data.volts(), data.targets(problem.cost)


def errors(case: str, smooth: bool = False) -> dict[str, list[float]]:
    """Relative error of each estimator at every beta.

    smooth: with those samples only in which no diode passes the joint of SPICE's two laws.
    """
    problem = problem_of(case)
    features, targets = samples_of(problem)
    with NativeSimulator(problem.circuit) as simulator:
        conductances = train(problem, simulator).values
        if smooth:
            phases = HigherOrder(CROSSING_BETA).phases(simulator, conductances, features, targets, problem.cost, None)
            kept = ~passing(phases[0])
            print(f"{case}: {kept.sum()} of {len(kept)} samples without a diode that passes -3 N Vt")
            features, targets = features[kept], targets[kept]
        arguments = (simulator, conductances, features, targets, problem.cost)
        truth = flat(Adjoint().estimate(*arguments, np.random.default_rng(0)).gradients)
        found = {}
        for name, kind in nudged_estimators().items():
            estimates = (kind(beta).estimate(*arguments, np.random.default_rng(0)) for beta in BETAS.tolist())
            found[name] = [distance(flat(estimate.gradients), truth) for estimate in estimates]
    return found


def passing(points) -> np.ndarray:
    """In which samples some diode is on both sides of -3 N Vt in different phases, (batch,)."""
    found = np.zeros(points.converged.shape[1], dtype=bool)
    for bank in points.circuit.of_kind(Diodes):
        reverse = bank.drop(points.voltages) < -3 * bank.model.scale
        found |= (reverse.any(axis=0) & ~reverse.all(axis=0)).any(axis=1)
    return found


def slope(found: list[float]) -> tuple[float, int]:
    """Slope of log error over log beta where bias rules, and the number of points it is fitted to."""
    error = np.array(found)
    floor = ABOVE_LEAST * error.min() if error.argmin() > 0 else 0.0
    kept = np.flatnonzero((np.arange(len(error)) >= error.argmin()) & (error > floor) & (error < LARGEST))
    return float(np.polyfit(np.log(BETAS[kept]), np.log(error[kept]), 1)[0]), len(kept)


def bounds(case: str) -> list[dict[str, float]]:
    """L = [F(beta) - F(0)] / beta with F(beta) the least co-content + beta C, for beta and -beta: L_P <= C <= L_N."""
    problem = problem_of(case, "switch")
    features, targets = samples_of(problem)
    rows = []
    with NativeSimulator(problem.circuit) as simulator:
        conductances = train(problem, simulator).values
        circuit = problem.circuit.with_values(conductances)
        for beta in BOUND_BETAS.tolist():
            row = {"case": case, "beta": beta}
            for name, kind, sign in (("lower", Positive, 1), ("upper", Negative, -1)):
                points, _ = kind(beta).phases(simulator, conductances, features, targets, problem.cost, None)
                free, nudged = total_cocontent(circuit, points.voltages, nudging=False)
                cost = problem.cost.value(circuit.outputs.scores(points.voltages[1]), targets)
                row[name] = float(((nudged - free) / (sign * beta) + cost).mean())
                row["loss"] = float(problem.cost.value(points.scores, targets).mean())
            rows.append(row)
    return rows


def main() -> None:
    table, bound_table = [], []
    for case in CASES:
        found = errors(case)
        found["higher-order, smooth"] = errors(case, smooth=True)["higher-order"]
        for name, error in found.items():
            fitted, count = slope(error)
            least = int(np.argmin(error))
            print(
                f"{case:5} {name:20} slope {fitted:5.2f} over {count:2} points, expected {ORDERS[name]}; "
                f"least error {error[least]:.1e} at {BETAS[least]:.1e} S"
            )
            table += [
                {"case": case, "estimator": name, "beta": f"{beta:.6g}", "error": f"{e:.6g}", "slope": f"{fitted:.3f}"}
                for beta, e in zip(BETAS, error, strict=True)
            ]
        bound_table += bounds(case)
    held = [row["lower"] <= row["loss"] <= row["upper"] for row in bound_table]
    print(f"L_P <= C <= L_N in {sum(held)} of {len(held)} points")
    write("results.csv", table)
    write("bounds.csv", [{k: v if isinstance(v, str) else f"{v:.10g}" for k, v in row.items()} for row in bound_table])
    draw()


def draw() -> None:
    """Draw what the two files hold."""
    table, bound_table = (list(csv.DictReader((HERE / name).open())) for name in ("results.csv", "bounds.csv"))
    figure, panels = plt.subplots(1, len(CASES) + 1, figsize=(16, 5), layout="constrained")
    for case, axes in zip(CASES, panels, strict=False):
        for name in ORDERS:
            rows = [row for row in table if (row["case"], row["estimator"]) == (case, name)]
            betas, found = ([float(row[column]) for row in rows] for column in ("beta", "error"))
            axes.loglog(betas, found, marker=".", markersize=4, label=f"{name}: {float(rows[0]['slope']):.2f}")
        axes.set(xlabel="beta (S)", title=case, ylim=(1e-13, 10))
        below = {"bbox_to_anchor": (0.5, -0.15), "loc": "upper center"}
        axes.legend(fontsize="small", title="fitted slopes", title_fontsize="small", **below)
        axes.grid(alpha=0.3)
        rows = [row for row in bound_table if row["case"] == case]
        betas, lower, upper, loss = (
            np.array([float(row[column]) for row in rows]) for column in ("beta", "lower", "upper", "loss")
        )
        (line,) = panels[-1].semilogx(betas, lower / loss, label=case)
        panels[-1].semilogx(betas, upper / loss, color=line.get_color(), linestyle="--")
    panels[0].set_ylabel("relative error of the gradient")
    panels[-1].axhline(1, color="black", linewidth=0.7)
    panels[-1].set(xlabel="beta (S)", title="L_P / C (solid), L_N / C (dashed)", ylim=(0, 2.5))
    panels[-1].legend(fontsize="small")
    figure.savefig(HERE / "bias.svg")


def write(name: str, rows: list[dict]) -> None:
    with (HERE / name).open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
