"""Does mismatch cancel? Gradients and accuracy of three ways to train for a chip that differs from its design.

    python experiments/mismatch/run.py [cosines] [deep] [accuracy]

*transfer*: the ideal circuit is trained, and its conductances are moved to the chip. *nominal backward*: the chip's
voltages are measured, and the gradient is computed with the design's Jacobian: backpropagation with a model in the
loop. *EP*: equilibrium propagation on the chip; it takes the design's A / B for its weights, for nobody has measured
those of the chip. The truth is the chip's adjoint gradient, itself checked against finite differences in the tests.

Writes cosines.csv, deep.csv, accuracy.csv and mismatch.svg beside itself.
"""

import csv
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import dense
from ebana_like.energy import coenergy_weights, nearest_weights, symmetry_defect
from ebana_like.hardware import Mismatch
from ebana_like.learning import Adjoint, Centered, Estimate, Estimator
from ebana_like.simulators import NativeSimulator
from ebana_like.systems import CircuitSystem
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, evaluate, train

HERE = Path(__file__).parent
BETA = 1e-6  # siemens

CASES = {
    "ln IS 0.3": Mismatch(saturation=0.3),
    "ln IS 1": Mismatch(saturation=1.0),
    "ln IS 2": Mismatch(saturation=2.0),
    "offsets 0.1 V": Mismatch(offset=0.1),
    "gain 10 %": Mismatch(gain=0.1),
    "gain 30 %": Mismatch(gain=0.3),
    "feedback 10 %": Mismatch(feedback=0.1),
    "feedback 30 %": Mismatch(feedback=0.3),
}
HARSH = Mismatch(saturation=2.0, gain=0.3, feedback=0.3, offset=0.1)


@dataclass(frozen=True, eq=False)
class NominalBackward(Estimator):
    """The chip's free voltages, and the adjoint of the design at these voltages."""

    design: NativeSimulator

    def estimate(self, engine, values, features, targets, cost, rng):
        points = engine.solve(values, features)
        believed = replace(points, circuit=self.design.circuit, values={**self.design.circuit.values(), **values})
        currents = -cost.gradient(points.scores, targets)
        adjoint = self.design.adjoint(believed, currents)
        signals = self.design.system.adjoint_signals(believed, adjoint, currents)
        return Estimate(signals, points, lambda: np.full_like(features, np.nan))


@dataclass(frozen=True, eq=False)
class WithWeights(Estimator):
    """Centered equilibrium propagation with weights that are given, by bank."""

    weights: dict[str, np.ndarray]

    def estimate(self, engine, values, features, targets, cost, rng):
        points, coefficients = Centered(BETA).phases(engine, values, features, targets, cost, rng)
        signals = engine.system.signals(points, coefficients, self.weights)
        return Estimate(signals, points, lambda: np.full_like(features, np.nan))


def problem(task: str, **changes) -> Problem:
    settings = replace(TASKS[task].settings, engine="native", beta=BETA, stop_loss=0.0, **changes)
    return TASKS[task].problem(settings)


def trained(given: Problem) -> Circuit:
    with NativeSimulator(given.circuit) as simulator:
        return given.circuit.with_values(dict(train(given, simulator).values))


def gradients(circuit: Circuit, given: Problem, estimator: Estimator) -> dict[str, np.ndarray]:
    data = given.data.train
    samples = np.arange(min(100, len(data)))
    with NativeSimulator(circuit) as simulator:
        found = estimator.estimate(
            simulator,
            circuit.values(),
            data.volts(samples),
            data.targets(given.cost, samples),
            given.cost,
            np.random.default_rng(0),
        )
    return {at: dense(signal) for at, signal in found.signals.items()}


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def cosines(chips: int) -> list[dict]:
    """Compare the first crossbar's gradients with the chip's true ones, on the trained design's conductances."""
    rows = []
    for task, changes in (("digits", {"epochs": 6, "decay": 0.7}), ("iris", {})):
        given = problem(task, **changes)
        design = trained(given)
        backward = NominalBackward(NativeSimulator(design))
        at = next(iter(design.values()))
        for name, mismatch in CASES.items():
            found: dict[str, list[float]] = {"ep": [], "ep_own_weights": [], "nominal_backward": []}
            for number in range(chips):
                chip = mismatch.numbered(design, number)
                truth = gradients(chip, given, Adjoint())[at]
                for way, estimator in (
                    ("ep", WithWeights(dict(coenergy_weights(design)))),
                    ("ep_own_weights", WithWeights(dict(coenergy_weights(chip)))),
                    ("nominal_backward", backward),
                ):
                    found[way].append(cosine(gradients(chip, given, estimator)[at], truth))
            row = {"task": task, "mismatch": name, "chips": chips}
            row |= {way: f"{np.mean(each):.6f}" for way, each in found.items()}
            row |= {f"{way}_least": f"{np.min(each):.6f}" for way, each in found.items()}
            rows.append(row)
            print(row, flush=True)
    return rows


def deep(chips: int) -> list[dict]:
    """The exception where no weights exist: two hidden layers whose amplifiers' ratios differ."""
    rows = []
    given = problem("iris", hidden=(10, 8), lr=(0.5, 0.3, 0.1))
    design = trained(given)
    for spread in (0.01, 0.02, 0.05, 0.1, 0.2):
        for number in range(chips):
            chip = Mismatch(gain=spread, feedback=spread).numbered(design, number)
            truth = gradients(chip, given, Adjoint())
            found = gradients(chip, given, WithWeights(dict(nearest_weights(chip))))
            row = {"gain_and_feedback": spread, "chip": number, "defect": f"{symmetry_defect(chip):.4f}"}
            row |= {f"cosine_{at.partition('.')[0]}": f"{cosine(found[at], truth[at]):.6f}" for at in truth}
            rows.append(row)
            print(row, flush=True)
    return rows


