"""What does a crossbar of 1570 x 100 cells with wires of 1 ohm cost? MNIST's network, beside the same without wires.

    python experiments/wires/cost.py

Seconds of processor time, all threads together, the least of several goes: other work on the machine counts little.
Writes cost.csv beside itself.
"""

import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ebana_like import Amplifier, Centered, Crossbar, DiodePair, Inputs, OutputPairs, Wires, build_network
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, WiredCrossbar, dense
from ebana_like.elements.wire_fields import Fields
from ebana_like.learning import CrossEntropy
from ebana_like.simulators import NativeSimulator

HERE = Path(__file__).parent
GOES = 7
BATCHES = (20, 200, 1000)


def network(wires: Wires | None) -> Circuit:
    hidden = [Crossbar(100, (4e-8, 1.2e-7), (1e-9, 1e-6), wires), DiodePair("schottky_power"), Amplifier(50.0)]
    return build_network([Inputs(784, 0.5), *hidden, Crossbar(20, (1e-9, 1.6e-7), (1e-9, 1e-6), wires), OutputPairs()])


def least(work: Callable[[int], object]) -> float:
    """Return the least processor time of a piece of work, after one go that compiles."""
    work(0)
    found = []
    for number in range(1, GOES + 1):
        began = time.process_time()
        work(number)
        found.append(time.process_time() - began)
    return min(found)


def changed(values: dict[str, FloatArray], number: int) -> dict[str, FloatArray]:
    """Return other conductances, as after an update."""
    return {at: g * (1 + 1e-3 * number) for at, g in values.items()}


def reduction(g_high: float) -> float:
    g = np.random.default_rng(0).uniform(1e-9, g_high, (1570, 100))
    fields = Fields(g, Wires(1, 1))

    def work(number: int) -> None:
        nonlocal fields
        fields = Fields(g * (1 + 1e-3 * number), Wires(1, 1), fields.given_up())
        fields.reduced(with_rows=False)

    return least(work)


def update(circuit: Circuit, batch: int) -> float:
    """Return the processor time of a batch: a free and two nudged phases, and the gradient."""
    rng = np.random.default_rng(1)
    x = np.where(rng.uniform(size=(batch, 784)) < 0.2, rng.uniform(0, 5, (batch, 784)), 0.0)
    cost = CrossEntropy(0.1)
    targets = np.eye(10)[rng.integers(0, 10, batch)]
    estimator = Centered(1e-9)
    with NativeSimulator(circuit) as simulator:

        def work(number: int) -> None:
            values = changed(circuit.values(), number)
            signals = estimator.estimate(simulator, values, x, targets, cost, rng).signals
            for signal in signals.values():
                dense(signal)

        return least(work)


def main() -> None:
    rows = [{"what": f"reduction, g up to {g:g} S", "seconds": f"{reduction(g):.3f}"} for g in (1.6e-7, 1e-6)]
    ideal, wired = network(None), network(Wires(1, 1))
    assert wired.of_kind(WiredCrossbar)
    for batch in BATCHES:
        a, b = (update(each, batch) for each in (ideal, wired))
        rows.append({"what": f"batch of {batch} without wires", "seconds": f"{a:.4f}"})
        rows.append({"what": f"batch of {batch} with wires, {b / a:.1f} times as much", "seconds": f"{b:.4f}"})
    for each in rows:
        print(each["what"], each["seconds"], flush=True)
    with (HERE / "cost.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
