"""`train-circuit rules`: which update rules, schedules and technologies are there, and what may be set of each?"""

from collections.abc import Mapping

import click

from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.hardware import TECHNOLOGIES, Technology, technology_options
from ebana_like.hardware.catalog import SUMMARIES, own_values
from ebana_like.learning import SCHEDULES, UPDATES
from ebana_like.learning.schedules.catalog import NamedSchedule, OfAll, schedule_options
from ebana_like.learning.updates.catalog import update_options
from ebana_like.options import Option, summary


@click.command()
def rules() -> None:
    """List update rules, schedules and technologies with their options, and the values these have unless given."""
    printer = Printer(terminal())
    rows = [[name, summary(each), " ".join(map(str, update_options(name).values()))] for name, each in UPDATES.items()]
    printer.table(["--update", "what it is", "--update-options"], rows)
    printer.line("")
    rows = [[name, summary(each), _schedule_options(name)] for name, each in SCHEDULES.items()]
    printer.table(["--schedule", "what it is", "--schedule-options"], rows)
    printer.line("")
    rows = [[name, _technology(name, each), _written(own_values(name))] for name, each in TECHNOLOGIES.items()]
    printer.table(["--technology", "what it is", "--technology-options of its own"], rows)
    printer.prose(f"\nconstant and those that move by pulses have besides: {_written(technology_options('constant'))}")
    printer.line(f"\ntrain with one: {program()} iris --update momentum --update-options momentum=0.95,nesterov=true")


def _technology(name: str, technology: Technology) -> str:
    return SUMMARIES.get(name) or summary(type(technology))


def _written(options: Mapping[str, Option]) -> str:
    return " ".join(map(str, options.values()))


def _schedule_options(name: str) -> str:
    """Return a schedule's options; some are parts of all epochs of a training unless given."""
    named = SCHEDULES[name]
    parts = {}
    if isinstance(named, NamedSchedule):
        if named.scales:
            return "EPOCH=FACTOR"
        parts = {key: part for key, part in named.defaults.items() if isinstance(part, OfAll)}
    known = schedule_options(name, epochs=1)
    return " ".join(f"{key}={parts[key]}" if key in parts else str(option) for key, option in known.items())
