"""How well do ECRAM and capacitors read MNIST? 784-100-10, rests written once they fill a tenth of the range.

    python experiments/devices/mnist.py PATH

Rows are appended to mnist.csv as they are computed; a row that is there is not computed again.
"""

import csv
import sys
import time
from dataclasses import replace
from pathlib import Path

from ebana_like.runs import Settings
from ebana_like.runs.assembly import simulator_of
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Progress, train

sys.path.insert(0, str(Path(__file__).parents[1]))
from rows import add_row
from trainings import configured

RESULTS = Path(__file__).parent / "mnist.csv"

RARELY = "rounding=kept,least=100,most=200"

TENTH = "rounding=kept,least=40,most=80"
"""The same share of the range, in pulses of a capacitor."""

CASES = (
    ("ecram", RARELY, 0),
    ("ecram", RARELY, 1),
    ("ecram", RARELY, 2),
    *(("capacitor", TENTH, seed) for seed in range(3)),
)
"""Technology, its options, seed."""


class Course(Callback):
    """Says how far a training is."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        assert record.test is not None
        print(f"  epoch {record.epoch}: test error {100 * (1 - record.test.accuracy):.2f} %", flush=True)


def settings(technology: str, options: str, seed: int, path: str) -> Settings:
    """Return plain steps in single precision, with conductances to 3e-7 S: ECRAM's symmetry points, at 0.41 of the
    range, lie where the network works then; rates a unit of conductance are half as large. Chosen for ECRAM.
    """
    return replace(
        configured(Path(__file__).parents[1] / "mnist" / "local.toml", TASKS["mnist"].settings),
        data=path,
        seed=seed,
        technology=technology,
        technology_options=options,
        precision="single",
        estimator="adjoint",
        g_high=3e-7,
        lr_by_size=(0.222, 0.00139),
    )


def main(path: str) -> None:
    done: list[dict[str, str]] = []
    if RESULTS.exists():
        with RESULTS.open() as file:
            done = list(csv.DictReader(file))
    for technology, options, seed in CASES:
        case = {"technology": technology, "options": options, "seed": seed}
        if any(all(row[name] == str(value) for name, value in case.items()) for row in done):
            continue
        print(case, flush=True)
        given, began = settings(technology, options, seed, path), time.perf_counter()
        problem = TASKS["mnist"].problem(given)
        with simulator_of(problem.circuit, given) as simulator:
            last = train(problem, simulator, callbacks=[Course()]).records[-1]
        assert last.test is not None
        row = {
            **case,
            "epochs": last.epoch,
            "test_error": f"{100 * (1 - last.test.accuracy):.2f}",
            "train_error": f"{100 * (1 - last.train.accuracy):.2f}",
            "clamped": f"{last.clamped:.3f}",
            "seconds": f"{time.perf_counter() - began:.0f}",
        }
        add_row(RESULTS, row)


if __name__ == "__main__":
    main(sys.argv[1])
