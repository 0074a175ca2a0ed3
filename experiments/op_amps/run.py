"""Do circuits around operational amplifiers settle as ngspice says, and do their resistors learn? Five by three.

    python experiments/op_amps/run.py [AMPLIFIER ...]

Five amplifiers (opamps.lib) in a state-variable filter at DC, an instrumentation amplifier and a logarithmic amplifier.
Each is solved once and compared with `ngspice -b` at every node; its gradient at one sample is compared with central
differences; then its resistors, and only those outside of the amplifiers, learn 30 samples. 10 are held out.
Writes results.csv, diffs.txt (what changed in the netlists) and picture.svg beside itself.
"""

import csv
import difflib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.fitting import Fit, Prepared, fit, prepare
from ebana_like.netlist import load_netlist
from ebana_like.runs import simulator_of
from ebana_like.simulators import engine_for
from ebana_like.simulators.native.simulator import NativeSimulator
from ebana_like.simulators.ngspice.simulator import NgspiceSimulator
from ebana_like.systems import CircuitSystem
from ebana_like.training import evaluate

HERE = Path(__file__).parent
AMPLIFIERS = ("boyle_bipolar", "boyle_jfet", "boyle_poly", "value_limits", "table_stage")
FIELDS = (
    *("amplifier", "circuit", "engine", "nodes", "largest_deviation_V", "gradient_error"),
    *("loss_before", "train_loss", "held_out_loss", "held_out_r2", "epochs"),
)


@dataclass(frozen=True)
class Task:
    """A circuit and what it is to do.

    trained: its resistors. epochs, in_ngspice, lr: of a training by the native engine, of one in ngspice,
        and the learning rate.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    trained: str
    epochs: int = 80
    in_ngspice: int = 10
    lr: float = 0.03

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Return 40 inputs (samples, inputs) and what is asked for (samples, outputs), volts."""
        rng = np.random.default_rng(3)
        if self.name == "filter":
            x = rng.uniform(-2, 2, (40, 1))
            return x, x * [-0.9, 0.4]
        if self.name == "instrumentation":
            common, difference = rng.uniform(-1, 1, 40), rng.uniform(-0.3, 0.3, 40)
            return np.stack([common - difference / 2, common + difference / 2], axis=1), 12 * difference[:, None]
        x = 10 ** rng.uniform(-2, 1, (40, 1))
        return x, 4 + np.log10(x)


TASKS = (
    Task("filter", ("vin",), ("low", "band"), "r1,r2,r3,r4,r5,r6,r7,r8,r9"),
    Task("instrumentation", ("va", "vb"), ("out",), "r1,r2,r3,r4,r5,r6,r7"),
    Task("logarithm", ("vin",), ("out",), "r1,r2,r3,r4", 200, 60, 0.01),
)
LEARNING = {"test": 0.25, "seed": 0}


