"""What do mirrored rows or a reference column save beside doubling? Digits, three ways to weights of either sign.

    python experiments/positive_weights/run.py WAY RATE EPOCHS [SEED ...]

WAY is doubled, mirrored or reference. Each seed trains 64-30-10 with the devices of the task by Adam and the adjoint
and adds a line to results.csv beside this file: digits wrong of those set aside (a fifth of what is not tested on) and
of those tested on, rows and columns of both crossbars, resistors, values that learn, mean power of some test digits.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.analysis.power import power_report
from ebana_like.data import Split
from ebana_like.elements import Resistors
from ebana_like.files import append, csv_text
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import evaluate, train

HERE = Path(__file__).parent
ASKED = 20
"""Test digits whose power is computed."""

HEAD = [
    "weights",
    "seed",
    "rate",
    "epochs",
    "validation_error",
    "test_error",
    "rows",
    "columns",
    "resistors",
    "values",
    "milliwatts",
]


def trained(way: str, rate: float, epochs: int, seed: int) -> list[str]:
    task = TASKS["digits"]
    changes = {"signs": way, "seed": seed, "hidden": (30,), "epochs": epochs, "batch": 20, "estimator": "adjoint"}
    rule = {"update": "adam", "lr": (rate,), "schedule": "cosine", "decay": 1.0, "validation": 0.2}
    problem = task.problem(replace(task.settings, **changes, **rule))
    circuit = problem.circuit
    with NativeSimulator(circuit) as simulator:
        learned = train(replace(problem, data=Split(problem.data.train)), simulator)
        parts = problem.data.validation, problem.data.test
        errors = [100 * (1 - evaluate(simulator, learned.values, part, problem.cost).accuracy) for part in parts]
        asked = problem.data.test.volts(slice(ASKED))
        points = simulator.solve(learned.values, asked)
    holding = circuit.with_values(learned.values)
    watts = [power_report(holding.with_features(x), v).drawn for x, v in zip(asked, points.voltages[0], strict=True)]
    banks = [bank for bank in circuit.of_kind(Resistors) if bank.name.startswith(("crossbar", "reference"))]
    by_layer = [[bank for bank in banks if bank.name.endswith(str(layer))] for layer in (1, 2)]
    rows, columns = (
        [len(np.unique(np.concatenate([getattr(bank, side) for bank in layer]))) for layer in by_layer]
        for side in ("positive", "negative")
    )
    sizes = ["+".join(map(str, each)) for each in (rows, columns)]
    values = sum(map(len, circuit.values().values()))
    counts = *sizes, str(sum(map(len, banks))), str(values), f"{1e3 * np.mean(watts):.3f}"
    return [way, str(seed), f"{rate:g}", str(epochs), *(f"{each:.2f}" for each in errors), *counts]


def main() -> None:
    way, rate, epochs, *seeds = sys.argv[1:]
    for seed in map(int, seeds or ["0"]):
        row = trained(way, float(rate), int(epochs), seed)
        print(*row, flush=True)
        file, text = HERE / "results.csv", csv_text(HEAD, [row])
        append(file, text if not file.exists() else text.split("\n", 1)[1])


if __name__ == "__main__":
    main()
