"""How does a person say where work is done, and what is seen of it meanwhile?"""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, program
from ebana_like.cli.signals import Stops
from ebana_like.cluster import Cluster
from ebana_like.errors import ClusterError, visible
from ebana_like.limits import require_at_most

Command = TypeVar("Command", bound=Callable[..., Any])

CLUSTER = "cluster"


def cluster_options(what: str) -> list[click.Option]:
    """Return the options that say where work is done; what: is shared, as in "trainings"."""
    return [
        click.Option(
            ["--workers"],
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help=f"Processes that share {what}; 1: none beside this one.",
        ),
        click.Option(
            [f"--{CLUSTER}"],
            metavar="ADDRESS",
            default="",
            help=f"Dask scheduler whose workers share {what}, as in tcp://node7:8786.",
        ),
    ]


def on_clusters(what: str) -> Callable[[Command], Command]:
    """Give a command the options that say where work is done."""

    def with_options(command: Command) -> Command:
        assert isinstance(command, click.Command)
        command.params.extend(cluster_options(what))
        return command

    return with_options


def cluster_of(workers: int, address: str, printer: Printer) -> Cluster:
    """Return where a person wants work done; what they should know of it is printed.

    Raises SettingError for more workers than can be meant, and where both are given.
    """
    require_at_most("workers", workers, f"workers is {workers:,}")
    return Cluster(workers, address, printer.line)


class Bar:
    """A bar that shows how many of some things are done, on a terminal. A context manager."""

    def __init__(self, what: str, total: int, console: Console, done: int = 0) -> None:
        self.bar = Progress(
            TextColumn(what),
            MofNCompleteColumn(),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[state]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.row = self.bar.add_task(what, total=total, completed=done, state="")

    def __enter__(self) -> "Bar":
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    def show(self, done: int, state: str = "") -> None:
        """Show how many are done, and what is to be said of the last one."""
        self.bar.update(self.row, completed=done, state=visible(state))


@contextmanager
def going_on(told: Callable[[], str], where: Path, printer: Printer) -> Iterator[Stops]:
    """Say how to go on with work that a signal stops, or a cluster that goes away.

    told: how much of it is done, in words, as in "3 of 24 cells are finished". where: what is done is kept. The
    context's value stops trainings of this process. Raises SystemExit for a signal, and ClusterError.
    """
    with Stops() as stops:
        try:
            yield stops
        except KeyboardInterrupt:
            printer.line(f"stopped: {told()}, in {where}")
            printer.line(f"go on:    {program()} {shlex.join(sys.argv[1:])}")
            raise SystemExit(stops.status) from None
        except ClusterError as error:
            raise ClusterError(f"{error}; {told()}, and the same command goes on") from error


@contextmanager
def shown(doing: str, what: str, total: int, printer: Printer) -> Iterator[Callable[[int], None]]:
    """Show how work goes on: a bar on a terminal, elsewhere a line where it takes long.

    doing: what is being done, in words. what: one of the things that are counted. The context's value takes how many
    are done.
    """
    if printer.console.is_terminal:
        with Bar(what, total, printer.console) as bar:
            yield bar.show
    else:
        with patience(doing):
            yield lambda done: None
