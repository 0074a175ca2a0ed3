"""How long does a pass over digits take beside energy-based-learning, its authors' own program? In turns, on one core.

    python experiments/hopfield/beside.py PATH FOLDER PYTHON [DIGITS [TURNS]]

FOLDER is a copy of github.com/rain-neuromorphics/energy-based-learning, PYTHON one that has torch. Both train
784-1024-10 and 784-1024-1024-10 in batches of 16 by centered equilibrium propagation with nudging 0.2: theirs for its
published iterations (papers/fast-drn/dhn.py), ours until no unit moves by more than 1e-4 (1e-3 with two layers). Adds
medians of seconds of the processor to beside.csv.
"""

import os
import statistics
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

HERE, BATCH, BETA = Path(__file__).parent, 16, 0.2
ITERATIONS = {1: (15, 15), 2: (50, 20)}
"""Of theirs, freely and nudged, by hidden layers."""

RATES = {1: ([0.05, 0.05], 1e-4), 2: ([0.2, 0.05, 0.01], 1e-3)}
"""Rates of the layers, and what is still in ours."""


def theirs(path: str, hidden: int, digits: int) -> Any:
    """Return what trains theirs for one pass."""
    sys.path.insert(0, os.environ["FOLDER"])
    import numpy as np
    import torch

    board: Any = types.ModuleType("torch.utils.tensorboard")
    board.SummaryWriter = object
    sys.modules["torch.utils.tensorboard"] = board
    from model.function.cost import SquaredError
    from model.function.network import Network
    from model.hopfield.minimizer import FixedPointMinimizer
    from model.hopfield.network import DeepHopfieldEnergy
    from training.epoch import Trainer
    from training.monitor import Optimizer
    from training.sgd import AugmentedFunction, EquilibriumProp

    with np.load(path) as file:
        x = torch.tensor(file["x_train"][:digits].reshape(-1, 1, 28, 28) / 255, dtype=torch.float32)
        y = torch.tensor(file["y_train"][:digits].astype(int))
    energy = DeepHopfieldEnergy([(1, 28, 28), *[(1024,)] * hidden, (10,)], [0.7] * (hidden + 1))
    cost, network = SquaredError(energy.layers()[-1]), Network(energy)
    pulled = AugmentedFunction(energy, cost)
    settling = [FixedPointMinimizer(of, network.free_layers()) for of in (energy, pulled)]
    for each, count in zip(settling, ITERATIONS[hidden], strict=True):
        each.num_iterations, each.mode = count, "asynchronous"
    rule = EquilibriumProp(energy.params(), energy.layers(), pulled, cost, settling[1])
    rule.nudging, rule.variant = BETA, "centered"
    batches = [(x[k : k + BATCH], y[k : k + BATCH]) for k in range(0, digits, BATCH)]
    steps = Optimizer(energy, cost, RATES[hidden][0] * 2, 0.0, 0.0)
    return Trainer(network, cost, energy.params(), batches, rule, steps, settling[0]).run


def ours(path: str, hidden: int, digits: int) -> Any:
    """Return what trains ours for one pass."""
    from dataclasses import replace

    import numpy as np
    from hopfield_trainings import TASK, settings_of

    from ebana_like.data import Split
    from ebana_like.runs.assembly import engine_of
    from ebana_like.training import train

    rates, still = RATES[hidden]
    changes = {"hidden": (1024,) * hidden, "batch": BATCH, "beta": BETA, "epochs": 1, "lr": tuple(rates)}
    settings = replace(settings_of(HERE / "one.toml"), data=path, still=still, **changes)
    problem = TASK.problem(settings)
    problem = replace(problem, data=Split(problem.data.train.take(np.arange(digits))))
    engine = engine_of(problem, settings)
    return lambda: train(problem, engine)


def answer(side: str, path: str, hidden: str, digits: str) -> None:
    """Train for a pass whenever a line comes, and say how long the processor took."""
    run = {"theirs": theirs, "ours": ours}[side](path, int(hidden), int(digits))
    for _ in sys.stdin:
        began = time.process_time()
        run()
        print(f"seconds {time.process_time() - began}", flush=True)


def asked(process: "subprocess.Popen[str]") -> float:
    """Return the seconds of one pass."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return next(float(line.split()[1]) for line in process.stdout if line.startswith("seconds"))


def main(path: str, folder: str, python: str, digits: str = "320", turns: str = "5") -> None:
    """Ask both in turns."""
    from rows import add_row

    for hidden in ITERATIONS:
        sides = {
            side: subprocess.Popen(
                [program, __file__, side, path, str(hidden), digits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "FOLDER": folder},
            )
            for side, program in (("theirs", python), ("ours", sys.executable))
        }
        for process in sides.values():
            asked(process)  # compiles
        found = [{side: asked(process) for side, process in sides.items()} for _ in range(int(turns))]
        medians = {side: statistics.median(row[side] for row in found) for side in sides}
        ratio = statistics.median(row["theirs"] / row["ours"] for row in found)
        network = "-".join(map(str, (784, *[1024] * hidden, 10)))
        row = {"network": network, "digits": digits, "turns": turns}
        row |= {side: f"{seconds:.3f}" for side, seconds in medians.items()} | {"ratio": f"{ratio:.1f}"}
        add_row(HERE / "beside.csv", row)
        print(row, flush=True)
        for process in sides.values():
            process.communicate()


if __name__ == "__main__":
    given = sys.argv[1:]
    answer(*given) if given[0] in ("theirs", "ours") else main(*given)
