"""Is a grid the same whoever trains it, and what is lost when workers and scheduler are killed meanwhile?

    python experiments/cluster/run.py

Trains 200 cells of XOR on ngspice twice: on a Dask cluster of two workers, of which five are killed and whose scheduler
is killed and started again, and one after the other in this process. Goes on where it was stopped: where events.csv is
there, with the cells that are not in serial.csv. Writes shared.csv and serial.csv (a line a cell: by which process,
from when to when), events.csv, summary.csv and timeline.svg beside itself.
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
SETTINGS = {"beta": "1e-8,1e-7,1e-6,1e-5", "seed": "0:50", "engine": "ngspice", "epochs": "500", "stop_loss": "0"}
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


def serial(cells: list[Cell]) -> dict[int, Trained]:
    """Train the cells that serial.csv has not, one after the other in this process; all by number."""
    found = read("serial.csv")
    missing = [cell for cell in cells if cell.number not in found]
    for outcome in share(timed, missing, Cluster()):
        assert outcome.result is not None, outcome.reason
        found[outcome.item.number] = outcome.result
        write("serial.csv", found)
    return found


def read(name: str) -> dict[int, Trained]:
    if not (HERE / name).exists():
        return {}
    with (HERE / name).open() as file:
        rows = list(csv.DictReader(file))
    return {
        int(row["cell"]): Trained(
            row["digest"], row["loss"], int(row["process"]), float(row["began"]), float(row["ended"])
        )
        for row in rows
    }


def write(name: str, found: dict[int, Trained]) -> None:
    with (HERE / name).open("w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["cell", "digest", "loss", "process", "began", "ended"])
        for number in sorted(found):
            one = found[number]
            writer.writerow([number, one.digest, one.loss, one.process, f"{one.began:.2f}", f"{one.ended:.2f}"])


def disturbed(cells: list[Cell]) -> None:
    """Train on a cluster that is killed piecewise; write the cells, and what was killed when."""
    found: dict[int, Trained] = {}
    with machines() as cluster:
        events = [("began", time.time())]
        for outcome in share(timed, cells, Cluster(address=cluster.address, tell=print)):
            assert outcome.result is not None, outcome.reason
            found[outcome.number] = outcome.result
            if len(found) in KILLS:
                os.kill(outcome.result.process, signal.SIGKILL)  # it has the next one in hand
                events.append(("worker", time.time()))
            if len(found) == RESTART:
                cluster.restart()
                events.append(("scheduler", time.time()))
        events.append(("ended", time.time()))
    write("shared.csv", found)
    with (HERE / "events.csv").open("w") as file:
        csv.writer(file, lineterminator="\n").writerows([["what", "when"], *((w, f"{t:.2f}") for w, t in events)])


def main() -> None:
    cells = make_grid("xor", TASKS["xor"].settings, SETTINGS).cells
    if not (HERE / "events.csv").exists():
        disturbed(cells)
    shared = read("shared.csv")
    with (HERE / "events.csv").open() as file:
        events = [(row["what"], float(row["when"])) for row in csv.DictReader(file)]
    began, wall = events[0][1], events[-1][1] - events[0][1]
    busy = sum(each.ended - each.began for each in shared.values())
    efficiency = busy / (WORKERS * wall)
    print(f"{len(shared)} cells on {WORKERS} workers in {wall:.0f} s, {100 * efficiency:.1f} % busy", flush=True)
    plot(list(shared.values()), events, began, efficiency)
    alone = serial(cells)
    summary = {
        "cells": len(shared),
        "equal_to_serial": sum((shared[k].digest, shared[k].loss) == (alone[k].digest, alone[k].loss) for k in shared),
        "workers": WORKERS,
        "workers_killed": sum(what == "worker" for what, _ in events),
        "scheduler_restarts": sum(what == "scheduler" for what, _ in events),
        "wall_seconds": f"{wall:.1f}",
        "busy_seconds": f"{busy:.1f}",
        "efficiency": f"{efficiency:.4f}",
    }
    with (HERE / "summary.csv").open("w") as file:
        csv.writer(file, lineterminator="\n").writerows([["what", "value"], *summary.items()])
    for name, value in summary.items():
        print(f"{name:<22} {value}")


def plot(shared: list[Trained], events: list[tuple[str, float]], began: float, efficiency: float) -> None:
    processes = list(dict.fromkeys(each.process for each in sorted(shared, key=lambda each: each.began)))
    figure, axes = plt.subplots(figsize=(9, 2.8), layout="constrained")
    for k, process in enumerate(processes):
        spans = [(each.began - began, each.ended - each.began) for each in shared if each.process == process]
        axes.broken_barh(spans, (k - 0.4, 0.8), facecolor="#3b6ea5", edgecolor="white", linewidth=0.3)
    for what, when in events[1:-1]:
        colour = "#b03a2e" if what == "scheduler" else "#e59866"
        axes.axvline(when - began, color=colour, linewidth=1, linestyle="-" if what == "scheduler" else ":")
    axes.set(xlabel="seconds", ylabel="worker process", yticks=range(len(processes)))
    axes.set_title(
        f"{len(shared)} cells on {WORKERS} workers, {100 * efficiency:.0f} % busy: workers killed (dotted), "
        "the scheduler restarted (line)",
        fontsize="medium",
    )
    axes.invert_yaxis()
    figure.savefig(HERE / "timeline.svg")


if __name__ == "__main__":
    main()
