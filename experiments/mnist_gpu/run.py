"""How long do networks of up to 51.7 million resistors train on MNIST, how well, and do their voltages hold?

    python experiments/mnist_gpu/run.py PATH [NAME ...]

On a GPU where JAX sees one: every network is trained in single precision by the adjoint, then for one epoch in double
precision by equilibrium propagation, whose time is told. On CPUs a tenth of an epoch of each, and tests on a tenth of
the test digits. Each network has a process of its own, so that its memory is its own.

The last column of the table solves 4 test digits in double precision and compares all node voltages with those that
the CPU finds; the residual is Kirchhoff's at the same digits, from the elements' own laws. Where networks are trained
in full, their rows of results.csv and epochs.csv beside this file are written anew, and errors.svg is drawn from them.
"""

import csv
import multiprocessing
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ebana_like.data import Dataset
from ebana_like.energy.currents import element_currents
from ebana_like.runs import Settings, load_config, settings_in, simulator_of
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Problem, Progress, train

HERE = Path(__file__).parent
WIDE = settings_in(
    load_config(HERE.parent / "mnist" / "wide.toml"), "settings", TASKS["mnist"].settings, "experiments/mnist/wide.toml"
)
SHIFTED = replace(
    WIDE, batch=100, shift=1, schedule="cosine", decay=1.0, engine="native", precision="single", estimator="adjoint"
)
LAST = WIDE.g_start[-2:]
NETWORKS: Mapping[str, Settings] = {
    "784-100-10": replace(SHIFTED, hidden=(100,), epochs=20),
    "784-1024-10": replace(SHIFTED, hidden=(1024,), lr=(15.0, 1.5), epochs=40),
    "784-1024-1024-1024-10": replace(
        SHIFTED,
        hidden=(1024, 1024, 1024),
        lr=(30.0, 30.0, 30.0, 3.0),
        g_start=(*WIDE.g_start[:2] * 3, *LAST),
        epochs=14,
    ),
    "784-32768-10": replace(SHIFTED, hidden=(32768,), lr=(8000.0, 800.0), epochs=30),
}
VERIFIED = 4


@dataclass(frozen=True)
class Result:
    """One row of the table. Seconds, percent, megabytes, volts; the residual is a share of the largest current."""

    network: str
    resistors: int
    device: str
    digits: int
    batch: int
    epochs: int
    seconds_an_epoch: float
    seconds_an_epoch_double: float
    seconds: float
    test_error: float
    host_megabytes: float
    device_megabytes: float
    residual: float
    from_cpu_volts: float


@dataclass(frozen=True)
class Epoch:
    """What an epoch reached, of digits never learned from; seconds, percent."""

    network: str
    epoch: int
    seconds: float
    loss: float
    test_error: float


