"""Is XOR learned by the rules that follow circuits in time?

    python experiments/rules_in_time/run.py [RULE ...]

The circuit of the README, 2-8-2 with diode pairs and an amplifier, in the native engine. Writes results.csv beside this
file; a rule replaces its own lines.
"""

import argparse
import csv
import time
from pathlib import Path

import numpy as np

from ebana_like.data import Dataset, Split
from ebana_like.files import csv_text
from ebana_like.learning import Centered, Continual, Frequency, LockIn, SquaredError, Stochastic, update_named
from ebana_like.networks import Amplifier, Crossbar, DiodePair, Inputs, OutputPairs, build_network
from ebana_like.simulators import NativeSimulator
from ebana_like.training import Problem, train

HERE = Path(__file__).parent
RULES = {
    "centered": Centered(1e-7),
    "frequency": Frequency(),
    "lock-in": LockIn(1e-7),
    "continual": Continual(1e-6),
    "stochastic": Stochastic(chains=16, states=16),
}
HEADS = ["rule", "seed", "epochs", "loss_first", "loss_last", "right_last", "seconds"]


def learned(rule: str, seed: int, epochs: int) -> list[str]:
    corners = np.array([[-2, -2], [-2, 2], [2, -2], [2, 2]], dtype=float)
    data = Dataset(corners, labels=np.array([0, 1, 1, 0]), classes=("same", "different"))
    layers = [Inputs(2), Crossbar(8), DiodePair("d1n4148"), Amplifier(gain=4), Crossbar(2), OutputPairs()]
    circuit = build_network(layers, "xor", seed=seed)
    update = update_named("adam", 0.01)
    cost = SquaredError(0.3, -0.3)
    problem = Problem(circuit, Split(data), cost, RULES[rule], update, epochs=epochs, batch=4, seed=seed)
    began = time.perf_counter()
    with NativeSimulator(circuit) as simulator:
        records = list(train(problem, simulator).records)
    last = records[-1].train
    row = [rule, str(seed), str(epochs), f"{records[0].train.loss:.2e}", f"{last.loss:.2e}", f"{last.accuracy:g}"]
    return [*row, f"{time.perf_counter() - began:.0f}"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rules", nargs="*", default=list(RULES))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=60)
    given = parser.parse_args()
    path = HERE / "results.csv"
    kept = list(csv.reader(path.open()))[1:] if path.exists() else []
    for rule in given.rules:
        rows = [learned(rule, seed, given.epochs) for seed in range(given.seeds)]
        print(*rows, sep="\n", flush=True)
        kept = [row for row in kept if row[0] != rule] + rows
        path.write_text(csv_text(HEADS, kept))
