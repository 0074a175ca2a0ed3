"""How well does a convolutional Hopfield network read digits after one epoch of a few? 28 x 28 -> 8 maps -> 16 -> 10.

    python experiments/maps/run.py PATH [COUNT [SEED ...]]

PATH is an .npz of the digits (x_train, y_train, x_test, y_test). The first COUNT of the training set, 500 unless
given, are learned from once, in batches of 20; the first 1000 of the test set are tested on. A row of results.csv for
each.
"""

import sys
import time
from pathlib import Path

import numpy as np

from ebana_like.data import Dataset, Split
from ebana_like.learning import SGD, Centered, SquaredError
from ebana_like.simulators.convolutional import ConvolutionalEngine
from ebana_like.systems.convolutional import ConvolutionalHopfield
from ebana_like.training import Problem, train

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row

HERE = Path(__file__).parent
TESTED = 1000
RATES = {"kernel1": 0.1, "kernel2": 0.05, "outputs": 0.02}
SPAN = 8.0
"""Of weights, to whose square rates are relative."""


def digits(path: str, count: int) -> Split:
    with np.load(path) as file:

        def part(name: str, n: int) -> Dataset:
            images, labels = file[f"x_{name}"][:n].reshape(-1, 784), file[f"y_{name}"][:n].astype(int)
            return Dataset(images, labels, tuple("0123456789"), unit=1 / 255)

        return Split(part("train", count), None, part("test", TESTED))


def main() -> None:
    path, *rest = sys.argv[1:]
    count, seeds = int(rest[0]) if rest else 500, [int(seed) for seed in rest[1:]] or [0]
    data = digits(path, count)
    for seed in seeds:
        system = ConvolutionalHopfield((1, 28, 28), (8, 16), 10, seed=seed)
        rates = {layer: rate / SPAN**2 for layer, rate in RATES.items()}
        problem = Problem(system, data, SquaredError(), Centered(0.5), SGD(rates), epochs=1, batch=20, seed=seed)
        began = time.process_time()
        (record,) = train(problem, ConvolutionalEngine(system, still=1e-3)).records
        assert record.test is not None
        row = {
            "digits": count,
            "seed": seed,
            "train_error": f"{100 * (1 - record.train.accuracy):.2f}",
            "test_error": f"{100 * (1 - record.test.accuracy):.2f}",
            "failures": record.failures,
            "processor_seconds": f"{time.process_time() - began:.0f}",
        }
        add_row(HERE / "results.csv", row)
        print(row, flush=True)


if __name__ == "__main__":
    main()
