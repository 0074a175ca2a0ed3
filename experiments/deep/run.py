"""How well do two and three hidden layers of 1024 neurons with real diodes read digits?

    python experiments/deep/run.py PATH [--epochs N] [NAME ...]

trains 784-1024-1024-10 (two) and 784-1024-1024-1024-10 (three), or those named, by two.toml and three.toml, in
runs/deep. A training that was cut off goes on where it was, with the same bits; so does a finished one with more
epochs. Then ngspice solves 4 test digits, neuron by neuron (../folded.py), and the network's rows in results.csv and
epochs.csv are written anew. For a GPU: without --epochs, all 30.
"""

import argparse
import csv
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import jax  # noqa: E402
from folded import deviation  # noqa: E402

from ebana_like.cli import main as command  # noqa: E402
from ebana_like.runs import Run, load_history, simulator_of  # noqa: E402
from ebana_like.runs.checkpoint import load_newest  # noqa: E402
from ebana_like.tasks import TASKS  # noqa: E402

RUNS = HERE.parent.parent / "runs" / "deep"
NETWORKS = "two", "three"
VERIFIED = 4


def trained(name: str, path: str, epochs: int | None) -> Run:
    """Train a network as far as asked, from where it stands."""
    more = [] if epochs is None else ["--epochs", str(epochs)]
    found = sorted((RUNS / name).glob("*"))
    if not found:
        given = ["--config", str(HERE / f"{name}.toml"), "--data", path, "--out", str(RUNS / name), *more]
        command(["mnist", *given], standalone_mode=False)
    elif len(load_history(Run(found[-1]))) < (epochs or Run(found[-1]).settings().epochs):
        command(["resume", str(found[-1]), *more], standalone_mode=False)
    return Run(sorted((RUNS / name).glob("*"))[-1])


def row_of(name: str, run: Run) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return what a training reached: its row of the table, and one of each epoch."""
    history, settings = load_history(run), run.settings()
    problem = TASKS["mnist"].problem(settings)
    checkpoint = load_newest(run.checkpoints, print)
    assert checkpoint is not None
    assert problem.data.test is not None
    values = checkpoint.progress.values
    circuit = problem.circuit.with_values(dict(values))
    with simulator_of(circuit, replace(settings, precision="double")) as simulator:
        points = simulator.solve({}, problem.data.test.volts(slice(VERIFIED)))
    assert points.converged.all()
    epochs: list[dict[str, object]] = [
        {
            "network": name,
            "epoch": int(epoch["epoch"]),
            "seconds": round(epoch["seconds"], 1),
            "loss": round(epoch["train_loss"], 4),
            "test_error": round(100 * (1 - epoch["test_accuracy"]), 2),
        }
        for epoch in history
    ]
    return {
        "network": "-".join(map(str, (784, *settings.hidden, 10))),
        "device": jax.devices()[0].device_kind,
        "epochs": len(history),
        "seconds_an_epoch": round(statistics.median(epoch["seconds"] for epoch in history), 1),
        "test_error": epochs[-1]["test_error"],
        "from_ngspice_volts": f"{deviation(circuit, points.voltages[0]):.1e}",
    }, epochs


def put(path: Path, network: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write a network's rows into a table in the place of those that it had."""
    held = list(csv.DictReader(path.open())) if path.exists() else []
    with path.open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows([row for row in held if row["network"] != network])
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("names", nargs="*", default=NETWORKS)
    parser.add_argument("--epochs", type=int)
    given = parser.parse_args()
    for name in given.names:
        row, epochs = row_of(name, trained(name, given.path, given.epochs))
        put(HERE / "results.csv", str(row["network"]), [row])
        put(HERE / "epochs.csv", name, epochs)
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
