"""Do convolutions make better use of resistors? MNIST through tied windows beside the dense 784-100-10.

    python experiments/convolution/run.py PATH [NETWORK ...] [--shift N] [--epochs N] [--final N] [--batch N] [--seed N]

PATH is an .npz with x_train, y_train, x_test, y_test; NETWORK is one of `NETWORKS`. Each learns from the first 50,000
digits for --epochs (0 for not at all) and is judged on the last 10,000 of the training set; with --final the one that
reads most of these, or the first, learns once more, from all 60,000. In single precision, on a GPU where JAX sees one.

Every epoch is told when it is done, and a training has its row in results.csv, beside this file, when it is: percent of
the digits that it reads wrongly, values that learn, resistors, seconds. Values are kept in --keep. Where there is an
ngspice, it then solves 4 test digits of every training that is kept, neuron by neuron (../folded.py): how far it moves
any neuron or output is the last column.
"""

import argparse
import csv
import shutil
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import jax
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from folded import deviation  # noqa: E402
from rows import add_row  # noqa: E402

from ebana_like import (  # noqa: E402
    Adjoint,
    Amplifier,
    Block,
    Circuit,
    Crossbar,
    CrossEntropy,
    DiodePair,
    Inputs,
    NativeSimulator,
    OutputPairs,
    Split,
    build_network,
    schedule_named,
    update_named,
)
from ebana_like.data.shifted import ShiftedImages  # noqa: E402
from ebana_like.elements import Resistors  # noqa: E402
from ebana_like.networks import Convolution  # noqa: E402
from ebana_like.training import Callback, EpochRecord, Problem, Progress, evaluate, train  # noqa: E402

VOLTS, LIMITS, KEPT, VERIFIED = 5.0, (1e-9, 1e-6), 50_000, 4
"""Of white pixels, and of the devices: those of the task mnist; digits that are learned from, and those in ngspice."""

PARTS = "validation", "test"
WIDE = (1e-9, 1.6e-7)


@dataclass(frozen=True)
class Network:
    """Layers before the last crossbar, the range that begins with, and relative rates."""

    hidden: tuple[Block, ...]
    last: tuple[float, float]
    rates: tuple[float, float]


def seen(
    channels: int, window: int, stride: int, last: float = 3e-8, rates: tuple[float, float] = (0.02, 0.004)
) -> Network:
    first = Convolution((1, 28, 28), window, stride, channels=channels, initial=WIDE, limits=LIMITS)
    return Network((first, DiodePair("schottky"), Amplifier(20)), (1e-9, last), rates)


NETWORKS = {
    "dense": Network(
        (Crossbar(100, (4e-8, 1.2e-7), LIMITS), DiodePair("schottky_power"), Amplifier(50)),
        (1e-9, 1.62e-7),
        (0.002, 0.004),
    ),
    "windows of 7, 16 channels": seen(16, 7, 3),
    "windows of 7, 24 channels": seen(24, 7, 3),
    "windows of 5, 54 channels": seen(54, 5, 2),
    "windows of 7, 64 channels": seen(64, 7, 2, 1e-8, (0.02, 0.001)),
    "windows of 7, 64 channels, slower": seen(64, 7, 2, 1e-8, (0.01, 0.0005)),
    "windows of 7, 64 channels, faster": seen(64, 7, 2, 1e-8, (0.04, 0.002)),
    "windows of 7, 128 channels": seen(128, 7, 2, 5e-9, (0.02, 0.0005)),
    "windows of 9, 64 channels": seen(64, 9, 2, 1e-8, (0.02, 0.001)),
}
"""The convolution of 54 channels has 79,164 weights, dense 784-100-10 has 79,500."""


def data(path: Path, shift: int, whole: bool) -> Split:
    with np.load(path) as arrays:
        x, y = (np.concatenate([arrays[f"{what}_train"], arrays[f"{what}_test"]]) for what in "xy")
    names = tuple(map(str, range(10)))
    learned, validation, test = (
        ShiftedImages(x[which].reshape(-1, 784), y[which], names, unit=VOLTS / 255, shift=shift)
        for which in (slice(60_000 if whole else KEPT), slice(KEPT, 60_000), slice(60_000, None))
    )
    return Split(learned, validation=None if whole else validation, test=test)


