"""How does a person say how netlists are to be read? By options of every command that reads one."""

from collections.abc import Sequence
from pathlib import Path

import click

from ebana_like.cli.printer import complain
from ebana_like.netlist.deck.reading import Reading, read_with, reading


def _read_so(context: click.Context, include: Sequence[Path], strict: bool) -> None:
    how = Reading(tuple(include), strict, lambda note: complain(f"note: {note}"))
    context.with_resource(read_with(how))


def _included(context: click.Context, option: click.Parameter, given: Sequence[Path]) -> None:
    _read_so(context, given, reading().strict)


def _strict(context: click.Context, option: click.Parameter, given: bool) -> None:
    _read_so(context, reading().include, given)


READING = (
    click.Option(
        ["--include-path"],
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        multiple=True,
        expose_value=False,
        callback=_included,
        help="Folder that netlists may include files from; looked through for those not found. Repeatable.",
    ),
    click.Option(
        ["--strict"],
        is_flag=True,
        expose_value=False,
        callback=_strict,
        help="Refuse what of a netlist has no effect, instead of naming it in a note.",
    ),
)


def reads_netlists(command: click.Command) -> click.Command:
    """Add the options to a command."""
    command.params.extend(READING)
    return command
