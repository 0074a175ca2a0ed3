"""How exactly does a circuit compute a ReLU network? Three networks, five values of eps, two engines.

    python experiments/relu/run.py

Writes results.csv beside itself: the largest deviation of the circuit's outputs from the network's over the largest
output, the slope against eps, node voltages of both engines beside each other, and how many samples get another class.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ebana_like import NativeSimulator, NgspiceSimulator, relu_circuit, relu_layers
from ebana_like.files import csv_text, write_atomically
from ebana_like.networks import relu_outputs

HERE = Path(__file__).parent
EPS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
SIEMENS = 1e4
"""At a node of the first layer: no device has as much, but the 1e-12 S that SPICE lays across diodes shall not show."""

Network = Callable[[], tuple[object, np.ndarray]]


def xor() -> tuple[object, np.ndarray]:
    corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    trained = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=1, max_iter=500)
    return trained.fit(corners, [0, 1, 1, 0]), corners


def digits() -> tuple[object, np.ndarray]:
    x, y = load_digits(return_X_y=True)
    trained = MLPClassifier((32, 16), random_state=0, max_iter=400).fit(x[:1300] / 16, y[:1300])
    return trained, x[1300:1400] / 16


def random() -> tuple[object, np.ndarray]:
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=(b, a)), rng.normal(size=b)) for a, b in pairwise((6, 12, 8, 5, 3))]
    return pairs, rng.normal(size=(100, 6))


def rows(name: str, network: Network) -> Iterator[list[str]]:
    source, x = network()
    layers = relu_layers(source)
    wanted = relu_outputs(layers, x)
    sizes = "-".join(map(str, [x.shape[1], *(len(layer.biases) for layer in layers)]))
    before = np.nan
    for eps in EPS:
        found = relu_circuit(layers, eps, siemens=SIEMENS)
        volts = []
        for engine in (NativeSimulator, NgspiceSimulator):
            with engine(found.circuit) as simulator:
                points = simulator.solve({}, x * found.volts)
            assert points.usable.all()
            volts.append(points.voltages[0])
        got = found.outputs(points.scores)
        off = np.abs(got - wanted).max() / np.abs(wanted).max()
        others = int((got.argmax(axis=1) != wanted.argmax(axis=1)).sum()) if wanted.shape[1] > 1 else 0
        apart = np.abs(volts[1] - volts[0]).max()
        slope = np.log10(before / off) if before > 0 else np.nan
        row = [name, sizes, f"{eps:g}", f"{off:.3e}", f"{slope:.3f}", f"{apart:.1e}", f"{others} of {len(x)}"]
        print(*row)
        yield row
        before = off


def main() -> None:
    head = ["network", "sizes", "eps", "off_of_largest", "slope", "engines_apart_volts", "other_classes"]
    found = [row for network in (xor, digits, random) for row in rows(network.__name__, network)]
    write_atomically(HERE / "results.csv", csv_text(head, found))


if __name__ == "__main__":
    main()