def ngspice(path: Path) -> dict[str, float]:
    """Return the node voltages that the program prints, volts."""
    text = path.read_text().replace(".op", "*# set numdgt=16\n.options reltol=1e-9 vntol=1e-12 abstol=1e-15\n.op")
    (path.parent / "printed.cir").write_text(text)
    done = subprocess.run(
        ["ngspice", "-b", "printed.cir"],
        cwd=path.parent,
        env={**os.environ, "HOME": str(path.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    printed = done.stdout.decode(errors="replace")
    return {n: float(v) for n, v in re.findall(r"^\s*(\S+)\s+(-?\d\.\d+e[+-]\d+)\s*$", printed, re.MULTILINE)}


def deviation(path: Path) -> tuple[str, int, float]:
    """Return what solves a netlist, how many nodes both know, and by how much they differ at most, volts."""
    circuit, theirs = load_netlist(path).circuit, ngspice(path)
    engine = engine_for(circuit)
    with (NativeSimulator if engine == "native" else NgspiceSimulator)(circuit) as simulator:
        volts = simulator.solve({}, np.zeros((1, 0))).voltages[0, 0]
    off = [abs(volts[k] - theirs[node]) for k, node in enumerate(circuit.nodes) if node in theirs]
    return engine, len(off), max(off)


def gradient_error(case: Prepared) -> float:
    """Return by how much the adjoint's gradient of the first output is off central differences, relative."""
    circuit, values = case.problem.circuit, dict(case.problem.start().values)
    features = case.problem.data.train.features[:1]
    seed = np.zeros((1, circuit.outputs.count))
    seed[0, 0] = -1.0
    with simulator_of(circuit, case.settings) as simulator:
        points = simulator.solve(values, features)
        signals = CircuitSystem(circuit).adjoint_signals(points, simulator.adjoint(points, seed), seed)
        found, expected = [], []
        for address, value in values.items():
            found += np.asarray(
                signals[address] if isinstance(signals[address], np.ndarray) else signals[address].dense()
            ).tolist()
            for k in range(len(value)):
                step = 1e-4 * value[k]
                scores = []
                for sign in (1, -1):
                    moved = value.copy()
                    moved[k] += sign * step
                    scores.append(simulator.solve({**values, address: moved}, features).scores[0, 0])
                expected.append((scores[0] - scores[1]) / (2 * step))
    scaled = np.concatenate(list(values.values()))  # by share of each value: siemens differ by decades
    off = np.abs((np.array(found) - np.array(expected)) * scaled)
    return float(off.max() / np.abs(np.array(expected) * scaled).max())


def one(amplifier: str, task: Task, folder: Path) -> tuple[dict[str, object], Prepared, Fit]:
    """Solve and train one circuit."""
    path, data = folder / f"{amplifier}_{task.name}.cir", folder / f"{task.name}.csv"
    path.write_text((HERE / f"{task.name}.cir").read_text().replace("AMPLIFIER", amplifier))
    (folder / "opamps.lib").write_text((HERE / "opamps.lib").read_text())
    features, targets = task.samples()
    with data.open("w") as file:
        csv.writer(file).writerows([[*task.inputs, *task.outputs], *np.hstack([features, targets]).tolist()])
    engine, nodes, off = deviation(path)
    epochs = task.epochs if engine == "native" else task.in_ngspice
    given = {
        **LEARNING,
        "data": str(data),
        "train": task.trained,
        "epochs": epochs,
        "lr": task.lr,
        "decay": 0.03 ** (1 / epochs),
    }
    before = prepare(path, given=given)
    error = gradient_error(before)
    after = fit(path, **given)
    train, test = before.problem.data.train, before.problem.data.test
    assert test is not None
    with simulator_of(before.problem.circuit, before.settings) as simulator:
        cost = before.problem.cost
        loss = evaluate(simulator, before.problem.start().values, train, cost).loss
        learned, unseen = (evaluate(simulator, after.kept.values, part, cost) for part in (train, test))
    numbers = (loss, learned.loss, unseen.loss)
    row = [amplifier, task.name, engine, nodes, f"{off:.1e}", f"{error:.1e}", *(f"{n:.2e}" for n in numbers)]
    return dict(zip(FIELDS, [*row, f"{unseen.accuracy:.6f}", epochs], strict=True)), before, after


def difference(case: Fit) -> list[str]:
    """Return the lines that training changed."""
    lines = difflib.unified_diff(case.system.source.text.split("\n"), case.fitted.split("\n"), lineterm="", n=0)
    return [f"{case.system.source.path.name}"] + [
        line for line in lines if line[:3] not in ("---", "+++") and line[0] != "@"
    ]


def draw(axes: plt.Axes, task: Task, before: Prepared, after: Fit) -> None:
    """Plot the first output against what was asked for, before and after."""
    train, test = before.problem.data.train, before.problem.data.test
    with simulator_of(before.problem.circuit, before.settings) as simulator:
        for values, part, marker, color, label in (
            (before.problem.start().values, train, ".", "0.6", "as drawn"),
            (after.kept.values, train, ".", "#3b6ea5", "fitted"),
            (after.kept.values, test, "x", "black", "fitted, held out"),
        ):
            scores = simulator.solve(values, part.features).scores
            axes.plot(part.labels[:, 0], scores[:, 0], marker, color=color, label=label, markersize=4)
    axes.axline((0, 0), slope=1, color="#c4572e", linewidth=0.8)
    axes.set(xlabel="asked (V)", ylabel="answered (V)", title=task.name)


def main() -> None:
    wanted = sys.argv[1:] or AMPLIFIERS
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    rows, changed, drawn = [], [], wanted[-1]
    with TemporaryDirectory() as folder:
        for amplifier in wanted:
            for panel, task in zip(axes, TASKS, strict=True):
                row, before, after = one(amplifier, task, Path(folder))
                rows.append(row)
                changed += [*difference(after), ""]
                print(*row.values(), flush=True)
                if amplifier == drawn:
                    draw(panel, task, before, after)
    axes[0].legend(fontsize=7)
    with (HERE / "results.csv").open("w") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (HERE / "diffs.txt").write_text("\n".join(changed))
    figure.savefig(HERE / "picture.svg")


if __name__ == "__main__":
    main()
