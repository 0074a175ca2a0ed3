"""`train-circuit tasks`: what can be trained, how large it is, and what to expect?"""

import click

from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.tasks import TASKS


@click.command()
def tasks() -> None:
    """List the tasks with their size, what their default settings reach, and how long that takes on one core."""
    printer = Printer(terminal())
    printer.table(
        ["task", "size", "expect", "time"],
        [[task.name, task.size, task.expect, task.time] for task in TASKS.values()],
    )
    printer.line(f"\ntrain one: {program()} TASK    its settings: {program()} TASK --help")
