"""How are the cells of a grid trained? In processes of their own, those that are finished already left out."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ebana_like.files import make_folder, write_atomically
from ebana_like.runs import RunRecorder, begin_run, history_text, load_history, simulator_of, with_files_found
from ebana_like.sweeps.folder import DONE, FAILED, LOST, CellResult, SweepFolder
from ebana_like.sweeps.goal import Goal
from ebana_like.sweeps.grid import Cell
from ebana_like.sweeps.pool import share
from ebana_like.tasks import TASKS
from ebana_like.training import Callback, EpochRecord, Progress, train


@dataclass(frozen=True)
class Job:
    """A cell on its way to a process: what to train, and the run folder to leave it in."""

    task: str
    cell: Cell
    path: Path


def train_cell(job: Job) -> None:
    """Train one cell into its run folder; the history of a training that fails is kept.

    Written once at the end: netlist and history after every epoch made XOR 8 times slower.
    """
    settings, history = with_files_found(job.cell.settings), _History()
    problem = TASKS[job.task].problem(settings)
    with simulator_of(problem.circuit, settings) as simulator:
        make_folder(job.path, job.path.parent.parent)
        run = begin_run(job.path, job.task, settings, simulator.reduced)
        try:
            progress = train(problem, simulator, callbacks=[history])
            RunRecorder(run, job.task, settings, problem, simulator).finish(progress)
        finally:
            if history.records:
                write_atomically(run.history, history_text(history.records))


@dataclass
class _History(Callback):
    """The callback that keeps every epoch's record, of a training that fails too."""

    records: tuple[EpochRecord, ...] = ()

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        self.records = progress.records


def run_sweep(
    folder: SweepFolder, goal: Goal, workers: int, watch: Callable[[CellResult], None] = lambda result: None
) -> dict[int, CellResult]:
    """Train all cells that are not finished; the results of all, by cell number.

    workers: processes. watch: called with every cell that ends. Cells that were lost with their process are tried
    again; those that failed are not, for they would fail again. What is finished stays so after KeyboardInterrupt.
    """
    results = folder.finished()
    folder.write(results, goal)
    missing = [
        Job(folder.grid.task, cell, folder.run(cell).path)
        for cell in folder.grid.cells
        if cell.number not in results or results[cell.number].status == LOST
    ]
    with closing(share(train_cell, missing, workers)) as outcomes:
        for outcome in outcomes:
            cell = outcome.item.cell
            status = LOST if outcome.lost else FAILED if outcome.reason else DONE
            result = CellResult(cell, status, outcome.reason, load_history(folder.run(cell)))
            results[cell.number] = result
            folder.write(results, goal)
            watch(result)
    return results
