"""What do mirrored rows or a reference column save beside doubling? On digits and MNIST.

    python experiments/positive_weights/run.py WAY [--data PATH] [--rates R [R]] [--epochs N] [--seeds N ...]

WAY is doubled, mirrored or reference. Each seed trains a network with the devices of its task by Adam and the adjoint:
64-30-10 on digits, or with PATH, an .npz of MNIST, 784-100-10 on its first 50,000. It adds a line to digits.csv or
mnist.csv beside this file: digits wrong of those set aside (a fifth, or the last 10,000, of what is not tested on) and
of those tested on, rows and columns of both crossbars, resistors, values that learn, seconds of the processor, mean
power of some test digits.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.analysis.power import power_report
from ebana_like.circuit import Circuit
from ebana_like.data import Split
from ebana_like.elements import Resistors
from ebana_like.files import append, csv_text
from ebana_like.signs import SIGNS
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, evaluate, train

HERE = Path(__file__).parent
ASKED = 20
"""Test digits whose power is computed."""

HEAD = [
    "weights",
    "seed",
    "rates",
    "epochs",
    "validation_error",
    "test_error",
    "rows",
    "columns",
    "resistors",
    "values",
    "processor_seconds",
    "milliwatts",
]


def problem_of(way: str, rates: tuple[float, ...], epochs: int, seed: int, data: str) -> Problem:
    """Return a training by Adam and the adjoint. data: file of MNIST, or "" for digits."""
    task = TASKS["mnist" if data else "digits"]
    changes = {"signs": way, "seed": seed, "epochs": epochs, "estimator": "adjoint", "data": data}
    rule = {"update": "adam", "lr": rates, "schedule": "cosine", "decay": 1.0}
    sizes = {"batch": 50, "validation": 1 / 6, "temperature": 0.1, "smoothing": 0.05}
    size = sizes if data else {"batch": 20, "validation": 0.2, "hidden": (30,)}
    return task.problem(replace(task.settings, **changes, **rule, **size))


def trained(problem: Problem, single: bool) -> tuple[float, list[float], float]:
    """Return seconds of the processor, digits wrong of those set aside and of those tested on, %, and mean watts."""
    circuit, began = problem.circuit, time.process_time()
    with NativeSimulator(circuit, single) as simulator:
        learned = train(replace(problem, data=Split(problem.data.train)), simulator)
        seconds = time.process_time() - began
        parts = problem.data.validation, problem.data.test
        errors = [100 * (1 - evaluate(simulator, learned.values, part, problem.cost).accuracy) for part in parts]
        asked = problem.data.test.volts(slice(ASKED))
        points = simulator.solve(learned.values, asked)
    holding = circuit.with_values(learned.values)
    watts = [power_report(holding.with_features(x), v).drawn for x, v in zip(asked, points.voltages[0], strict=True)]
    return seconds, errors, float(np.mean(watts))


def sizes(circuit: Circuit) -> list[str]:
    """Return rows and columns of both crossbars, resistors, and values that learn."""
    banks = [bank for bank in circuit.of_kind(Resistors) if bank.name.startswith(("crossbar", "reference"))]
    by_layer = [[bank for bank in banks if bank.name.endswith(str(layer))] for layer in (1, 2)]
    rows, columns = (
        [len(np.unique(np.concatenate([getattr(bank, side) for bank in layer]))) for layer in by_layer]
        for side in ("positive", "negative")
    )
    values = sum(map(len, circuit.values().values()))
    return [*("+".join(map(str, each)) for each in (rows, columns)), str(sum(map(len, banks))), str(values)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=SIGNS)
    parser.add_argument("--data", default="")
    parser.add_argument("--rates", type=float, nargs="+", default=[0.01])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    given = parser.parse_args()
    file = HERE / ("mnist.csv" if given.data else "digits.csv")
    for seed in given.seeds:
        problem = problem_of(given.way, tuple(given.rates), given.epochs, seed, given.data)
        seconds, errors, watts = trained(problem, single=bool(given.data))
        settings = given.way, str(seed), " ".join(f"{rate:g}" for rate in given.rates), str(given.epochs)
        found = *(f"{each:.2f}" for each in errors), *sizes(problem.circuit), f"{seconds:.0f}", f"{1e3 * watts:.4g}"
        row = [*settings, *found]
        print(*row, flush=True)
        text = csv_text(HEAD, [row])
        append(file, text if not file.exists() else text.split("\n", 1)[1])


if __name__ == "__main__":
    main()
