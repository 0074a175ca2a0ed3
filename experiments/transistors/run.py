"""Do transistor circuits train? Four of them, in ngspice, by the default of `fit`: the adjoint.

    python experiments/transistors/run.py

A common-emitter stage learns a bias and a gain, a long-tailed pair the hyperbolic tangent, a MOS pair a soft step
by resistors and widths, and a crossbar of 4 x 4 transistors with resistors four sums, by its 16 gate voltages. A
quarter of each table is held out. Writes results.csv, the fitted netlists, their diffs and picture.svg beside itself.
"""

import csv
import difflib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from ebana_like.analysis.differences import differences, distance, flat
from ebana_like.elements import FloatArray
from ebana_like.fitting import Fit, fit, prepare
from ebana_like.runs import simulator_of
from ebana_like.training import evaluate

HERE = Path(__file__).parent
SAMPLES, CHECKED = 48, 6

SUMS = np.array(
    [[0.10, 0.05, 0.07, 0.06], [0.06, 0.10, 0.05, 0.08], [0.08, 0.05, 0.06, 0.09], [0.05, 0.07, 0.09, 0.06]]
)
"""What each input adds to each output of the crossbar, volts a volt."""


@dataclass(frozen=True)
class Case:
    """What a circuit is to learn. target: of inputs (samples, inputs), (samples, outputs), volts."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    low: float
    high: float
    target: Callable[[FloatArray], FloatArray]
    settings: dict[str, object]


CASES = {
    "common_emitter": Case(
        ("v1",),
        ("out",),
        0.8,
        1.2,
        lambda x: 5 - 5 * (x - 1),
        {"range": "r1=1k:100k,r2=10k:1meg,r3=3k:330k,rc=1k:47k,re=100:6.8k", "lr": 0.002, "epochs": 150},
    ),
    "long_tailed_pair": Case(
        ("v1",),
        ("a-b",),
        -0.4,
        0.4,
        lambda x: -2 * np.tanh(8 * x),
        {"range": "rb*=100:10k,rc*=1k:100k,re*=10:1k,rt=1.5k:150k", "lr": 0.002, "epochs": 120},
    ),
    "mos_pair": Case(
        ("v1",),
        ("a-b",),
        -1.2,
        1.2,
        lambda x: -1.5 * np.tanh(1.5 * x),
        {"train": "r*,m*.w", "range": "r*=5k:80k,m*.w=1u:50u", "lr": 0.008, "epochs": 80},
    ),
    "crossbar_1t1r": Case(
        ("vin1", "vin2", "vin3", "vin4"),
        ("y1", "y2", "y3", "y4"),
        0.0,
        0.3,
        lambda x: x @ SUMS,
        {"train": "vg*", "range": "vg*=0.5:5", "lr": 0.015, "epochs": 70},
    ),
}


def given(name: str, folder: Path) -> dict[str, object]:
    """Write a case's table; return the settings of its fit."""
    case, rng = CASES[name], np.random.default_rng(11)
    x = rng.uniform(case.low, case.high, (SAMPLES, len(case.inputs)))
    rows = [",".join(f"{value:.6f}" for value in row) for row in np.hstack([x, case.target(x)])]
    (folder / f"{name}.csv").write_text("\n".join([",".join([*case.inputs, *case.outputs]), *rows]) + "\n")
    ports = {"inputs": ",".join(case.inputs), "outputs": ",".join(case.outputs)}
    return {"data": str(folder / f"{name}.csv"), **ports, "test": 0.25, "batch": 12, "decay": 0.99, **case.settings}


