"""Do convolutions make better use of resistors? MNIST through tied windows beside the dense 784-100-10.

    python experiments/convolution/run.py PATH NETWORK [--epochs N] [--batch N] [--seed N]

PATH is an .npz with x_train, y_train, x_test, y_test; NETWORK is one of `NETWORKS`. Each trains on the first 50,000
digits; the last 10,000 of the training set are what settings are chosen on. Adds a line for the training to results.csv
beside this file: digits wrong of both, values that learn, resistors, seconds.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like import (
    Adjoint,
    Amplifier,
    Block,
    Crossbar,
    CrossEntropy,
    Dataset,
    DiodePair,
    Inputs,
    NativeSimulator,
    OutputPairs,
    Split,
    build_network,
    schedule_named,
    update_named,
)
from ebana_like.elements import Resistors
from ebana_like.files import append, csv_text
from ebana_like.networks import Convolution
from ebana_like.training import Problem, evaluate, train

HERE = Path(__file__).parent
VOLTS, LIMITS, KEPT = 5.0, (1e-9, 1e-6), 50_000
"""Of white pixels, and of the devices: those of the task mnist; digits that are learned from."""

WIDE = (1e-9, 1.6e-7)
HEAD = [
    "network",
    "seed",
    "epochs",
    "batch",
    "validation_error",
    "test_error",
    "weights",
    "values",
    "resistors",
    "seconds",
]


@dataclass(frozen=True)
class Network:
    """Layers before the last crossbar, the range that begins with, and relative rates."""

    hidden: tuple[Block, ...]
    last: tuple[float, float]
    rates: tuple[float, float]


def seen(channels: int, window: int, stride: int) -> Network:
    first = Convolution((1, 28, 28), window, stride, channels=channels, initial=WIDE, limits=LIMITS)
    return Network((first, DiodePair("schottky"), Amplifier(20)), (1e-9, 3e-8), (0.02, 0.004))


NETWORKS = {
    "dense": Network(
        (Crossbar(100, (4e-8, 1.2e-7), LIMITS), DiodePair("schottky_power"), Amplifier(50)),
        (1e-9, 1.62e-7),
        (0.002, 0.004),
    ),
    "windows of 7, 16 channels": seen(16, 7, 3),
    "windows of 7, 24 channels": seen(24, 7, 3),
    "windows of 5, 24 channels": seen(24, 5, 2),
    "windows of 5, 54 channels": seen(54, 5, 2),
}
"""The convolution of 54 channels has 79,164 weights, dense 784-100-10 has 79,500."""


def data(path: Path) -> Split:
    with np.load(path) as arrays:
        x, y = (np.concatenate([arrays[f"{what}_train"], arrays[f"{what}_test"]]) for what in "xy")
    names = tuple(map(str, range(10)))
    parts = (
        Dataset(x[which].reshape(-1, 784), y[which], names, unit=VOLTS / 255)
        for which in (slice(KEPT), slice(KEPT, 60_000), slice(60_000, None))
    )
    learned, validation, test = parts
    return Split(learned, validation=validation, test=test)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    network, split = NETWORKS[given.network], data(given.path)
    layers = [Inputs(784, 0.5), *network.hidden, Crossbar(20, network.last, LIMITS), OutputPairs()]
    circuit = build_network(layers, seed=given.seed)
    values = sum(map(len, circuit.values().values()))
    schedule = schedule_named("cosine", epochs=given.epochs)
    update = update_named("adam", dict(zip(("crossbar1", "crossbar2"), network.rates, strict=True)), schedule)
    cost, began = CrossEntropy(0.1, 0.05), time.perf_counter()
    problem = Problem(circuit, Split(split.train), cost, Adjoint(), update, given.epochs, given.batch, seed=given.seed)
    with NativeSimulator(circuit, single=True) as simulator:
        learned = train(problem, simulator)
        seconds = time.perf_counter() - began
        told = [evaluate(simulator, learned.values, part, cost) for part in (split.validation, split.test)]
    errors = [f"{100 * (1 - each.accuracy):.2f}" for each in told]
    resistors = sum(map(len, circuit.of_kind(Resistors)))
    counts = values // 2, values, resistors
    row = [
        given.network,
        str(given.seed),
        str(given.epochs),
        str(given.batch),
        *errors,
        *map(str, counts),
        f"{seconds:.0f}",
    ]
    print(*(f"{name} {each}" for name, each in zip(HEAD, row, strict=True)), sep=", ")
    file = HERE / "results.csv"
    text = csv_text(HEAD, [row])
    append(file, text if not file.exists() else text.split("\n", 1)[1])


if __name__ == "__main__":
    main()
