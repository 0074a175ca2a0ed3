"""`train-circuit tasks`: what can be trained, how large it is, and what to expect?"""

import click

from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.errors import SettingError
from ebana_like.tasks import TASKS


@click.command()
def tasks() -> None:
    """List the tasks with their size, what their default settings reach, and how long that takes on one core."""
    printer = Printer(terminal())
    printer.table(
        ["task", "size", "expect", "time"],
        [_row(name) for name in TASKS],
    )
    printer.line(f"\ntrain one: {program()} TASK    its settings: {program()} TASK --help")


def _row(name: str) -> list[str]:
    """Return what is known of a task, or why a plug-in's is none."""
    try:
        task = TASKS[name]
    except SettingError as error:
        return [name, "", str(error), ""]
    return [name, task.size, task.expect, task.time]
