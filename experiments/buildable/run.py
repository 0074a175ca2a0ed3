"""What does it cost to build a fitted circuit from what can be bought? Three netlists, E24 and a potentiometer's steps.

    python experiments/buildable/run.py

Each netlist of netlists/foreign is fitted with values that a digital potentiometer of 256 steps and 1 MOhm can have,
and then built from the series E24 and from its steps. Writes results.csv beside itself, and prints it.
"""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ebana_like.analysis.buildable import buildable
from ebana_like.fitting import fit
from ebana_like.hardware.stock import stock
from ebana_like.learning import update_named
from ebana_like.runs import simulator_of
from ebana_like.training import evaluate

HERE = Path(__file__).parent
NETLISTS = HERE.parents[1] / "netlists" / "foreign"

OHMS, STEPS = 1e6, 256
RANGE = {"g_low": 1 / (OHMS * (STEPS - 1) / STEPS), "g_high": STEPS / OHMS}
COMMON = {"epochs": 60, "validation": 0.15, "test": 0.25, "decay": 0.97, **RANGE}
CASES = {
    "ladder.cir": {"lr": 0.003},
    "clipper.cir": {"lr": 0.001},
    "graph.cir": {"lr": 0.01, "inputs": "vin1=x1,vin2=x2,vin3=x3,vin4=x4", "outputs": "o1"},
}
STOCKS = ("E24", f"digipot:{STEPS}:{OHMS:g}")
EPOCHS, RATE = 20, 0.1
"""After each step of rounding, and the rate then over that of the fit."""


def linear_table(folder: Path) -> Path:
    """Write the table that the graph learns: a linear function of four inputs."""
    rng = np.random.default_rng(0)
    inputs = rng.uniform(-1, 1, (60, 4))
    rows = np.column_stack([inputs, 0.1 + inputs @ [0.05, 0.3, 0.15, 0.25]])
    path = folder / "linear.csv"
    path.write_text("x1,x2,x3,x4,o1\n" + "".join(",".join(f"{v:.6f}" for v in row) + "\n" for row in rows))
    return path


def main() -> None:
    rows = []
    with TemporaryDirectory() as folder:
        for name, settings in CASES.items():
            data = linear_table(Path(folder)) if name == "graph.cir" else NETLISTS / name.replace(".cir", ".csv")
            done = fit(NETLISTS / name, **COMMON, **settings, data=data)
            problem = done.problem
            rule = update_named("adam", RATE * settings["lr"])
            for text in STOCKS:
                with simulator_of(problem.circuit, done.settings) as simulator:
                    found = buildable(problem, done.kept.values, stock(text), simulator, rule, EPOCHS)
                    held = [
                        evaluate(simulator, values, problem.data.test, problem.cost)
                        for values in (done.kept.values, found.values)
                    ]
                losses = [f"{loss:.3e}" for _, loss in found.losses]
                answers = [f"{each.accuracy:.4f}" for each in held]
                rows.append([name, len(found.places), text, *losses, *answers])
                print(*rows[-1], flush=True)
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        stages = ["trained", "rounded", "retrained", "neighbours"]
        writer.writerow(["netlist", "values", "stock", *stages, "r2_trained", "r2_built"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
