"""How long do trained circuits take to settle, and what does an inference cost, with stated capacitances?

Trains XOR, Iris and digits with the usual settings (digits for 5 epochs), and MNIST (2 epochs) where its file is given,
follows samples from rest when their inputs arrive, and writes results.csv beside this file.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like.analysis.in_time import settle_in_time, setup
from ebana_like.cli import main as train_circuit
from ebana_like.files import csv_text
from ebana_like.simulators import NativeSimulator

HERE = Path(__file__).parent
TASKS = {"xor": [], "iris": [], "digits": ["--epochs", "5"], "mnist": ["--epochs", "2"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=["xor", "iris", "digits"])
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--data", default="mnist.npz", help="MNIST's file")
    given = parser.parse_args()
    rows: list[list[object]] = []
    results = HERE / "results.csv"
    if results.exists():
        kept = [line.split(",") for line in results.read_text().splitlines()[1:]]
        rows = [row for row in kept if row[0] not in given.tasks]
    for task in given.tasks:
        data = ["--data", given.data] if task == "mnist" else []
        with TemporaryDirectory() as folder:
            train_circuit([task, *TASKS[task], *data, "--out", folder], standalone_mode=False)
            run = next(Path(folder).iterdir())
            for capacitance in (1e-13, 1e-12, 1e-11):
                rows.append(settled(task, run, capacitance, given.samples))
                print(*rows[-1], flush=True)
                rows.sort(key=lambda row: list(TASKS).index(str(row[0])))
                results.write_text(csv_text(HEADS, rows))


HEADS = [
    *("task", "nodes_with_capacitance", "farads", "samples", "fastest_s", "slowest_s", "settled_mean_s"),
    *("settled_max_s", "right_mean_s", "right_share", "joules_mean", "watts_mean"),
]


def settled(task: str, run: Path, capacitance: float, samples: int) -> list[object]:
    """Return a row: times and energies until outputs stay within a hundredth of where they settle."""
    ready = setup(run, samples, capacitance, None)
    with NativeSimulator(ready.circuit) as simulator:
        found = settle_in_time(simulator, ready, None, None, "trapezoid", 0.01)
    course, pace = found.course, found.pace
    assert pace is not None
    watts = (found.joules[:, -1] - found.joules[:, -10]) / (course.times[-1] - course.times[-10])
    right = np.isfinite(found.right)
    return [
        task,
        len(ready.circuit.storage.capacitors),
        capacitance,
        len(ready.names),
        pace.fastest,
        pace.slowest,
        float(np.nanmean(found.settled)),
        float(np.nanmax(found.settled)),
        float(np.nanmean(found.right)) if right.any() else "",
        float(right.mean()),
        float(np.nanmean(found.spent())),
        float(watts.mean()),
    ]


if __name__ == "__main__":
    main()