def gradient_error(netlist: Path, settings: dict[str, object]) -> float:
    """Return how far the first gradient of a fit is from five-point differences of ngspice, relative."""
    prepared = prepare(netlist, given=settings)
    problem, data = prepared.problem, prepared.problem.data.train
    samples = np.arange(CHECKED)
    features, targets, cost = data.volts(samples), data.targets(problem.cost, samples), problem.cost
    values, rng = problem.start().values, np.random.default_rng(0)
    with simulator_of(problem.circuit, prepared.settings) as simulator:
        found = problem.estimator.estimate(simulator, values, features, targets, cost, rng).gradients
        truth = differences(lambda v: float(cost.value(simulator.solve(v, features).scores, targets).mean()), values)
    # by what each value moves when it changes by a share of itself: ohms beside micrometres
    scaled = [{address: slopes[address] * values[address] for address in values} for slopes in (found, truth)]
    return distance(flat(scaled[0]), flat(scaled[1]))


def one(name: str, folder: Path) -> tuple[Fit, list[object], list[FloatArray]]:
    """Fit a circuit; return it, its line of results, and inputs, targets and answers before and after, held out."""
    netlist, settings = HERE / f"{name}.cir", given(name, folder)
    began = time.perf_counter()
    done = fit(netlist, **settings)
    seconds = time.perf_counter() - began
    done.save(HERE / f"{name}_fitted.cir")
    problem, start, kept = done.problem, done.problem.start().values, done.kept.values
    test, before, after = problem.data.test, [], []
    assert test is not None
    with simulator_of(problem.circuit, done.settings) as simulator:
        for part in (problem.data.train, test):
            before.append(evaluate(simulator, start, part, problem.cost))
            after.append(evaluate(simulator, kept, part, problem.cost))
        answers = [simulator.solve(values, test.features).scores for values in (start, kept)]
    error = answers[1] - test.targets(problem.cost)
    texts = done.system.source.text.splitlines(), done.fitted.splitlines()
    changes = list(difflib.unified_diff(*texts, netlist.name, f"{name}_fitted.cir", lineterm="", n=0))
    (HERE / f"{name}.diff").write_text("\n".join(changes) + "\n")
    row = [
        name,
        done.settings.estimator,
        len(done.system.trained),
        f"{before[0].loss:.3e}",
        f"{after[0].loss:.3e}",
        f"{after[1].loss:.3e}",
        f"{1e3 * np.sqrt((error**2).mean()):.2f}",
        f"{after[1].accuracy:.6f}",
        f"{gradient_error(netlist, settings):.1e}",
        sum(line.startswith("+") for line in changes) - 1,
        f"{seconds:.0f}",
    ]
    return done, row, [test.features, test.targets(problem.cost), *answers]


HEAD = ["circuit", "estimator", "trained", "train_loss_before", "train_loss", "test_loss", "test_rms_mV", "test_r2"]


def main() -> None:
    figure, axes = plt.subplots(1, 4, figsize=(14, 3.2), layout="constrained")
    rows = []
    with TemporaryDirectory() as folder:
        for panel, name in zip(axes, CASES, strict=True):
            _, row, seen = one(name, Path(folder))
            print(*row, flush=True)
            rows.append(row)
            draw(panel, name, *seen)
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([[*HEAD, "gradient_error", "lines_changed", "seconds"], *rows])
    figure.savefig(HERE / "picture.svg")


def draw(panel: plt.Axes, name: str, x: FloatArray, wanted: FloatArray, before: FloatArray, after: FloatArray) -> None:
    """Draw held-out answers: over the input where there is one, else over what was wanted."""
    across = x[:, 0] if x.shape[1] == 1 else None
    for answers, mark, label in ((before, "x", "before"), (after, ".", "after")):
        panel.plot((wanted if across is None else across[:, None]).ravel(), answers.ravel(), mark, label=label)
    order = np.argsort(across if across is not None else wanted.ravel())
    line = wanted.ravel()[order]
    panel.plot(line if across is None else across[order], line, "k-", linewidth=1, label="wanted", zorder=0)
    panel.set(title=name.replace("_", " "), xlabel="wanted (V)" if across is None else "v1 (V)", ylabel="answer (V)")
    panel.legend(fontsize="small")


if __name__ == "__main__":
    main()