class Watch(Callback):
    """Says what every epoch reached."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        held = record.validation or record.test
        assert held is not None
        name = "test" if record.validation is None else "validation"
        told = f"epoch {record.epoch}: {record.seconds:.1f} s, loss {record.train.loss:.4f}"
        print(f"{told}, {name} error {100 * (1 - held.accuracy):.2f} %", flush=True)


@dataclass(frozen=True)
class Training:
    """What one training is given."""

    network: str
    shift: int
    epochs: int
    batch: int
    seed: int
    whole: bool


def trained(path: Path, given: Training, keep: Path) -> float:
    """Train one network, keep its values, tell what came of it, and return the share of validation digits it read."""
    network, split = NETWORKS[given.network], data(path, given.shift, given.whole)
    circuit, cost, began = circuit_of(given), CrossEntropy(0.1, 0.05), time.perf_counter()
    rates = dict(zip(("crossbar1", "crossbar2"), network.rates, strict=True))
    update = update_named("adam", rates, schedule_named("cosine", epochs=given.epochs))
    seen_after = replace(split, test=None if split.validation else split.test)
    problem = Problem(circuit, seen_after, cost, Adjoint(), update, given.epochs, given.batch, seed=given.seed)
    print(f"{given}: {sum(map(len, circuit.of_kind(Resistors))):,} resistors", flush=True)
    with NativeSimulator(circuit, single=True) as simulator:
        done = train(problem, simulator, callbacks=[Watch()])
        seconds = time.perf_counter() - began
        accuracy = {
            name: evaluate(simulator, done.values, part, cost).accuracy
            for name, part in (("validation", split.validation), ("test", split.test))
            if part is not None
        }
    values = {name: np.asarray(done.values[name]) for name in done.values}
    keep.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(keep / file_of(given), **values)
    count = sum(map(len, values.values()))
    row = {
        **asdict(given),
        **{f"{name}_error": f"{100 * (1 - accuracy[name]):.2f}" if name in accuracy else "" for name in PARTS},
        "weights": count // 2,
        "values": count,
        "resistors": sum(map(len, circuit.of_kind(Resistors))),
        "seconds": f"{seconds:.0f}",
        "device": jax.devices()[0].device_kind,
        "from_ngspice_volts": "",
    }
    print(", ".join(f"{name} {each}" for name, each in row.items()), flush=True)
    add_row(HERE / "results.csv", row)
    return accuracy.get("validation", 0.0)


def circuit_of(given: Training) -> Circuit:
    network = NETWORKS[given.network]
    layers = [Inputs(784, 0.5), *network.hidden, Crossbar(20, network.last, LIMITS), OutputPairs()]
    return build_network(layers, seed=given.seed)


def file_of(given: Training) -> str:
    """Return the name under which a training's values are kept."""
    told = f"{given.network} shift {given.shift} epochs {given.epochs} seed {given.seed}{' all' if given.whole else ''}"
    return told.replace(",", "").replace(" ", "-") + ".npz"


def verify(path: Path, keep: Path) -> None:
    """Fill in what ngspice says of rows whose values are kept."""
    with (HERE / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        numbers = (int(row[name]) for name in ("shift", "epochs", "batch", "seed"))
        given = Training(row["network"], *numbers, row["whole"] == "True")
        kept = keep / file_of(given)
        if row["from_ngspice_volts"] or not kept.exists():
            continue
        with np.load(kept) as values:
            circuit = circuit_of(given).with_values(dict(values))
        test = data(path, 0, given.whole).test
        assert test is not None
        with NativeSimulator(circuit) as simulator:
            points = simulator.solve({}, test.volts(slice(VERIFIED)))
        assert points.converged.all()
        row["from_ngspice_volts"] = f"{deviation(circuit, points.voltages[0]):.1e}"
        print(row["network"], row["seed"], row["from_ngspice_volts"], "V", flush=True)
        with (HERE / "results.csv").open("w") as file:
            writer = csv.DictWriter(file, row, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("networks", nargs="*", default=[])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--final", type=int, default=0)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shift", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=HERE.parent.parent / "runs" / "convolution")
    given = parser.parse_args()

    def learned(network: str, epochs: int, whole: bool) -> float:
        training = Training(network, given.shift, epochs, given.batch, given.seed, whole)
        return trained(given.path, training, given.keep)

    reached = {network: learned(network, given.epochs, whole=False) for network in given.networks if given.epochs}
    if given.final:
        learned(max(given.networks, key=lambda network: reached.get(network, 0.0)), given.final, whole=True)
    if shutil.which("ngspice"):
        verify(given.path, given.keep)


if __name__ == "__main__":
    main()
