"""Do leaky weights find what tasks have in common? Linear neurons whose weights scatter about one mean.

    python experiments/meta/run.py

Trains as `train-circuit meta` does, with three seeds: every task has 3 examples for 4 weights to learn from and 20
other questions to be judged by. Writes results.csv beside this file: loss on the others over unseen tasks, for leaks as
they began and as they were learned, and for the best that is known: leaks to the true mean, as strong as noise over
scatter asks for.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ebana_like.files import csv_text
from ebana_like.networks.meta import SIEMENS
from ebana_like.runs.assembly import engine_of
from ebana_like.tasks.meta import META, drawn
from ebana_like.training import evaluate, train

HERE = Path(__file__).parent
LEAKS, CENTRES = "leaks.conductance", "centres.voltage"


def learned(seed: int) -> list[list[str]]:
    settings = replace(META.settings, seed=seed)
    problem, mean = META.problem(settings), drawn(settings).mean
    strength = np.full(len(mean), SIEMENS * settings.noise**2 / settings.scatter**2)
    rows = []
    with engine_of(problem, settings) as simulator:
        found = train(problem, simulator).values
        known = {"as begun": problem.circuit.values(), "learned": found}
        for name, values in {**known, "best known": {LEAKS: strength, CENTRES: mean}}.items():
            loss = evaluate(simulator, values, problem.data.test, problem.cost).loss
            off = np.sqrt(np.mean((values[CENTRES] - mean) ** 2))
            leak = np.exp(np.log(values[LEAKS] / SIEMENS).mean())
            rows.append([str(seed), name, f"{loss:.4f}", f"{off:.3f}", f"{leak:.2f}"])
            print(*rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    table = [row for seed in range(3) for row in learned(seed)]
    heads = ["seed", "leaks", "loss_unseen", "rms_off_mean", "mean_leak"]
    (HERE / "results.csv").write_text(csv_text(heads, table))
