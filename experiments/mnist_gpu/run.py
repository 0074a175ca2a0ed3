"""How long do networks of up to 51.7 million resistors train on MNIST, and how well?

    python experiments/mnist_gpu/run.py PATH [--doubles] [--beside N] [NAME[:SEED] ...]

NAME: of networks.py, all of them unless given; seed 0 unless given. In full where JAX sees a GPU. On CPUs a tenth of an
epoch of each, and tests on a tenth of the test digits. Each training has a process of its own, so that its memory is
its own, and several of them may run at once. Values of networks with less than 4 million are kept in
`runs/mnist_gpu/NAME-SEED`; `verify.py` solves them again. Rows of trainings in full are put into results.csv and
epochs.csv beside this file, and errors.svg is drawn.

--doubles: time an epoch of equilibrium propagation in double precision too. --beside: with how many others at once,
which is only told.
"""

import argparse
import csv
import multiprocessing
import resource
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from networks import NETWORKS  # noqa: E402
from rows import alone_in, put_rows  # noqa: E402

from ebana_like.data import Dataset  # noqa: E402
from ebana_like.runs import TrainingSettings, simulator_of  # noqa: E402
from ebana_like.tasks import TASKS  # noqa: E402
from ebana_like.training import Callback, EpochRecord, Problem, Progress, train  # noqa: E402

RUNS = HERE.parent.parent / "runs" / "mnist_gpu"
SAVED = 4_000_000
"""Values up to which a trained network is kept."""


@dataclass(frozen=True)
class Result:
    """One row of the table. Seconds, percent, megabytes; resistors: all trained values, with currents of biases.

    beside: other trainings on the same device at the time.
    """

    network: str
    seed: int
    estimator: str
    resistors: int
    device: str
    beside: int
    digits: int
    batch: int
    epochs: int
    seconds_an_epoch: float
    seconds_an_epoch_double: float | None
    seconds: float
    train_error: float
    test_error: float
    host_megabytes: float
    device_megabytes: float


@dataclass(frozen=True)
class Epoch:
    """What an epoch reached, of digits never learned from; seconds, percent."""

    network: str
    seed: int
    epoch: int
    seconds: float
    loss: float
    test_error: float


class Watch(Callback):
    """Says what every epoch reached."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        print(
            f"  epoch {record.epoch}: {record.seconds:.1f} s, loss {record.train.loss:.4f}, "
            f"train error {error(record.train.accuracy):.2f} %, test error {tested(record):.2f} %",
            flush=True,
        )


def error(accuracy: float) -> float:
    return round(100 * (1 - accuracy), 2)


def tested(record: EpochRecord) -> float:
    assert record.test is not None
    return error(record.test.accuracy)


def measured(name: str, seed: int, path: str, doubles: bool = False, beside: int = 0) -> tuple[Result, list[Epoch]]:
    """Train one network and measure it."""
    import jax

    device = jax.devices()[0]
    tenth = device.platform == "cpu"
    began = time.perf_counter()
    training = NETWORKS[name]
    settings = replace(training.settings, data=path, seed=seed)
    if tenth:
        settings = replace(settings, epochs=1)
    problem = TASKS[training.task].problem(settings)
    if tenth:
        problem = replace(problem, data=problem.data.map(tenth_of))
    resistors = sum(map(len, problem.circuit.values().values()))
    print(f"{name}: {resistors:,} resistors, built in {time.perf_counter() - began:.1f} s", flush=True)
    with simulator_of(problem.circuit, settings) as simulator:
        progress = train(problem, simulator, callbacks=[Watch()])
    seconds = time.perf_counter() - began
    if resistors <= SAVED:
        folder = RUNS / f"{name}-{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "values.npz", **{at: np.float32(each) for at, each in progress.values.items()})
    last = progress.records[-1]
    result = Result(
        name,
        seed,
        settings.estimator,
        resistors,
        device.device_kind,
        beside,
        len(problem.data.train),
        settings.batch,
        settings.epochs,
        round(float(np.median([record.seconds for record in progress.records][1:] or [last.seconds])), 2),
        round(in_doubles(training.task, problem, settings), 2) if doubles else None,
        round(seconds, 1),
        error(last.train.accuracy),
        tested(last),
        round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        round((device.memory_stats() or {}).get("peak_bytes_in_use", 0) / 1e6),
    )
    each = [
        Epoch(name, seed, record.epoch, round(record.seconds, 1), round(record.train.loss, 4), tested(record))
        for record in progress.records
    ]
    return result, each


def tenth_of(data: Dataset) -> Dataset:
    """Return the first tenth of the samples."""
    return data.take(np.arange(len(data) // 10))


def in_doubles(task: str, problem: Problem, settings: TrainingSettings) -> float:
    """Return the seconds of the second of two epochs of equilibrium propagation in doubles; on CPUs of the only one."""
    epochs = 1 if len(problem.data.train) < 60_000 else 2
    double = replace(settings, precision="double", estimator="positive", epochs=epochs)
    given = TASKS[task].problem(double)
    with simulator_of(given.circuit, double) as simulator:
        return train(replace(given, data=problem.data), simulator, callbacks=[Watch()]).records[-1].seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("names", nargs="*", default=list(NETWORKS), metavar="NAME[:SEED]")
    parser.add_argument("--doubles", action="store_true")
    parser.add_argument("--beside", type=int, default=0)
    given = parser.parse_intermixed_args()
    for each in given.names:
        name, _, seed = each.partition(":")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            row, epochs = pool.apply(measured, (name, int(seed or 0), given.path, given.doubles, given.beside))
        print(", ".join(f"{key} {value}" for key, value in asdict(row).items()), flush=True)
        if row.digits == 60_000:
            with alone_in(HERE):
                put_rows(HERE / "results.csv", [asdict(row)], list(NETWORKS))
                put_rows(HERE / "epochs.csv", list(map(asdict, epochs)), list(NETWORKS))
                draw()
        else:
            print("no GPU: it learned from a tenth of the digits for one epoch, and was tested on 1,000", flush=True)


def draw() -> None:
    """Plot the test error over the epochs: real diodes on the left, ideal ones with what was published on the right."""
    rows = list(csv.DictReader((HERE / "epochs.csv").open()))
    figure, both = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True)
    alike = list(dict.fromkeys(name.partition("+")[0] for name in NETWORKS))
    for name, training in NETWORKS.items():
        own = [row for row in rows if row["network"] == name and row["seed"] == "0"]
        axes = both[int(training.published is not None)]
        if own:
            errors = [float(row["test_error"]) for row in own]
            color, dashes = f"C{alike.index(name.partition('+')[0])}", "--" if "+" in name else "-"
            axes.semilogy(range(1, len(own) + 1), errors, dashes, color=color, label=name, linewidth=1)
            if training.published is not None:
                axes.axhline(training.published, color=color, linewidth=0.7, linestyle=":")
    for axes, title in zip(both, ("real diodes", "ideal diodes; dotted: published"), strict=True):
        axes.set(xlabel="epoch", ylabel="test error, %", ylim=(0.7, 10), title=title)
        axes.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
        axes.legend(fontsize=7)
    figure.savefig(HERE / "errors.svg")


if __name__ == "__main__":
    main()
