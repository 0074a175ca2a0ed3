"""How long does an epoch of the published networks of ideal diodes take here, and what do they reach?

    python experiments/ideal_diodes/run.py PATH [NAME ...]

NAME is drn-xs, drn-1h, drn-2h, drn-3h or drn-xl, all of them unless given. On a GPU each is trained as published, in
single precision by centered equilibrium propagation, and its test error is told beside the published one; on CPUs it is
trained on a tenth of the digits for one epoch, whose seconds are told, after as many batches as it takes to compile.
Sweeps are those of 20 digits after training, in double precision, to 1e-12 of the largest voltage. Writes a line of
seconds.csv beside itself for each; those not named keep theirs.
"""

import csv
import multiprocessing
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ebana_like.data import Dataset
from ebana_like.runs import simulator_of
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.tasks.drn import PUBLISHED
from ebana_like.training import Callback, EpochRecord, Progress, train

HERE = Path(__file__).parent
SHARE, WARM, LOOKED_AT = 10, 400, 20


@dataclass(frozen=True)
class Result:
    """Seconds are of 60,000 digits; percent. published_seconds: an epoch on an A100."""

    network: str
    values: int
    device: str
    digits: int
    epochs: int
    seconds_an_epoch: float
    published_seconds: float
    test_error: float
    published_error: float
    sweeps: str


class Watch(Callback):
    """Says what every epoch took and reached."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        print(
            f"  epoch {record.epoch}: {record.seconds:.1f} s for {record.samples:,} digits, "
            f"loss {record.train.loss:.4f}, test error {error_of(record):.2f} %",
            flush=True,
        )


def error_of(record: EpochRecord) -> float:
    return 100 * (1 - record.test.accuracy) if record.test else float("nan")


def first(count: int, data: Dataset) -> Dataset:
    return data.take(np.arange(min(count, len(data))))


def measured(name: str, path: str) -> Result:
    """Train one network and measure it."""
    import jax

    (network,) = (each for each in PUBLISHED if each.name == name)
    device = jax.devices()[0]
    settings = replace(TASKS[name].settings, data=path, precision="single")
    problem = TASKS[name].problem(settings)
    whole = len(problem.data.train)
    values = sum(map(len, problem.circuit.values().values()))
    print(f"{name}: {values:,} trained values on {device.device_kind}", flush=True)
    if device.platform == "cpu":
        problem = replace(problem, epochs=1, data=problem.data.map(lambda data: first(len(data) // SHARE, data)))
    with simulator_of(problem.circuit, settings) as simulator:
        warm = problem.data.map(lambda data: first(WARM, data))
        train(replace(problem, epochs=1, data=warm), simulator)  # compiles
        progress = train(problem, simulator, callbacks=[Watch()])
    last = progress.records[-1]
    seconds = float(np.median([record.seconds for record in progress.records]))
    with NativeSimulator(problem.circuit) as simulator:
        points = simulator.solve(dict(progress.values), problem.data.train.volts(np.arange(LOOKED_AT)))
    return Result(
        name,
        values,
        device.device_kind,
        len(problem.data.train),
        last.epoch,
        round(seconds * whole / last.samples, 2),
        round(3600 * network.hours / network.epochs, 1),
        round(error_of(last), 2),
        network.error,
        f"{points.iterations.min()} to {points.iterations.max()}",
    )


def main(path: str, names: list[str]) -> None:
    kept: list[dict[str, object]] = []
    if (HERE / "seconds.csv").exists():
        with (HERE / "seconds.csv").open() as file:
            kept = [dict(row) for row in csv.DictReader(file) if row["network"] not in names]
    for name in names:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # its memory is its own
            kept.append(asdict(pool.apply(measured, (name, path))))
        print(kept[-1], flush=True)
        order = [network.name for network in PUBLISHED]
        kept.sort(key=lambda row: order.index(str(row["network"])))
        with (HERE / "seconds.csv").open("w") as file:
            writer = csv.DictWriter(file, kept[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] or [network.name for network in PUBLISHED])
