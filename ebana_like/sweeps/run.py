"""How are the cells of a grid trained? By the workers of a cluster, those that are finished already left out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ebana_like.cluster import Cluster, share
from ebana_like.errors import EbanaError
from ebana_like.files import TemporaryFolder, make_folder, write_atomically
from ebana_like.runs import Run, RunRecorder, begin_run, history_text, load_history, simulator_of, with_files_found
from ebana_like.sweeps.folder import DONE, FAILED, LOST, CellResult, SweepFolder
from ebana_like.sweeps.goal import Goal
from ebana_like.sweeps.grid import Cell
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Progress, train


@dataclass(frozen=True)
class TrainedCell:
    """What a worker sends back, which may be on another machine: the files of a run folder by name, but its config.

    reduced: whether ngspice solved a smaller circuit. reason: why the training failed, empty where it did not.
    """

    reduced: bool
    files: Mapping[str, bytes]
    reason: str = ""


def train_cell(task: str, cell: Cell, callbacks: Sequence[Callback] = ()) -> TrainedCell:
    """Train one cell; of a training that fails there is its history.

    Written once at the end: netlist and history after every epoch made XOR 8 times slower.
    """
    settings, history = cell.settings, _History()
    problem = TASKS[task].problem(settings)
    with simulator_of(problem.circuit, settings) as simulator, TemporaryFolder("cell") as folder:
        run, reason = Run(folder.path / "run"), ""
        make_folder(run.path)
        try:
            progress = train(problem, simulator, callbacks=[history, *callbacks])
            RunRecorder(run, task, settings, problem, simulator).finish(progress)
        except EbanaError as error:
            reason = str(error)
        if history.records:
            write_atomically(run.history, history_text(history.records))
        return TrainedCell(simulator.reduced, _files_in(run.path), reason)


@dataclass
class _History(Callback):
    """The callback that keeps every epoch's record, of a training that fails too."""

    records: tuple[EpochRecord, ...] = ()

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        self.records = progress.records


def run_sweep(
    folder: SweepFolder,
    goal: Goal,
    on: Cluster,
    watch: Callable[[CellResult], None] = lambda result: None,
    callbacks: Sequence[Callback] = (),
) -> dict[int, CellResult]:
    """Train all cells that are not finished; the results of all, by cell number.

    watch: called with every cell that ends. callbacks: of trainings in this process. Cells that were lost with their
    worker are tried again; those that failed are not, for they would fail again. What is finished stays so after
    KeyboardInterrupt, and when the cluster goes away.
    """
    results = folder.finished()
    folder.write(results, goal)
    missing = [
        Cell(cell.number, cell.point, with_files_found(cell.settings))
        for cell in folder.grid.cells
        if cell.number not in results or results[cell.number].status == LOST
    ]
    work = partial(train_cell, callbacks=callbacks) if on.is_here else train_cell
    with closing(share(work, missing, on, folder.grid.task)) as outcomes:
        for outcome in outcomes:
            cell, reason = outcome.item, outcome.reason
            if outcome.result is not None:
                reason = outcome.result.reason
                _write(folder, cell, outcome.result)
            status = LOST if outcome.lost else FAILED if reason else DONE
            result = CellResult(cell, status, reason, load_history(folder.run(cell)))
            results[cell.number] = result
            folder.write(results, goal)
            watch(result)
    return results


def _write(folder: SweepFolder, cell: Cell, trained: TrainedCell) -> None:
    """Write the run folder of a cell."""
    path = folder.run(cell).path
    make_folder(path, folder.path)
    begin_run(path, folder.grid.task, cell.settings, trained.reduced)
    for name, content in trained.files.items():
        make_folder((path / name).parent, folder.path)
        write_atomically(path / name, content, root=folder.path)


def _files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and those below it, by their names from there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