class Watch(Callback):
    """Says what every epoch reached."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        each = of_record("", record)
        print(
            f"  epoch {each.epoch}: {each.seconds:.1f} s, loss {each.loss:.3f}, test error {each.test_error:.2f} %",
            flush=True,
        )


def of_record(name: str, record: EpochRecord) -> Epoch:
    error = 100 * (1 - record.test.accuracy) if record.test else float("nan")
    return Epoch(name, record.epoch, round(record.seconds, 1), round(record.train.loss, 3), round(error, 2))


def measured(name: str, path: str) -> tuple[Result, list[Epoch]]:
    """Train one network and measure it."""
    import jax

    device = jax.devices()[0]
    tenth = device.platform == "cpu"
    began = time.perf_counter()
    settings = replace(NETWORKS[name], data=path)
    if tenth:
        settings = replace(settings, epochs=1)
    problem = TASKS["mnist"].problem(settings)
    if tenth:
        problem = replace(problem, data=problem.data.map(tenth_of))
    resistors = sum(map(len, problem.circuit.values().values()))
    print(f"{name}: {resistors:,} resistors, built in {time.perf_counter() - began:.1f} s", flush=True)
    with simulator_of(problem.circuit, settings) as simulator:
        progress = train(problem, simulator, callbacks=[Watch()])
    seconds = time.perf_counter() - began
    residual, deviation = verified(problem, progress)
    print(f"  {VERIFIED} digits: residual {residual:.1e}, {deviation:.1e} V from the CPU", flush=True)
    found = [record.seconds for record in progress.records]
    test = progress.records[-1].test
    assert test is not None
    result = Result(
        name,
        resistors,
        device.device_kind,
        len(problem.data.train),
        settings.batch,
        settings.epochs,
        float(np.median(found[1:] or found)),
        in_doubles(problem, settings),
        seconds,
        100 * (1 - test.accuracy),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        (device.memory_stats() or {}).get("peak_bytes_in_use", 0) / 1e6,
        residual,
        deviation,
    )
    return result, [of_record(name, record) for record in progress.records]


def tenth_of(data: Dataset) -> Dataset:
    """Return the first tenth of the samples."""
    return data.take(np.arange(len(data) // 10))


def in_doubles(problem: Problem, settings: Settings) -> float:
    """Return the seconds of the second of two epochs of equilibrium propagation in doubles; on CPUs of the only one."""
    epochs = 1 if len(problem.data.train) < 60_000 else 2
    double = replace(settings, precision="double", estimator="positive", epochs=epochs)
    given = TASKS["mnist"].problem(double)
    with simulator_of(given.circuit, double) as simulator:
        return train(replace(given, data=problem.data), simulator, callbacks=[Watch()]).records[-1].seconds


def verified(problem: Problem, progress: Progress) -> tuple[float, float]:
    """Return the largest residual of some test digits, and the largest difference of their voltages from the CPU's."""
    import jax

    assert problem.data.test is not None
    features = problem.data.test.volts(slice(VERIFIED))
    conductances = {name: progress.values[name] for name in progress.values}
    circuit = problem.circuit.with_values(conductances)
    voltages = NativeSimulator(circuit).solve({}, features).voltages[0]
    with jax.default_device(jax.devices("cpu")[0]):
        expected = NativeSimulator(circuit).solve({}, features).voltages[0]
    imbalance = [
        float(element_currents(circuit.with_features(one), volts).imbalance)
        for one, volts in zip(features, voltages, strict=True)
    ]
    return max(imbalance), float(np.abs(voltages - expected).max())


def main(path: str, names: list[str]) -> None:
    context = multiprocessing.get_context("spawn")
    rows = []
    for name in names or NETWORKS:
        with context.Pool(1) as pool:
            row, epochs = pool.apply(measured, (name, path))
        rows.append(row)
        in_full = row.digits == 60_000
        if in_full:
            put(HERE / "results.csv", name, [row])
            put(HERE / "epochs.csv", name, epochs)
    if in_full:
        draw()
    if not in_full:
        print("\nno GPU: each network learned from a tenth of the digits for one epoch, and was tested on 1,000")
    print(
        f"\n{'network':22} {'resistors':>10} {'s an epoch':>10} {'doubles':>8} {'s in all':>8} {'error %':>8} "
        f"{'host MB':>8} {'device MB':>9} {'residual':>9} {'from CPU':>9}"
    )
    for row in rows:
        print(
            f"{row.network:22} {row.resistors:10} {row.seconds_an_epoch:10.2f} {row.seconds_an_epoch_double:8.2f} "
            f"{row.seconds:8.1f} {row.test_error:8.2f} {row.host_megabytes:8.0f} {row.device_megabytes:9.0f} "
            f"{row.residual:9.1e} {row.from_cpu_volts:9.1e}"
        )
    print(f"on {rows[0].device}")


def put(path: Path, name: str, rows: Sequence[Result | Epoch]) -> None:
    """Write the rows of a network into a table in the place of those that it had."""
    held = list(csv.DictReader(path.open())) if path.exists() else []
    found = {each: [row for row in held if row["network"] == each] for each in NETWORKS} | {
        name: list(map(asdict, rows))
    }
    with path.open("w") as file:
        writer = csv.DictWriter(file, asdict(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for each in NETWORKS for row in found[each])


def draw() -> None:
    """Plot the test error over the seconds of training."""
    rows = list(csv.DictReader((HERE / "epochs.csv").open()))
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for name in NETWORKS:
        own = [row for row in rows if row["network"] == name]
        seconds = np.cumsum([float(row["seconds"]) for row in own])
        axes.semilogy(seconds, [float(row["test_error"]) for row in own], label=name)
    axes.set_xlabel("seconds since training began, compiling included")
    axes.set_ylabel("test error, %")
    axes.set_ylim(0.8, 100)
    axes.legend()
    figure.savefig(HERE / "errors.svg")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
