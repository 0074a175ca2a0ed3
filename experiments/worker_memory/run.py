"""How much memory do a long training in ngspice and its worker keep?

    python experiments/worker_memory/run.py

Trains XOR for 100,000 batches of four samples; writes results.csv (a line every thousand batches) beside itself, and
fails where parent and worker together were ever larger by 20 MB than after ten batches.
"""

import argparse
import csv
import mmap
import sys
import time
from dataclasses import replace
from pathlib import Path

from ebana_like.simulators import NgspiceSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, Progress, train

HERE = Path(__file__).parent

EVERY = 1000
"""Batches a line of the results, and an epoch: the history of a training grows by a record an epoch."""

LOOKS = 10
"""Batches between two looks at the memory; growth counts from the first one."""

ALLOWED = 20e6
"""Bytes."""


def resident(process: int | str) -> int:
    """Return the memory of a process that no file holds, bytes."""
    _, in_use, shared = map(int, Path(f"/proc/{process}/statm").read_text().split()[:3])
    return (in_use - shared) * mmap.PAGESIZE


class Watcher(Callback):
    """Writes down the memory of parent and worker after every so many batches; counts the workers."""

    def __init__(self, simulator: NgspiceSimulator, results: Path) -> None:
        self.simulator = simulator
        self.results = results
        self.rows: list[dict[str, float]] = []
        self.at_first: tuple[int, int] | None = None
        self.largest = (0, 0)
        self.workers: dict[int, None] = {}
        self.began = time.perf_counter()

    def on_batch(self, progress: Progress) -> None:
        (process,) = self.simulator.processes
        self.workers[process] = None
        if progress.steps % LOOKS == 0:
            now = resident("self"), resident(process)
            self.at_first = self.at_first or now
            self.largest = max(self.largest[0], now[0]), max(self.largest[1], now[1])
        if progress.steps % EVERY == 0:
            self.rows.append(
                {
                    "batches": progress.steps,
                    "seconds": round(time.perf_counter() - self.began, 1),
                    "parent_bytes": self.largest[0],
                    "worker_bytes": self.largest[1],
                    "workers": len(self.workers),
                }
            )
            self.largest = (0, 0)
            with self.results.open("w") as file:
                writer = csv.DictWriter(file, self.rows[0], lineterminator="\n")
                writer.writeheader()
                writer.writerows(self.rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=100_000)
    parser.add_argument("--results", type=Path, default=HERE / "results.csv")
    given = parser.parse_args()
    task = TASKS["xor"]
    one = task.problem(replace(task.settings, stop_loss=0.0))
    many = replace(one.data, train=one.data.train.take([*range(4)] * EVERY))
    problem = replace(one, data=many, batch=4, epochs=given.batches // EVERY, patience=0)
    with NgspiceSimulator(problem.circuit) as simulator:
        watcher = Watcher(simulator, given.results)
        train(problem, simulator, callbacks=[watcher])
    last, first = watcher.rows[-1], watcher.at_first
    assert first is not None
    names = ("parent_bytes", "worker_bytes")
    grown = [max(row[name] for row in watcher.rows) - at for name, at in zip(names, first, strict=True)]
    print(
        f"{last['batches']} batches in {last['seconds']:.0f} s, {last['workers']} workers; "
        f"parent grew by {grown[0] / 1e6:.1f} MB, worker by {grown[1] / 1e6:.1f} MB"
    )
    sys.exit(sum(grown) >= ALLOWED)


if __name__ == "__main__":
    main()
