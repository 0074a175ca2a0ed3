"""How long does ngspice itself need for 60,000 digits, and are its gradients those of the native engine?

    python experiments/mnist/ngspice_epoch.py PATH [DIGITS]

Compares the gradients of the first 1,000 digits, one by one, at the conductances training starts from; then trains one
epoch of the default network by the plain steps of local.toml (the first DIGITS of it where given) on both cores, with
the input crossbar replaced by its Norton equivalents. Writes ngspice_epoch.csv beside itself.
"""

import csv
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from trainings import configured, train_one

from ebana_like.runs import Settings, simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import Problem

HERE = Path(__file__).parent
COMPARED, WORKERS = 1000, 2


def deviation(problem: Problem, engines: list[Settings], digits: int) -> tuple[float, int]:
    """Return the largest deviation of a digit's gradient, relative to the bank's largest entry, and how many failed."""
    worst, failed = 0.0, 0
    data, rng = problem.data.train, np.random.default_rng(0)
    with simulator_of(problem.circuit, engines[0]) as ngspice, simulator_of(problem.circuit, engines[1]) as native:
        for sample in range(digits):
            one = slice(sample, sample + 1)
            targets = data.targets(problem.cost, one)
            conductances = problem.circuit.values()
            estimates = [
                problem.estimator.estimate(engine, conductances, data.volts(one), targets, problem.cost, rng)
                for engine in (ngspice, native)
            ]
            failed += sum(int((~estimate.points.usable).sum()) for estimate in estimates)
            for name, expected in estimates[1].gradients.items():
                difference = np.abs(estimates[0].gradients[name] - expected).max()
                worst = max(worst, float(difference / np.abs(expected).max()))
    return worst, failed


def main(path: str, digits: int = 60_000) -> None:
    task = TASKS["mnist"]
    native = replace(configured(HERE / "local.toml", task.settings), data=path, epochs=1)
    ngspice = replace(native, engine="ngspice", workers=WORKERS)
    problem = task.problem(native)
    compared = min(COMPARED, digits)
    worst, failed = deviation(problem, [ngspice, native], compared)
    print(f"gradients of {compared} digits, ngspice against native: largest deviation {worst:.1e}, {failed} failed")
    training = replace(problem.data, train=problem.data.train.take(np.arange(digits)), test=None)
    records = {
        settings.engine: train_one(replace(problem, data=training), settings)[0] for settings in (ngspice, native)
    }
    with (HERE / "ngspice_epoch.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["engine", "digits", "seconds", "train_error", "failures", "gradient_deviation"])
        for engine, record in records.items():
            row = f"{record.seconds:.4g}", f"{1 - record.train.accuracy:.4g}", record.failures, f"{worst:.2g}"
            writer.writerow([engine, digits, *row])
            print(
                f"{engine}: an epoch of {digits} digits in {record.seconds:.0f} s (ten: {10 * record.seconds:.0f} s), "
                f"train error {100 * (1 - record.train.accuracy):.2f} %, {record.failures} failures"
            )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
