"""`train-circuit sweep`: a grid of trainings, a table and a map of which converge."""

from dataclasses import fields
from pathlib import Path

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.clusters import Bar, cluster_of, cluster_options, going_on
from ebana_like.cli.display import PLAIN_LINES
from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.cluster import Cluster
from ebana_like.errors import counted
from ebana_like.runs import Settings, load_config, require_files_allowed, settings_in
from ebana_like.sweeps import (
    DONE,
    HOW,
    SEED,
    CellResult,
    Goal,
    Grid,
    Group,
    SweepFolder,
    axes_of,
    make_grid,
    open_sweep,
    parse_goal,
    plot_map,
    run_sweep,
    summarise,
    usual_goal,
)
from ebana_like.tasks import TASKS

PROCESSES = "workers"  # here those that train, each one cell at a time; elsewhere those of a batch


def _options() -> list[click.Parameter]:
    """Return an option for every setting, with one for all its values."""
    return [
        click.Option(
            [f"--{entry.name.replace('_', '-')}" + ("s" if entry.name == SEED else ""), entry.name],
            metavar="GRID",
            help=entry.metadata["help"],
        )
        for entry in fields(Settings)
        if entry.name != PROCESSES
    ]


def sweep_task(
    task: str, out: Path | None, config: Path | None, goal: str | None, workers: int, cluster: str, **given: str | None
) -> None:
    """Train the cells that are missing, and show what came of all."""
    printer = Printer(terminal())
    on = cluster_of(workers, cluster, printer)
    settings = TASKS[task].settings
    if config is not None:
        settings = settings_in(load_config(config), "settings", settings, str(config))
        require_files_allowed(settings, config, [name for name, text in given.items() if text is not None])
    grid = make_grid(task, settings, {name: text for name, text in given.items() if text is not None})
    condition = parse_goal(goal) if goal else usual_goal(grid.base)
    with open_sweep(out or Path("runs", f"sweep-{task}"), grid) as folder:
        results = _trained(folder, condition, on, printer)
        groups = summarise(grid, results.values(), condition)
        plot_map(grid, groups, condition, folder.map)
    _print_groups(printer, grid, groups, condition)
    for result in results.values():
        if result.status != DONE:
            printer.line(_ending(result, grid, condition))
    printer.line(f"made:     {folder.path}/  (results.csv, map.svg, a run folder for each cell in cells/)")
    done_cells = [result.cell for result in results.values() if result.status == DONE]
    if done_cells:
        printer.line(f"look:     {program()} inspect {folder.run(done_cells[0]).path}")


def _trained(folder: SweepFolder, goal: Goal, on: Cluster, printer: Printer) -> dict[int, CellResult]:
    """Train the cells that are missing; the results of all.

    Raises SystemExit when interrupted, saying how to go on, and ClusterError where the cluster is none.
    """
    grid, done, cells = folder.grid, len(folder.finished()), len(folder.grid.cells)
    axes = " x ".join(f"{len(axis.points)} {axis.setting}" for axis in grid.axes)
    printer.line(f"{grid.task}: {counted(cells, 'cell')} ({axes or 'one point'}), {done} of them finished, {on}")
    with (
        going_on(lambda: f"{len(folder.finished())} of {cells} cells are finished", folder.results, printer) as stops,
        Bar("cell", cells, printer.console, done) as bar,
    ):
        display = _Display(printer, bar, grid, goal, done)
        return run_sweep(folder, goal, on, display.show, [stops])


def _print_groups(printer: Printer, grid: Grid, groups: list[Group], goal: Goal) -> None:
    measured = list(dict.fromkeys(name for group in groups for name in group.final))
    printer.table(
        [
            *(axis.setting for axis in axes_of(grid)),
            "converged",
            "median epochs",
            "failed",
            *(f"median {name.replace('_', ' ')}" for name in measured),
        ],
        [
            [
                *group.point,
                f"{group.converged}/{group.trainings}",
                f"{group.median_epochs:g}" if group.converged else "-",
                str(group.failed),
                *(f"{group.final[name]:.3g}" if name in group.final else "-" for name in measured),
            ]
            for group in groups
        ],
        title=f"\nconverged: {goal}; epochs until then, of those that converged",
    )


class _Display:
    """Shows cells as they end: beside a bar on a terminal, and now and then as a line."""

    def __init__(self, printer: Printer, bar: Bar, grid: Grid, goal: Goal, done: int) -> None:
        self.printer, self.bar, self.grid, self.goal = printer, bar, grid, goal
        self.total, self.ended = len(grid.cells), done

    def show(self, result: CellResult) -> None:
        """Show how a cell ended."""
        self.ended += 1
        text = _ending(result, self.grid, self.goal)
        self.bar.show(self.ended, text)
        if self.ended % max(self.total // PLAIN_LINES, 1) == 0:
            self.printer.line(f"{self.ended:>4} of {self.total}  {text}")


def _ending(result: CellResult, grid: Grid, goal: Goal) -> str:
    where = " ".join(f"{axis.setting} {value}" for axis, value in zip(grid.axes, result.cell.point, strict=True))
    epoch = goal.reached(result.history)
    how = result.reason if result.status != DONE else f"converged in epoch {epoch}" if epoch else "did not converge"
    return f"cell {result.cell.number} ({where}): {how if result.status == DONE else f'{result.status}, {how}'}"


sweep = click.Command(
    "sweep",
    params=[
        click.Argument(["task"], metavar="TASK", type=click.Choice(list(TASKS))),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of the sweep; the same command goes on in it.  [default: runs/sweep-TASK]",
        ),
        click.Option(["--config"], type=click.Path(path_type=Path), help="TOML file of settings; options override it."),
        ALLOW,
        click.Option(
            ["--goal"],
            metavar="CONDITION",
            help="What counts as converged, as in 'train_loss<1e-3' or 'test_accuracy>0.95'.  "
            "[default: the task's loss to stop at, or train_accuracy>0.95]",
        ),
        *cluster_options("trainings"),
        *_options(),
    ],
    help=f"""Train TASK at every point of a grid of settings, and map which converge.

    Every setting takes a GRID: {HOW}. Settings that are lists have their numbers joined by a slash, as in
    --lr 0.5/0.1,0.3/0.1.

    Stopped by Ctrl-C or by worse, the same command goes on with what is missing; the table is the same however many
    --workers share it, or a --cluster. Settings with one value are those of
    all cells; where none is given, the task's defaults are.

    \b
      train-circuit sweep xor --beta 1e-9:1e-1:log9 --seeds 0:10 --workers 2
    """,
    callback=sweep_task,
)
