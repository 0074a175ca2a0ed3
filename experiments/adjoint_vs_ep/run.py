"""Where does one-sided nudging leave the gradient during training? The XOR circuit of the adjoint paper, its Fig. 5.

    python experiments/adjoint_vs_ep/run.py

Trains the circuit by four estimators from the same start, on ngspice, and records the mean |gradient| of every
iteration as the paper does. Writes results.csv and gradients.svg beside itself.
"""

import csv
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.analysis.differences import distance, flat
from ebana_like.circuit import Circuit
from ebana_like.elements import CurrentSources, Diodes, Range, Resistors, VoltageSources
from ebana_like.learning import Adjoint, Centered, Estimator, HigherOrder, Positive, SquaredError
from ebana_like.netlist import diode_model
from ebana_like.nudges import Currents
from ebana_like.ports import InputPorts, OutputPorts
from ebana_like.simulators import NgspiceSimulator

HERE = Path(__file__).parent
SEED, ITERATIONS, RATE = 0, 600, 1.2e-8
BETA = 1e-4  # siemens, as large as the largest conductances at the start: the bias shows within one training
START, LIMITS = (1e-5, 1e-4), (1e-7, 1e-3)  # siemens
VOLTS, BIAS, TARGET = 1.0, 1.0, 0.05

CORNERS = VOLTS * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
TARGETS = TARGET * np.array([[-1.0], [1.0], [1.0], [-1.0]])
COST = SquaredError()

ADJOINT = "adjoint"
ESTIMATORS: dict[str, Estimator] = {
    ADJOINT: Adjoint(),
    "positive": Positive(BETA),
    "centered": Centered(BETA),
    "higher order": HigherOrder(BETA),
}
SHOWN = (0, 100, 300, ITERATIONS - 1)


def paper_circuit(seed: int) -> Circuit:
    """The text's circuit: X1, X2 and two opposite bias voltages X3, X4 on a 4 x 2 crossbar; an up-down pair of diodes
    at each of the nodes V1, V2; V1, V2, X3 and X4 on a 4 x 2 crossbar to Y1, Y2. No amplifiers, inputs not doubled."""
    rng = np.random.default_rng(seed)
    nodes = ("0", "x1", "x2", "x3", "x4", "v1", "v2", "y1", "y2")
    at = {name: k for k, name in enumerate(nodes)}

    def place(*names: str) -> np.ndarray:
        return np.array([at[name] for name in names], dtype=np.intp)

    def crossbar(name: str, rows: np.ndarray, columns: np.ndarray) -> Resistors:
        labels = tuple(f"r{name}_{i}_{j}" for j in range(2) for i in range(4))
        start = rng.uniform(*START, 8)
        return Resistors(
            name, labels, np.tile(rows, 2), np.repeat(columns, 4), start, trainable={"conductance": Range(*LIMITS)}
        )

    hidden, outputs, biases, none = place("v1", "v2"), place("y1", "y2"), place("x3", "x4"), place("0", "0")
    silicon = diode_model("d1n4148")
    banks = (
        VoltageSources("inputs", ("vx1", "vx2"), place("x1", "x2"), none, np.zeros(2)),
        VoltageSources("bias", ("vx3", "vx4"), biases, none.copy(), np.array([BIAS, -BIAS])),
        crossbar("input", place("x1", "x2", "x3", "x4"), hidden),
        Diodes("up", ("dup1", "dup2"), hidden.copy(), none.copy(), silicon),
        Diodes("down", ("ddown1", "ddown2"), none.copy(), hidden.copy(), silicon),
        crossbar("output", np.concatenate([hidden, biases]), outputs),
        CurrentSources("nudge", ("inudge",), outputs[1:].copy(), outputs[:1].copy(), np.zeros(1)),
    )
    ports = InputPorts("inputs", np.arange(2), np.ones(2)), OutputPorts(outputs[:1].copy(), outputs[1:].copy())
    return Circuit("xor circuit of the adjoint paper", nodes, banks, *ports, Currents.driven("nudge"))


def trained(name: str, simulator: NgspiceSimulator, iterations: int) -> list[dict[str, float | str]]:
    """Gradient descent on all four corners from the circuit's own conductances; a row an iteration."""
    conductances, rows, rng = simulator.circuit.values(), [], np.random.default_rng(0)
    for iteration in range(iterations):
        arguments = (simulator, conductances, CORNERS, TARGETS, COST, rng)
        found = ESTIMATORS[name].estimate(*arguments)
        truth = found if name == ADJOINT else Adjoint().estimate(*arguments)
        gradient, exact = flat(found.gradients), flat(truth.gradients)
        rows.append(
            {
                "estimator": name,
                "iteration": iteration,
                "loss": float(COST.value(found.points.scores, TARGETS).mean()),
                "mean_gradient": float(np.abs(gradient).mean()),
                "mean_true_gradient": float(np.abs(exact).mean()),
                "error": distance(gradient, exact),
            }
        )
        conductances = {bank: np.clip(g - RATE * found.gradients[bank], *LIMITS) for bank, g in conductances.items()}
    return rows


def main() -> None:
    with NgspiceSimulator(paper_circuit(SEED)) as simulator:
        runs = {name: trained(name, simulator, ITERATIONS) for name in ESTIMATORS}
    rows = [{k: f"{v:.8g}" if isinstance(v, float) else v for k, v in row.items()} for r in runs.values() for row in r]
    with (HERE / "results.csv").open("w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{'':13}" + "".join(f"  after {k:4}: |gradient|  error" for k in SHOWN))
    for name, run in runs.items():
        print(f"{name:13}" + "".join(f"  {run[k]['mean_gradient']:22.3e}  {run[k]['error']:.0e}" for k in SHOWN))
    true = np.array([row["mean_gradient"] for row in runs[ADJOINT]])
    for name in (name for name in runs if name != ADJOINT):
        ratio = np.array([row["mean_gradient"] for row in runs[name]]) / true
        left = np.flatnonzero(np.abs(np.log(ratio)) > 0.1)
        since = f"10 % off from iteration {left[0]} on" if left.size else "always within 10 %"
        print(f"{name}: {since}, between {ratio.min():.6g} and {ratio.max():.6g} of the adjoint's curve")
    draw(runs)


def draw(runs: dict[str, list[dict]]) -> None:
    figure, panels = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    columns = {
        "mean_gradient": "mean |gradient| (V²/S)",
        "error": "error at the same point",
        "loss": "loss (V²)",
    }
    for axes, (column, label) in zip(panels, columns.items(), strict=True):
        for k, (name, run) in enumerate(runs.items()):
            if column != "error" or name != ADJOINT:
                style = {"linestyle": ("-", "-", "--", ":")[k], "color": f"C{k}"}
                axes.semilogy([row[column] for row in run], label=name, **style)
        axes.set(xlabel="iteration", title=label)
        axes.grid(alpha=0.3)
    panels[0].legend(fontsize="small")
    figure.savefig(HERE / "gradients.svg")


if __name__ == "__main__":
    main()
