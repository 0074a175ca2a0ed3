"""What does a sweep leave behind? Its grid, a results file, and a run folder for every finished cell."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ebana_like.errors import RunError, SettingError
from ebana_like.files import locked, make_folder, read_file, write_atomically
from ebana_like.runs import Run, dump_config, load_config, load_history
from ebana_like.sweeps.goal import Goal
from ebana_like.sweeps.grid import Cell, Grid

SWEEP, RESULTS, MAP = "sweep.toml", "results.csv", "map.svg"
DONE, FAILED, LOST = "done", "failed", "lost"


@dataclass(frozen=True)
class CellResult:
    """How a cell ended: done, failed (it would fail again), or lost with its process; and why, where not done."""

    cell: Cell
    status: str
    reason: str
    history: list[dict[str, float]]


@dataclass(frozen=True)
class SweepFolder:
    """The folder of one grid. A cell is finished once its line stands in the results file."""

    path: Path
    grid: Grid

    @property
    def results(self) -> Path:
        """One line a finished cell."""
        return self.path / RESULTS

    @property
    def map(self) -> Path:
        """The picture."""
        return self.path / MAP

    def run(self, cell: Cell) -> Run:
        """Return the run folder of a cell."""
        return Run(self.path / "cells" / f"{cell.number:04d}")

    def finished(self) -> dict[int, CellResult]:
        """Return the results so far by cell number, without cells that are done but whose history is gone.

        Raises RunError where they cannot be read.
        """
        if not self.results.exists():
            return {}
        cells = self.grid.cells
        try:
            text = io.StringIO(read_file(self.results, "history_bytes", inside=[self.path]).decode(), newline="")
            found = [(cells[int(row["cell"])], row["status"], row["reason"]) for row in csv.DictReader(text)]
        except (ValueError, KeyError, IndexError, csv.Error) as error:
            raise RunError(
                f"{self.results} is not the results of this sweep ({error!r}); delete it to train all cells again"
            ) from error
        results = [CellResult(cell, status, reason, self._history(cell)) for cell, status, reason in found]
        return {each.cell.number: each for each in results if each.history or each.status != DONE}

    def _history(self, cell: Cell) -> list[dict[str, float]]:
        """Return a cell's history; empty where there is none that can be read."""
        try:
            return load_history(self.run(cell))
        except RunError:
            return []

    def write(self, results: dict[int, CellResult], goal: Goal) -> None:
        """Write the results file: where every cell stands, how it ended, its last epoch, and when it met the goal."""
        rows = [self._row(results[number], goal) for number in sorted(results)]
        columns = dict.fromkeys(name for row in rows for name in row)
        text = io.StringIO()
        writer = csv.DictWriter(text, sorted(columns, key="reason".__eq__), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_atomically(self.results, text.getvalue())

    def _row(self, result: CellResult, goal: Goal) -> dict[str, Any]:
        point = dict(zip((axis.setting for axis in self.grid.axes), result.cell.point, strict=True))
        row: dict[str, Any] = {"cell": result.cell.number, **point, "status": result.status}
        if result.history:
            last = result.history[-1]
            measured = {name: last[name] for name in last if name.endswith(("_loss", "_accuracy"))}
            row |= {"epochs": int(last["epoch"]), "epoch_of_goal": goal.reached(result.history), **measured}
            row["seconds"] = f"{sum(epoch['seconds'] for epoch in result.history):.3g}"
        return row | {"reason": result.reason}


@contextmanager
def open_sweep(path: Path, grid: Grid) -> Iterator[SweepFolder]:
    """Keep the folder of a grid, made if there is none, for this process alone.

    Raises SettingError where it holds another grid, saying how they differ, and RunError where it cannot be made, or
    where another process has it open.
    """
    folder, config = SweepFolder(path, grid), path / SWEEP
    make_folder(path)
    make_folder(folder.run(grid.cells[0]).path.parent, path)
    with locked(path):
        if config.exists():
            require_same(load_config(config, [path]), grid.table(), path, "grid")
        else:
            write_atomically(config, dump_config({**grid.table(), "made_by": f"ebana-like-{version('ebana-like')}"}))
        yield folder


def require_same(stored: dict[str, Any], wanted: dict[str, Any], path: Path, what: str) -> None:
    """Raise SettingError naming every setting that two grids, or what it is, do not share, with both values."""
    there, here = _flat(stored), _flat(wanted)
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if names:
        differences = "; ".join(
            f"{name} is {there.get(name, 'not set')} there, {here.get(name)} here" for name in names
        )
        raise SettingError(
            f"{path} holds another {what}: {differences}. Repeat the stored one to go on with it, or give this one a "
            "folder of its own with --out"
        )


def _flat(table: dict[str, Any]) -> dict[str, str]:
    values = {"task": table.get("task"), **table.get("settings", {}), **table.get("axes", {})}
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in values.items()
    }
