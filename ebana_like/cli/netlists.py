"""How does a person say how netlists are to be read, and by which names is spoken of what stands in them?

By options of every command that reads one; and by the person's own names, `X1.R1` and `/OUT`, wherever an engine speaks
of `r_x1_r1` and `out`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import click

from ebana_like.cli.printer import SPELLERS, complain
from ebana_like.netlist.deck import Deck
from ebana_like.netlist.deck.reading import read_with, reading
from ebana_like.netlist.deck.spelling import spelling

_NAME = re.compile(r"(?<![\w./-])(?<!-\()[a-z_][a-z0-9_]*(?![\w/-]|\.\w)")
"""What may be a name in a message: a word that is no part of a path or of a name that is spelled already."""


def _read_so(context: click.Context, **changes: Any) -> None:
    """Have netlists read as up to here, but for some changes."""
    here = replace(reading(), tell=lambda note: complain(f"note: {note}"), met=_remember)
    context.with_resource(read_with(replace(here, **changes)))


def _remember(deck: Deck, text: str) -> None:
    """Have messages speak of this netlist by the names in its text."""

    @cache  # the names are worked out when there is something to say
    def names() -> dict[str, str]:
        called = spelling(deck, text)
        found = {**called.nodes, **called.elements}
        return {name: found[name] for name in found.keys() - _paths_given()}

    SPELLERS[:] = [lambda message: spelled(message, names())]


def _paths_given() -> set[str]:
    """Return the names of files and folders on the command line: `--out r1` is no resistor."""
    context = click.get_current_context(silent=True)
    values = context.params.values() if context else ()
    return {str(value) for value in values if isinstance(value, Path)}


def spelled(message: str, names: dict[str, str]) -> str:
    """Return a message with the person's names in the place of portable ones: of words that cannot be plain English,
    for they have a digit or an underscore, or stand in quotes."""

    def own(match: re.Match[str]) -> str:
        word, (begin, end) = match[0], match.span()
        quoted = message[begin - 1 : begin] == message[end : end + 1] == '"'
        return names.get(word, word) if quoted or any(c == "_" or c.isdigit() for c in word) else word

    return _NAME.sub(own, message)


def _included(context: click.Context, option: click.Parameter, given: Sequence[Path]) -> None:
    _read_so(context, include=tuple(given))


def _strict(context: click.Context, option: click.Parameter, given: bool) -> None:
    _read_so(context, strict=given)


def _celsius(context: click.Context, option: click.Parameter, given: float | None) -> None:
    from ebana_like.elements.conditions import HOTTEST, ZERO_CELSIUS

    if given is None:
        return
    if not -ZERO_CELSIUS < given < HOTTEST:
        raise click.BadParameter(
            f"{given:g} degrees Celsius; it must be above {-ZERO_CELSIUS} and below {HOTTEST:g}", context, option
        )
    _read_so(context, celsius=given)


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
    click.Option(
        ["--celsius"],
        type=float,
        expose_value=False,
        callback=_celsius,
        help="Temperature to look at circuits at, degrees.  [default: the netlist's own]",
    ),
)


def reads_netlists(command: click.Command) -> click.Command:
    """Add the options to a command."""
    command.params.extend(READING)
    return command
