"""What does a person see when something is wrong? One line, the right exit status, and a traceback only on request."""

import errno
import re
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from ebana_like.cli.printer import SPELLERS, complain, program
from ebana_like.cli.train import train_command
from ebana_like.errors import EbanaError, SettingError, meant
from ebana_like.tasks import TASKS

BAD_USE, FAILED, STOPPED = 2, 1, 130
"""Exit statuses: what was typed cannot be meant, what was meant failed, and Ctrl-C."""

NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
"""What the system says when a file cannot grow."""

OTHERS = {
    "tasks": ("tasks", "list the tasks with size, expected result and time"),
    "rules": ("rules", "list update rules, schedules and technologies with their options"),
    "learners": ("learners", "list systems and rules, what goes with what, and why not"),
    "config": ("config", "print a task's settings as a file to edit"),
    "resume": ("resume", "go on with an interrupted run, or train it longer"),
    "hopfield": ("hopfield", "train a Hopfield network on a task"),
    "meta": ("meta", "learn what weights leak to, over many small tasks"),
    "fit": ("fit", "train a netlist of your own on a table"),
    "board": ("board", "search where on a board of resistors ports should be, to learn a table"),
    "inspect": ("inspect", "show what is in a run folder or a netlist"),
    "report": ("report", "write what came out of a run as a page"),
    "plot": ("report", "draw one picture of a run"),
    "compare": ("report", "draw runs over each other, and list in what they differ"),
    "voltages": ("readout", "print node voltages as they stand, or for every row of a table"),
    "predict": ("readout", "print what a circuit answers to every row of a table"),
    "rerun": ("rerun", "run a netlist in another SPICE program and compare voltages"),
    "gradcheck": ("examine", "compare gradient estimators with the adjoint and finite differences"),
    "power": ("examine", "show where co-content and power sit in a circuit"),
    "transient": ("transient", "follow a circuit in time: waveforms, settling time, energy"),
    "convert": ("convert", "write the circuit of a trained ReLU network"),
    "waveform": ("waveform", "train a netlist to answer to waveforms with waveforms"),
    "selflearn": ("selflearn", "let a netlist learn by itself in one transient analysis"),
    "values": ("values", "round a trained circuit to values that can be bought, and train on"),
    "tolerance": ("tolerance", "show what the tolerances of its elements do to a circuit"),
    "chips": ("chips", "show how a trained circuit does as chips, before and after learning there"),
    "retention": ("retention", "show how a trained circuit does as its devices age"),
    "sweep": ("sweep", "train a grid of settings, and map which converge"),
    "search": ("search", "look for the settings of a task that do best, and what mattered"),
    "bench": ("bench", "measure speed on this machine"),
}
"""The commands that are no task: the module each is in, and what it is for. Importing all takes seconds."""


class Words(click.HelpFormatter):
    """Help whose lines break between words, and not at the hyphens of names and options, which people copy."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_whole(first), _whole(second)) for first, second in rows], col_max, col_spacing)

    def write_text(self, text: str) -> None:
        super().write_text(_whole(text))

    def getvalue(self) -> str:
        return super().getvalue().replace(_HYPHEN, "-")


_HYPHEN = "\u2011"
"""One at which no line breaks."""


def _whole(text: str) -> str:
    return re.sub(r"(?<=\w)-(?=\w)", _HYPHEN, text)


class _Context(click.Context):
    formatter_class = Words


class Commands(click.Group):
    """A group that turns this program's errors into one line, and suggests the command that was meant."""

    context_class = _Context

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for an unknown one, name the nearest."""
        name = args[0]
        try:
            command = self.get_command(ctx, name)
        except SettingError as error:
            raise click.UsageError(str(error)) from error
        if command is None and not name.startswith("-"):
            raise click.UsageError(f'there is no task or command "{name}"; {meant(name, self.list_commands(ctx))}')
        found, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            command.context_class = _Context
        return found, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        SPELLERS.clear()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            _end(ctx, error)


def _end(ctx: click.Context, error: Exception) -> NoReturn:
    """Say in a line what went wrong, and exit; raise the error where a traceback was asked for."""
    if ctx.find_root().params.get("debug"):
        raise error
    if isinstance(error, EbanaError):
        complain(f"error: {error}")
    elif isinstance(error, OSError) and error.errno in NO_ROOM:  # from numba, which keeps what it compiles
        complain(f"error: {error.strerror}: the disk has no room; make some, and begin again")
    elif isinstance(error, MemoryError):
        complain("error: there is not enough memory; take fewer neurons or samples, or a larger machine")
    else:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        complain(f"error: {words} (a fault of this program; `{program()} --debug ...` shows where)")
    sys.exit(BAD_USE if isinstance(error, SettingError) else FAILED)


def _shortened(message: str) -> str:
    """Return click's message; about a word that is none of a choice with the nearest that is, or all where none is."""
    found = re.search(r"'([^']*)' is not one of (.+)\.$", message)
    if not found:
        return message
    near = meant(found[1], re.findall("'([^']+)'", found[2]))
    return f'{message[: found.start()]}there is no "{found[1]}"; {near}'


class Sections(Commands):
    """The top-level group: tasks, which its help lists first, and other commands, each imported when it is called."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run what was typed; say in a line, as everywhere, what click finds wrong with it."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = BAD_USE
        except click.ClickException as error:
            complain(f"error: {_shortened(error.format_message())}")
            status = error.exit_code
        except click.Abort:
            complain("stopped")
            status = STOPPED
        sys.exit(status if isinstance(status, int) else 0)

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
            formatter.write_dl([(name, _summary(name)) for name in TASKS])
        with formatter.section("Other commands"):
            formatter.write_dl([(name, short_help) for name, (_, short_help) in OTHERS.items()])


def _summary(task: str) -> str:
    """Return what a task is, or why a plug-in's is none."""
    try:
        return TASKS[task].summary
    except SettingError as error:
        return str(error)
