"""What does a training leave behind? A run folder: settings, the trained circuit, the history, and checkpoints."""

import csv
import io
import os
import platform
import shlex
import shutil
import sys
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, overload

from ebana_like.errors import RunError, SettingError
from ebana_like.files import is_inside, make_folder, read_file, write_atomically
from ebana_like.netlist import Netlist, load_netlist
from ebana_like.runs.config import ABOUT, as_table, dump_config, load_config, settings_in
from ebana_like.runs.named_files import allow_files, require_files_allowed
from ebana_like.runs.settings import AnySettings, Settings, TrainingSettings
from ebana_like.training.progress import EpochRecord

CONFIG, NETLIST, HISTORY, CHECKPOINTS = "config.toml", "netlist.cir", "history.csv", "checkpoint"
REDUCED = "netlist_reduced.cir"
_PACKAGES = ("ebana-like", "numpy", "scipy", "numba", "jax", "optax", "PySpice")


@dataclass(frozen=True)
class Run:
    """A run folder. Files in it are replaced whole, so that each is readable at any moment."""

    path: Path

    @property
    def netlist(self) -> Path:
        """The trained circuit."""
        return self.path / NETLIST

    @property
    def reduced(self) -> Path:
        """The trained circuit with plain resistors in the place of crossbars with wires; there where it has any."""
        return self.path / REDUCED

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.path / HISTORY

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / CHECKPOINTS

    def config(self) -> dict[str, Any]:
        """Return what was recorded when the run began. Raises RunError where there is nothing."""
        if not (self.path / CONFIG).exists():
            raise RunError(f"{self.path} is not a run folder: it has no {CONFIG}")
        return load_config(self.path / CONFIG, [self.path])

    @overload
    def settings(self) -> Settings: ...

    @overload
    def settings(self, kind: type[AnySettings]) -> AnySettings: ...

    def settings(self, kind: type[TrainingSettings] = Settings) -> TrainingSettings:
        """Return the run's settings. kind: of which they are; what a run trains says so."""
        return settings_in(self.config(), "settings", kind(), str(self.path / CONFIG))

    def require_files_allowed(self, settings: TrainingSettings, given: Container[str] = ()) -> None:
        """Raise SettingError where its settings not given otherwise name files outside it that are not allowed."""
        require_files_allowed(settings, self.path / CONFIG, given)

    def task(self) -> str:
        """Return the name of the run's task."""
        about = self.config().get(ABOUT, {})
        if not isinstance(about, dict):
            raise SettingError(f"{self.path / CONFIG}: {ABOUT} is {about!r}; expected a table")
        return str(about.get("task", ""))

    def record(self, settings: TrainingSettings) -> None:
        """Replace the settings in the config by others, where they differ."""
        before = self.settings(type(settings))
        if settings != before:
            allow_files(settings, before)
            tables = self.config() | {"settings": as_table(settings)}
            write_atomically(self.path / CONFIG, dump_config(tables), durable=True)


def create_run(
    root: Path, task: str, settings: TrainingSettings, reduced: bool = False, name: str = "", numbered: bool = True
) -> Run:
    """Make the folder `root/<name>-<date>-<n>`, which has its config from the first moment.

    reduced: whether the simulator solves a smaller circuit in place of the netlist's.
    name: the task's unless given. numbered: whether date and number stand behind it.
    Raises RunError where the folder cannot be made.
    """
    name = name or task
    make_folder(root)
    try:
        unborn = Path(mkdtemp(prefix=f".{name}-", dir=root))
    except OSError as error:
        raise RunError(f"cannot make a run folder in {root}: {error.strerror}; choose another with --out") from error
    try:
        begin_run(unborn, task, settings, reduced)
        unborn.chmod(0o755)
        return Run(_renamed(unborn, f"{name}-{date.today():%Y%m%d}") if numbered else _named(unborn, name))
    except BaseException:
        shutil.rmtree(unborn, ignore_errors=True)
        raise


def begin_run(path: Path, task: str, settings: TrainingSettings, reduced: bool = False) -> Run:
    """Write the config of a run into a folder that is there; otherwise as `create_run`."""
    allow_files(settings)
    about = {
        "task": task,
        "command": shlex.join(["train-circuit", *sys.argv[1:]]),
        "date": date.today(),
        "reduced": reduced,
        "versions": versions(),
    }
    write_atomically(path / CONFIG, dump_config({ABOUT: about, "settings": as_table(settings)}), durable=True)
    return Run(path)


@cache
def versions() -> dict[str, str]:
    """Return the versions of what a training's numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def _named(folder: Path, name: str) -> Path:
    """Give a folder a name. Raises RunError where something else has it."""
    path = folder.with_name(name)
    try:
        return folder.rename(path)
    except OSError as error:
        raise RunError(
            f"cannot make {path}: {error.strerror}; choose another folder with --out, or go on with what is there by "
            "train-circuit resume"
        ) from error


def _renamed(folder: Path, name: str) -> Path:
    """Give a folder the first of the names `name-1`, `name-2` ... that is free."""
    number = 1
    while True:
        path = folder.with_name(f"{name}-{number}")
        try:
            return folder.rename(path)
        except OSError as error:
            if not os.path.lexists(path):
                raise RunError(f"cannot make {path}: {error.strerror}; choose another folder with --out") from error
            number += 1


def history_text(records: Sequence[EpochRecord], head: bool = True) -> str:
    """Return the history as CSV: one line an epoch; accuracies are fractions, times seconds, sample_ms milliseconds."""
    rows = [_row(record) for record in records]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    if head:
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
    """Return the history's lines as numbers by column; empty before the first epoch.

    Raises RunError where they are not what a training wrote.
    """
    if not run.history.exists():
        return []
    try:
        text = read_file(run.history, "history_bytes", inside=[run.path]).decode()
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(text.splitlines())]
    except (ValueError, TypeError, AttributeError, csv.Error) as error:
        raise RunError(f"{run.history} is damaged: {error}") from error


def load_circuit(path: Path) -> Netlist:
    """Return the netlist of a run folder or of a file. Raises RunError or NetlistError where there is none."""
    if path.is_dir():
        if not (path / NETLIST).is_file():
            raise RunError(f"{path} has no {NETLIST}; give a run folder or a netlist file")
        if not is_inside(path / NETLIST, [path]):
            raise RunError(f"{path / NETLIST} leads out of its folder; copy the netlist there, or give its own name")
        return load_netlist(path / NETLIST)
    return load_netlist(path)
