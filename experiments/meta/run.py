"""Do leaky weights find what tasks have in common? Linear neurons whose weights scatter about one mean.

    python experiments/meta/run.py

Every task has 3 examples for 4 weights to learn from and 20 others to be judged by. Writes results.csv beside this
file: loss on the others over unseen tasks, for leaks as they began and as they were learned, and for the best that is
known: leaks to the true mean, as strong as noise over scatter asks for.
"""

from pathlib import Path

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.files import csv_text
from ebana_like.learning import Centered, update_named
from ebana_like.networks.meta import SIEMENS, WeightLoss, leaky_learner, with_leaks
from ebana_like.simulators import NativeSimulator
from ebana_like.values import Parameter, Range

HERE = Path(__file__).parent
WEIGHTS, EXAMPLES, OTHERS, TASKS, STEPS = 4, 3, 20, 16, 60
SCATTER, NOISE, BETA = 0.3, 0.3, 1e-6
NONE = np.zeros((1, 0))
AT = ("leaks.conductance", "centres.voltage")


class Task:
    def __init__(self, rng: np.random.Generator, mean: FloatArray) -> None:
        weights = mean + SCATTER * rng.standard_normal(WEIGHTS)
        x, others = rng.standard_normal((EXAMPLES, WEIGHTS)), rng.standard_normal((OTHERS, WEIGHTS))
        y, self.wanted = (each @ weights + NOISE * rng.standard_normal(len(each)) for each in (x, others))
        self.others = others
        self.circuit = leaky_learner(x, y, np.ones(WEIGHTS), np.zeros(WEIGHTS))
        self.cost, self.target = WeightLoss.of(others, self.wanted)

    def loss(self, leaks: FloatArray, centres: FloatArray) -> float:
        """Mean squared error on the others."""
        with NativeSimulator(with_leaks(self.circuit, leaks, centres)) as simulator:
            weights = simulator.solve({}, NONE).scores[0]
        return float(((self.others @ weights - self.wanted) ** 2).mean())

    def gradients(self, leaks: FloatArray, centres: FloatArray, rng: np.random.Generator) -> dict[str, FloatArray]:
        circuit = with_leaks(self.circuit, leaks, centres)
        with NativeSimulator(circuit) as simulator:
            estimate = Centered(BETA).estimate(simulator, circuit.values(), NONE, self.target, self.cost, rng)
        return {AT[0]: SIEMENS * estimate.gradients[AT[0]], AT[1]: estimate.gradients[AT[1]]}


def learned(seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    mean = rng.standard_normal(WEIGHTS)
    seen, unseen = ([Task(rng, mean) for _ in range(TASKS)] for _ in range(2))
    values = {AT[0]: np.ones(WEIGHTS), AT[1]: np.zeros(WEIGHTS)}
    parameters = {
        AT[0]: Parameter(values[AT[0]], "", Range(1e-2, 1e2, logarithmic=True)),
        AT[1]: Parameter(values[AT[1]], "", Range(-5.0, 5.0)),
    }
    update = update_named("adam", 0.02)
    state = update.start(parameters)
    for step in range(1, STEPS + 1):
        found = [task.gradients(*values.values(), rng) for task in seen]
        gradients = {at: np.mean([each[at] for each in found], axis=0) for at in AT}
        values, state = update.step(parameters, values, gradients, state, step)
    best = np.full(WEIGHTS, NOISE**2 / SCATTER**2), mean
    rows = []
    for name, (leaks, centres) in {
        "as begun": (np.ones(WEIGHTS), np.zeros(WEIGHTS)),
        "learned": tuple(values.values()),
        "best known": best,
    }.items():
        loss = np.mean([task.loss(leaks, centres) for task in unseen])
        off = np.sqrt(np.mean((centres - mean) ** 2))
        rows.append([str(seed), name, f"{loss:.4f}", f"{off:.4f}", f"{np.exp(np.log(leaks).mean()):.3f}"])
        print(*rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    table = [row for seed in range(3) for row in learned(seed)]
    heads = ["seed", "leaks", "loss_unseen", "rms_off_mean", "mean_leak"]
    (HERE / "results.csv").write_text(csv_text(heads, table))
