"""What does a training leave behind? A run folder: settings, the trained circuit as a netlist, and the history."""

import csv
import io
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ebana_like.errors import RunError
from ebana_like.files import write_atomically
from ebana_like.netlist import Netlist, load_netlist, save_netlist
from ebana_like.simulators import Simulator
from ebana_like.training.loop import EpochRecord, Problem, Progress
from ebana_like.training.settings import Settings, as_table, decode, dump_config, load_config

CONFIG, NETLIST, HISTORY = "config.toml", "netlist.cir", "history.csv"
_PACKAGES = ("ebana-like", "numpy", "scipy", "numba", "PySpice")


@dataclass(frozen=True)
class Run:
    """A run folder. Files in it are replaced whole, so that each is readable at any moment."""

    path: Path

    @property
    def netlist(self) -> Path:
        """The trained circuit."""
        return self.path / NETLIST

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.path / HISTORY

    def config(self) -> dict[str, Any]:
        """Return what was recorded when the run began. Raises RunError where there is nothing."""
        if not (self.path / CONFIG).is_file():
            raise RunError(f"{self.path} is not a run folder: it has no {CONFIG}")
        return load_config(self.path / CONFIG)

    def settings(self) -> Settings:
        """Return the run's settings."""
        where = str(self.path / CONFIG)
        return decode(self.config().get("settings", {}), Settings(), where)

    def task(self) -> str:
        """Return the name of the run's task."""
        return str(self.config().get("run", {}).get("task", ""))


def create_run(root: Path, task: str, settings: Settings, reduced: bool = False) -> Run:
    """Make the folder `root/<task>-<date>-<n>` with its config.

    reduced: whether the simulator solves a smaller circuit in place of the netlist's.
    Raises RunError where the folder cannot be made.
    """
    day = date.today().strftime("%Y%m%d")
    try:
        root.mkdir(parents=True, exist_ok=True)
        number = 1
        while (path := root / f"{task}-{day}-{number}").exists():
            number += 1
        path.mkdir()
    except OSError as error:
        raise RunError(f"cannot make a run folder in {root}: {error.strerror}; choose another with --out") from error
    return begin_run(path, task, settings, reduced)


def begin_run(path: Path, task: str, settings: Settings, reduced: bool = False) -> Run:
    """Write the config of a run into a folder that is there; otherwise as `create_run`."""
    about = {
        "task": task,
        "command": shlex.join(["train-circuit", *sys.argv[1:]]),
        "date": date.today(),
        "reduced": reduced,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _PACKAGES},
    }
    write_atomically(path / CONFIG, dump_config({"run": about, "settings": as_table(settings)}))
    return Run(path)


class RunRecorder:
    """The callback that keeps a run folder current: netlist and history after every epoch."""

    def __init__(self, run: Run, task: str, problem: Problem, simulator: Simulator) -> None:
        self.run = run
        self.problem = problem
        self.simulator = simulator
        self.settings = {
            "task": task,
            "seed": str(problem.seed),
            "made_by": f"ebana-like-{version('ebana-like')}",
        }
        self.records: list[EpochRecord] = []

    def on_batch(self, progress: Progress) -> None:
        """Do nothing: the netlist is written once an epoch."""

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Write history and netlist."""
        self.records.append(record)
        write_atomically(self.run.history, history_text(self.records))
        self.save(progress, durable=False)

    def save(self, progress: Progress, durable: bool = True) -> None:
        """Write the netlist with the present conductances, and the output voltages they give for the first sample."""
        circuit, features = self.problem.circuit, self.problem.data.train.features[:1]
        points = self.simulator.solve(progress.conductances, features)
        ports = (*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist())
        recorded = {circuit.nodes[node]: float(points.voltages[0, 0, node]) for node in dict.fromkeys(ports) if node}
        present = circuit.with_conductances(progress.conductances).with_features(features[0])
        settings = {**self.settings, "epochs": str(progress.epoch)}
        save_netlist(Netlist(present, recorded if points.usable[0] else {}, settings), self.run.netlist, durable)


def history_text(records: Sequence[EpochRecord]) -> str:
    """Return the history as CSV: one line an epoch; accuracies are fractions, times seconds, sample_ms milliseconds."""
    rows = [_row(record) for record in records]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(record: EpochRecord) -> dict[str, str]:
    row: dict[str, float | int] = {"epoch": record.epoch}
    for part in ("train", "validation", "test"):
        evaluation = getattr(record, part)
        if evaluation is not None:
            row |= {f"{part}_loss": evaluation.loss, f"{part}_{evaluation.measure}": evaluation.accuracy}
    row |= {
        "gradient_norm": record.gradient_norm,
        "clamped": record.clamped,
        "seconds": record.seconds,
        "solves": record.solves,
        "failures": record.failures,
        "sample_ms": 1e3 * record.seconds / max(record.samples, 1),
    }
    return {name: str(value) if isinstance(value, int) else f"{value:.7g}" for name, value in row.items()}


def load_history(run: Run) -> list[dict[str, float]]:
    """Return the history's lines as numbers by column; empty before the first epoch."""
    if not run.history.is_file():
        return []
    with run.history.open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def load_circuit(path: Path) -> Netlist:
    """Return the netlist of a run folder or of a file. Raises RunError or NetlistError where there is none."""
    if path.is_dir():
        if not (path / NETLIST).is_file():
            raise RunError(f"{path} has no {NETLIST}; give a run folder or a netlist file")
        return load_netlist(path / NETLIST)
    return load_netlist(path)
