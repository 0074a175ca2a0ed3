"""How well do devices read MNIST? 784-100-10, rests kept, of fine devices written once they fill a tenth of the range.

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
from run import FINE, PRESETS, WRITTEN, rarely
from trainings import configured

RESULTS = Path(__file__).parent / "mnist.csv"

CASES = (
    *(("ecram", seed, 10) for seed in range(3)),
    *(("capacitor", seed, 10) for seed in range(3)),
    *((name, 0, 3) for name in (*PRESETS, *WRITTEN)),
)
"""Technology, seed, epochs."""


def kept(technology: str) -> str:
    """Return the options by which rests are kept, none where devices do not move by pulses."""
    if technology in FINE:
        return rarely(technology)
    return "" if technology in ("ideal", *WRITTEN) else "rounding=kept"


class Course(Callback):
    """Says how far a training is."""

    every_batch = False

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        assert record.test is not None
        print(f"  epoch {record.epoch}: test error {100 * (1 - record.test.accuracy):.2f} %", flush=True)


def settings(technology: str, seed: int, epochs: int, path: str) -> Settings:
    """Return plain steps in single precision, with conductances to 3e-7 S: ECRAM's symmetry points, at 0.41 of the
    range, lie where the network works then; rates a unit of conductance are half as large. Chosen for ECRAM.
    """
    return replace(
        configured(Path(__file__).parents[1] / "mnist" / "local.toml", TASKS["mnist"].settings),
        data=path,
        seed=seed,
        technology=technology,
        technology_options=kept(technology),
        epochs=epochs,
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
    for technology, seed, epochs in CASES:
        case = {"technology": technology, "options": kept(technology), "seed": seed, "epochs": epochs}
        if any(all(row[name] == str(value) for name, value in case.items()) for row in done):
            continue
        print(case, flush=True)
        given, began = settings(technology, seed, epochs, path), time.perf_counter()
        problem = TASKS["mnist"].problem(given)
        with simulator_of(problem.circuit, given) as simulator:
            last = train(problem, simulator, callbacks=[Course()]).records[-1]
        assert last.test is not None
        row = {
            **case,
            "test_error": f"{100 * (1 - last.test.accuracy):.2f}",
            "train_error": f"{100 * (1 - last.train.accuracy):.2f}",
            "clamped": f"{last.clamped:.3f}",
            "seconds": f"{time.perf_counter() - began:.0f}",
        }
        add_row(RESULTS, row)


if __name__ == "__main__":
    main(sys.argv[1])
