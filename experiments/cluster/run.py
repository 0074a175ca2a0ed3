"""Is a grid the same whoever trains it, and what is lost when workers and scheduler are killed meanwhile?

    python experiments/cluster/run.py

Trains 200 cells of XOR on ngspice twice: one after the other in this process, and on a Dask cluster of two workers, of
which five are killed and whose scheduler is killed and started again. Writes results.csv (a line a cell: who trained
it, when, and for how long), summary.csv and timeline.svg beside itself.
"""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from distributed import Client

from ebana_like.cluster import Cluster, share
from ebana_like.sweeps import Cell, make_grid
from ebana_like.sweeps.run import train_cell
from ebana_like.tasks import TASKS

HERE = Path(__file__).parent
SETTINGS = {"beta": "1e-8,1e-7,1e-6,1e-5", "seed": "0:50", "engine": "ngspice", "epochs": "150", "stop_loss": "0"}
PORT = 18786
WORKERS = 2
KILLS = (20, 50, 80, 140, 170)
"""Cells that are done when a worker is killed."""
RESTART = 110
"""Cells that are done when the scheduler is killed."""


@dataclass(frozen=True)
class Trained:
    """A cell as it was trained: a digest of its netlist, by which process, and from when to when (`time.time`)."""

    digest: str
    loss: str
    process: int
    began: float
    ended: float


def timed(cell: Cell) -> Trained:
    began = time.time()
    trained = train_cell("xor", cell)
    assert not trained.reason
    netlist = b"".join(sorted(trained.files["netlist.cir"].splitlines(keepends=True)))
    last = trained.files["history.csv"].decode().splitlines()[-1].split(",")
    return Trained(hashlib.sha256(netlist).hexdigest()[:16], last[1], os.getpid(), began, time.time())


class Machines:
    """A scheduler and its workers, processes of their own, as they run on machines of their own."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack, self.address = stack, f"tcp://127.0.0.1:{PORT}"
        self.begin()
        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(WORKERS)

    def begin(self) -> None:
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(PORT), "--no-dashboard")
        for _ in range(WORKERS):
            self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "60")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("dask")), *words]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stack.callback(process.wait)
        self.stack.callback(process.terminate)
        return process

    def restart(self) -> None:
        """Kill the scheduler, whose workers end then, and start another with others a second later."""
        self.scheduler.kill()
        self.scheduler.wait()
        time.sleep(1)
        self.begin()


@contextmanager
def machines() -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(stack)


def serial(cells: list[Cell]) -> list[Trained]:
    return [outcome.result for outcome in share(timed, cells, Cluster())]


def disturbed(cells: list[Cell]) -> tuple[list[Trained], list[tuple[float, str]], float, float]:
    """Train on a cluster that is killed piecewise; the cells, what was killed when, and when it began and ended."""
    found: dict[int, Trained] = {}
    events: list[tuple[float, str]] = []
    with machines() as cluster:
        began = time.time()
        for outcome in share(timed, cells, Cluster(address=cluster.address, tell=print)):
            assert outcome.result is not None, outcome.reason
            found[outcome.number] = outcome.result
            if len(found) in KILLS:
                os.kill(outcome.result.process, signal.SIGKILL)  # it has the next one in hand
                events.append((time.time(), "worker"))
            if len(found) == RESTART:
                cluster.restart()
                events.append((time.time(), "scheduler"))
        return [found[number] for number in range(len(cells))], events, began, time.time()


def main() -> None:
    cells = make_grid("xor", TASKS["xor"].settings, SETTINGS).cells
    shared, events, began, ended = disturbed(cells)
    start = time.time()
    alone = serial(cells)
    seconds = time.time() - start
    busy = sum(each.ended - each.began for each in shared)
    summary = {
        "cells": len(cells),
        "equal_to_serial": sum((a.digest, a.loss) == (b.digest, b.loss) for a, b in zip(alone, shared, strict=True)),
        "workers": WORKERS,
        "workers_killed": sum(what == "worker" for _, what in events),
        "scheduler_restarts": sum(what == "scheduler" for _, what in events),
        "wall_seconds": f"{ended - began:.1f}",
        "busy_seconds": f"{busy:.1f}",
        "efficiency": f"{busy / (WORKERS * (ended - began)):.4f}",
        "serial_seconds": f"{seconds:.1f}",
        "seconds_a_cell_serial": f"{seconds / len(cells):.2f}",
        "seconds_a_cell_shared": f"{busy / len(cells):.2f}",
    }
    with (HERE / "summary.csv").open("w") as file:
        csv.writer(file, lineterminator="\n").writerows([["what", "value"], *summary.items()])
    processes = list(dict.fromkeys(each.process for each in sorted(shared, key=lambda each: each.began)))
    with (HERE / "results.csv").open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["cell", "beta", "seed", "loss", "netlist", "worker", "began", "ended", "equal_to_serial"])
        for cell, one, other in zip(cells, shared, alone, strict=True):
            times = (f"{one.began - began:.2f}", f"{one.ended - began:.2f}")
            equal = int((one.digest, one.loss) == (other.digest, other.loss))
            worker = processes.index(one.process)
            writer.writerow([cell.number, *cell.point, one.loss, one.digest, worker, *times, equal])
    for name, value in summary.items():
        print(f"{name:<22} {value}")
    plot(shared, processes, events, began, float(summary["efficiency"]))


def plot(shared: list[Trained], processes: list[int], events: list[tuple[float, str]], began: float, e: float) -> None:
    figure, axes = plt.subplots(figsize=(9, 2.8), layout="constrained")
    for k, process in enumerate(processes):
        spans = [(each.began - began, each.ended - each.began) for each in shared if each.process == process]
        axes.broken_barh(spans, (k - 0.4, 0.8), facecolor="#3b6ea5", edgecolor="white", linewidth=0.3)
    for when, what in events:
        colour = "#b03a2e" if what == "scheduler" else "#e59866"
        axes.axvline(when - began, color=colour, linewidth=1, linestyle="-" if what == "scheduler" else ":")
    axes.set(xlabel="seconds", ylabel="worker process", yticks=range(len(processes)))
    axes.set_title(
        f"200 cells on two workers, {100 * e:.0f} % busy: five killed (dotted), the scheduler restarted (line)",
        fontsize="medium",
    )
    axes.invert_yaxis()
    figure.savefig(HERE / "timeline.svg")


if __name__ == "__main__":
    main()
