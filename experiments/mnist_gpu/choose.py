"""How well does a network of networks.py, or one of real diodes, read digits that are held out, at a rate of its own?

    python experiments/mnist_gpu/choose.py PATH NAME --rate R [--batch N] [--epochs N] [--digits N]
    python experiments/mnist_gpu/choose.py PATH --hidden N ... --rate R [...]

By Adam, on a cosine, with the adjoint in single precision: learns from the first N of 50,000 training digits and prints
after every epoch how many of the last 10,000 it reads wrongly. What README.md says of choices was printed so.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from networks import NETWORKS, real
from run import Watch

from ebana_like.data import Split
from ebana_like.runs import simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import train

KEPT = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("name", nargs="?", choices=list(NETWORKS), metavar="NAME")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--hidden", type=int, nargs="+")
    parser.add_argument("--digits", type=int, default=KEPT)
    given = parser.parse_args()
    if (given.name is None) == (given.hidden is None):
        parser.error("give a NAME or --hidden")
    training = real(*given.hidden) if given.hidden else NETWORKS[given.name]
    changes: dict[str, Any] = {"update": "adam", "lr": given.rate, "estimator": "adjoint", "epochs": given.epochs}
    if training.published is not None:
        changes["lr_bias"] = given.rate
    if given.batch:
        changes["batch"] = given.batch
    settings = replace(training.settings, data=given.path, **changes)
    problem = TASKS[training.task].problem(settings)
    whole = problem.data.train
    held = whole.take(np.arange(KEPT, len(whole)))
    problem = replace(problem, data=Split(whole.take(np.arange(given.digits)), test=held))
    print(f"{given.name or settings.hidden}: {given.digits} digits, tested on {len(held)} others of the training set")
    with simulator_of(problem.circuit, settings) as simulator:
        train(problem, simulator, callbacks=[Watch()])


if __name__ == "__main__":
    main()
