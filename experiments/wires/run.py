"""What do wires cost a network, and what does learning in them give back? Digits, r from 0.1 to 200 ohm a segment.

    python experiments/wires/run.py [R ...]

For each r: the ideally trained conductances moved to the chip with wires; equilibrium propagation in the wires, where
every cell learns from its own drop; and the same with drops taken at the ports, as if there were no wires. Rows of
results.csv are written as they come, and those that stand there are not computed again; then wires.svg is drawn.
"""

import csv
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, WiredCrossbar, dense
from ebana_like.learning import Estimate
from ebana_like.runs import Settings
from ebana_like.simulators import NativeSimulator, Simulator
from ebana_like.systems import CircuitSystem, Nudging, OperatingPoints
from ebana_like.tasks import TASKS
from ebana_like.training import Problem, evaluate, train
from ebana_like.values import Values

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
OHMS = ("0.1", "1", "10", "50", "200")
SETTINGS = replace(TASKS["digits"].settings, epochs=6, decay=0.7)
SAMPLES = 200
"""Training samples over which the two rules' gradients are compared."""


@dataclass
class AtPorts:
    """A simulator of a circuit with wires, whose user takes it for the circuit without."""

    simulator: Simulator
    plain: Circuit
    reduced: bool = False

    @property
    def circuit(self) -> Circuit:
        return self.plain

    @property
    def system(self) -> CircuitSystem:
        return CircuitSystem(self.plain)

    def solve(self, values: Values, features: FloatArray, nudging: Nudging | None = None) -> OperatingPoints:
        return replace(self.simulator.solve(values, features, nudging), circuit=self.plain)

    def adjoint(self, points: OperatingPoints, currents: FloatArray) -> FloatArray:
        return self.simulator.adjoint(points, currents)

    def forget(self) -> None:
        self.simulator.forget()

    def __enter__(self) -> Self:
        self.simulator.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.simulator.__exit__(kind, error, trace)


def problem(settings: Settings) -> Problem:
    return TASKS["digits"].problem(settings)


def accuracy(of: Problem, values: Values) -> float:
    """Return the share of test digits that are read right, in percent."""
    assert of.data.test is not None
    with NativeSimulator(of.circuit) as simulator:
        return 100 * evaluate(simulator, values, of.data.test, of.cost).accuracy


def learned(of: Problem, plain: Circuit | None = None) -> Values:
    """Return the values after training; plain: learns as if that were the circuit."""
    native = NativeSimulator(of.circuit)
    with native if plain is None else AtPorts(native, plain) as simulator:
        return train(of, simulator).values


def estimate(of: Problem, simulator: Simulator, values: Values) -> Estimate:
    samples = np.arange(SAMPLES)
    data, rng = of.data.train, np.random.default_rng(0)
    targets = data.targets(of.cost, samples)
    return of.estimator.estimate(simulator, values, data.volts(samples), targets, of.cost, rng)


def cosine(of: Problem, plain: Circuit, values: Values) -> float:
    """Return the cosine of the gradients of the first crossbar by both rules."""
    with NativeSimulator(of.circuit) as native:
        both = [estimate(of, each, values).signals for each in (native, AtPorts(native, plain))]
    a, b = (dense(signals["crossbar1.conductance"]) for signals in both)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def left(of: Problem, values: Values) -> float:
    """Return what of the first crossbar's conductance is seen at its ports, in percent."""
    bank = of.circuit.with_values(values).bank("crossbar1", WiredCrossbar)
    return float(100 * bank.fields.reduced(False).across.sum() / bank.conductance.sum())


def row(ohms: str, seed: int, ideal: Problem, values: Values) -> dict[str, object]:
    """Return what is found at one resistance; values: ideally trained."""
    wired = problem(replace(SETTINGS, seed=seed, wires=f"row={ohms},column={ohms}"))
    began = time.perf_counter()
    found: dict[str, object] = {"ohms": ohms, "seed": seed, "ideal": f"{accuracy(ideal, values):.1f}"}
    found["transfer"] = f"{accuracy(wired, values):.1f}"
    found["cells"] = f"{accuracy(wired, learned(wired)):.1f}"
    found["seconds"] = f"{time.perf_counter() - began:.0f}"
    found["ports"] = f"{accuracy(wired, learned(wired, ideal.circuit)):.1f}"
    found["cosine"] = f"{cosine(wired, ideal.circuit, values):.4f}"
    found["left"] = f"{left(wired, values):.1f}"
    return found


def done() -> list[dict[str, str]]:
    if not RESULTS.exists():
        return []
    with RESULTS.open() as file:
        return list(csv.DictReader(file))


def main(all_ohms: tuple[str, ...], seeds: tuple[int, ...] = (0,)) -> None:
    for seed in seeds:
        missing = [ohms for ohms in all_ohms if (ohms, str(seed)) not in {(r["ohms"], r["seed"]) for r in done()}]
        if not missing:
            continue
        ideal = problem(replace(SETTINGS, seed=seed))
        values = learned(ideal)
        for ohms in missing:
            found = row(ohms, seed, ideal, values)
            print(", ".join(f"{name} {value}" for name, value in found.items()), flush=True)
            begins = not RESULTS.exists()
            with RESULTS.open("a") as file:
                writer = csv.DictWriter(file, found, lineterminator="\n")
                if begins:
                    writer.writeheader()
                writer.writerow(found)
    plot(sorted(done(), key=lambda each: float(each["ohms"])))


def plot(rows: list[dict[str, str]]) -> None:
    figure, (above, below) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    ohms = [float(each["ohms"]) for each in rows]

    def column(name: str) -> list[float]:
        return [float(each[name]) for each in rows]

    above.axhline(np.mean(column("ideal")), color="#777777", linestyle=":", label="no wires")
    for name, colour, mark, label in (
        ("cells", "#3b6ea5", "o", "learned in the wires, each cell by its own drop"),
        ("ports", "#d99a2b", "s", "learned in the wires, drops taken at the ports"),
        ("transfer", "#c8553d", "^", "learned without wires, then moved"),
    ):
        above.plot(ohms, column(name), color=colour, marker=mark, label=label)
    above.set(xscale="log", xlabel="resistance of a segment (ohm)", ylabel="digits read right (%)", ylim=(0, 102))
    above.legend(fontsize=8, loc="lower left")
    below.plot(ohms, [100 * each for each in column("cosine")], color="#d99a2b", marker="s", label="cosine x 100")
    below.plot(ohms, column("left"), color="#777777", marker="o", label="conductance seen at the ports (%)")
    below.set(xscale="log", xlabel="resistance of a segment (ohm)", ylim=(0, 102))
    below.set_title("gradient at the ports beside that of the cells, first crossbar", fontsize=9)
    below.legend(fontsize=8, loc="lower left")
    figure.savefig(HERE / "wires.svg", metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or OHMS)
