"""What does a person see when something is wrong? One line, the right exit status, and a traceback only on request."""

import errno
import sys
from importlib import import_module
from typing import Any

import click

from ebana_like.cli.train import train_command
from ebana_like.errors import EbanaError, SettingError, meant
from ebana_like.tasks import TASKS

BAD_USE, FAILED = 2, 1

NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
"""What the system says when a file cannot grow."""

OTHERS = {
    "tasks": ("tasks", "list the tasks with size, expected result and time"),
    "config": ("config", "print a task's settings as a file to edit"),
    "resume": ("resume", "go on with an interrupted run, or train it longer"),
    "fit": ("fit", "train a netlist of your own on a table"),
    "inspect": ("inspect", "show what is in a run folder or a netlist"),
    "report": ("report", "write what came out of a run as a page"),
    "plot": ("report", "draw one picture of a run"),
    "compare": ("report", "draw runs over each other, and list in what they differ"),
    "voltages": ("readout", "print node voltages as they stand, or for every row of a table"),
    "predict": ("readout", "print what a circuit answers to every row of a table"),
    "rerun": ("rerun", "run a netlist in another SPICE program and compare voltages"),
    "gradcheck": ("examine", "compare gradient estimators with the adjoint and finite differences"),
    "power": ("examine", "show where co-content and power sit in a circuit"),
    "sweep": ("sweep", "train a grid of settings, and map which converge"),
    "bench": ("bench", "measure speed on this machine"),
}
"""The commands that are no task: the module each is in, and what it is for. Importing all takes seconds."""


class Commands(click.Group):
    """A group that turns this program's errors into one line, and suggests the command that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one, name the nearest."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            raise click.UsageError(f'there is no task or command "{name}"; {meant(name, self.list_commands(ctx))}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EbanaError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"error: {error}", err=True)
            sys.exit(BAD_USE if isinstance(error, SettingError) else FAILED)
        except OSError as error:  # from numba, when it keeps what it compiles
            if ctx.params.get("debug") or error.errno not in NO_ROOM:
                raise
            click.echo(f"error: {error.strerror}: the disk has no room; make some, and begin again", err=True)
            sys.exit(FAILED)


class Sections(Commands):
    """The top-level group: tasks, which its help lists first, and other commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of tasks, then those of the other commands."""
        return [*TASKS, *OTHERS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command, importing its module where it is no task."""
        if name in TASKS:
            return train_command(TASKS[name])
        if name not in OTHERS:
            return None
        module, _ = OTHERS[name]
        command: click.Command = getattr(import_module(f"ebana_like.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write two lists: tasks to train, and what to do with their runs."""
        with formatter.section("Tasks to train"):
            formatter.write_dl([(name, task.summary) for name, task in TASKS.items()])
        with formatter.section("Other commands"):
            formatter.write_dl([(name, short_help) for name, (_, short_help) in OTHERS.items()])