def accuracy() -> list[dict]:
    """Train each way for chips with few neurons."""
    rows = []
    digits = {"hidden": (10,), "epochs": 6, "decay": 0.7}
    plans = [
        ("digits", digits, "harsh", HARSH, 3),
        ("digits", digits, "ln IS 2", Mismatch(saturation=2.0), 3),
        ("digits", digits, "offsets 0.2 V", Mismatch(offset=0.2), 3),
        ("digits", digits, "gain 30 %", Mismatch(gain=0.3), 3),
        ("iris", {"hidden": (4,)}, "harsh", HARSH, 6),
        ("xor", {}, "harsh", HARSH, 10),
    ]
    for task, changes, name, mismatch, seeds in plans:
        for seed in range(seeds):
            given = problem(task, seed=seed, **changes)
            design = trained(given)
            chip = mismatch.numbered(design, seed)
            started = mismatch.numbered(given.circuit, seed)
            weights = WithWeights(dict(coenergy_weights(given.circuit)))
            ways = {
                "ideal": design,
                "transfer": chip,
                "nominal backward": trained(
                    replace(
                        given,
                        system=CircuitSystem(started),
                        estimator=NominalBackward(NativeSimulator(given.circuit)),
                    )
                ),
                "EP on the chip": trained(replace(given, system=CircuitSystem(started), estimator=weights)),
            }
            for way, circuit in ways.items():
                data = given.data.test or given.data.train
                with NativeSimulator(circuit) as simulator:
                    judged = evaluate(simulator, circuit.values(), data, given.cost)
                row = {
                    "task": task,
                    "neurons": "-".join(map(str, TASKS[task].settings.hidden if not changes else changes["hidden"])),
                    "mismatch": name,
                    "seed": seed,
                    "way": way,
                    "accuracy": f"{judged.accuracy:.4f}",
                    "loss": f"{judged.loss:.4g}",
                }
                rows.append(row)
                print(row, flush=True)
    return rows


def save(name: str, rows: list[dict]) -> None:
    with (HERE / f"{name}.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def load(name: str) -> list[dict]:
    with (HERE / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def plot() -> None:
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 3.8), layout="constrained")
    rows = [row for row in load("cosines") if row["task"] == "iris"]
    places = np.arange(len(rows))
    for shift, (way, label, colour) in enumerate(
        (("ep", "EP on the chip", "#3b6ea5"), ("nominal_backward", "nominal backward", "#c8553d"))
    ):
        left.bar(places + 0.4 * shift - 0.2, [float(row[way]) for row in rows], 0.38, color=colour, label=label)
    left.set_xticks(places, [row["mismatch"] for row in rows], rotation=40, ha="right", fontsize=8)
    left.set(ylim=(0, 1.05), ylabel="cosine with the chip's gradient", title="Iris, 10 neurons, first crossbar")
    left.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.3), ncol=2)
    rows = load("deep")
    for bank, colour in (("crossbar1", "#3b6ea5"), ("crossbar2", "#c8553d"), ("crossbar3", "#777777")):
        defects = [float(row["defect"]) for row in rows]
        middle.loglog(defects, [1 - float(row[f"cosine_{bank}"]) + 1e-8 for row in rows], ".", color=colour, label=bank)
    middle.set(xlabel="symmetry defect, |ln w/w'|", ylabel="1 - cosine", title="Iris, 10-8 neurons, A and B differ")
    middle.legend(fontsize=8)
    rows = load("accuracy")
    groups = list(dict.fromkeys((row["task"], row["mismatch"]) for row in rows if row["task"] != "xor"))
    for shift, (way, colour) in enumerate(
        (("ideal", "#bbbbbb"), ("transfer", "#e0a458"), ("nominal backward", "#c8553d"), ("EP on the chip", "#3b6ea5"))
    ):
        of = [
            np.array(
                [float(row["accuracy"]) for row in rows if (row["task"], row["mismatch"], row["way"]) == (*group, way)]
            )
            for group in groups
        ]
        places = np.arange(len(groups)) + 0.2 * shift - 0.3
        right.bar(places, [100 * each.mean() for each in of], 0.19, color=colour, label=way)
        for place, each in zip(places, of, strict=True):
            right.plot(place + np.zeros(len(each)), 100 * each, "k.", markersize=3)
    right.set_xticks(
        range(len(groups)),
        [f"{task}\n{name.replace(' ', chr(10), 1) if len(name) > 8 else name}" for task, name in groups],
        fontsize=8,
    )
    right.set(ylim=(60, 100), ylabel="test accuracy (%)", title="few neurons: digits 10, Iris 4")
    right.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncol=4)
    figure.savefig(HERE / "mismatch.svg")


def main(parts: list[str]) -> None:
    if "cosines" in parts:
        save("cosines", cosines(5))
    if "deep" in parts:
        save("deep", deep(3))
    if "accuracy" in parts:
        save("accuracy", accuracy())
    plot()


if __name__ == "__main__":
    main(sys.argv[1:] or ["cosines", "deep", "accuracy"])
