"""How do words reach the terminal? As lines and tables, from one place, where nothing in them is taken for a command.

Names of classes, files and nodes come from outside: control characters in them are shown, not sent, and square brackets
are no markup.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as TerminalTable
from rich.text import Text

from ebana_like.errors import visible

if TYPE_CHECKING:
    from ebana_like.pages.page import PageTable

PAGE_WIDTH = 110

GAP = 3
"""Blank columns between those of a table."""

PROSE = 3
"""Blanks from which on a cell is prose, which may be broken between words where a table is too wide."""

NARROWEST_PROSE = 20


def terminal() -> Console:
    """Return the console everything is printed on; as wide as a page where there is no terminal."""
    console = Console(markup=False, highlight=False, emoji=False)
    if console.is_terminal:
        return console
    return Console(width=PAGE_WIDTH, markup=False, highlight=False, emoji=False)


def program() -> str:
    """Return how this program is called here: by its name where it is on the path, else as it was typed."""
    return "train-circuit" if shutil.which("train-circuit") else sys.argv[0]


SPELLERS: list[Callable[[str], str]] = []
"""What puts a person's own names into a message; none where no netlist of theirs was read."""


def complain(text: str) -> None:
    """Print a line on stderr."""
    click.echo(visible(_spelled(text)), err=True)


def _spelled(text: str) -> str:
    for spell in SPELLERS:
        text = spell(text)
    return text


@dataclass(frozen=True)
class Printer:
    """Tables and lines on one console."""

    console: Console

    def line(self, text: str) -> None:
        """Print one line, which a terminal breaks where it ends: commands and paths stay whole when copied."""
        self.console.print(Text(visible(_spelled(text))), soft_wrap=True)

    def prose(self, text: str) -> None:
        """Print a line that a terminal breaks between words; elsewhere it stays one."""
        self.console.print(Text(visible(_spelled(text))), soft_wrap=not self.console.is_terminal)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
        """Print a table; columns of numbers are right-aligned.

        Nothing is cut: where it is too wide, prose is broken between words, and then it is printed in parts, each with
        the first column.
        """
        if title:  # on its own, for a title in a table is broken to the table's width
            self.prose(title)
        cells = [
            [visible(head) for head in heads],
            *([visible(_spelled(cell)).replace("\n", "\\n") for cell in row] for row in rows),
        ]
        columns = list(zip(*cells, strict=True))
        prose = [any(cell.count(" ") >= PROSE for cell in column) for column in columns]
        widths = [_width(column, broken) for column, broken in zip(columns, prose, strict=True)]
        for part in _side_by_side(widths, self.console.width):
            self.console.print(self._part(cells, part, prose))

    def _part(self, cells: list[list[str]], columns: list[int], prose: list[bool]) -> TerminalTable:
        """Return some of a table's columns."""
        table = TerminalTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
        heads, *rows = cells
        for k in columns:
            numeric = all(row[k][:1].lstrip("+-")[:1].isdigit() or row[k][:1] in "+-" for row in rows)
            table.add_column(
                Text(heads[k]),
                justify="right" if numeric and rows else "left",
                no_wrap=not prose[k],
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(Text(row[k]) for k in columns))
        return table

    def show(self, table: "PageTable", rows: int | None = None) -> None:
        """Print a table, its first rows only where it is longer."""
        shown = table.rows if rows is None else table.rows[:rows]
        self.table(list(table.heads), [list(row) for row in shown], title=f"\n{table.title}" if table.title else None)
        if len(shown) < len(table.rows):
            self.line(f"and {len(table.rows) - len(shown)} more; --html shows all")


def _width(column: Sequence[str], broken: bool) -> int:
    """Return how wide a column is at least; broken: between words."""
    widest = max(cell_len(line) for cell in column for line in cell.split("\n"))
    longest = max((cell_len(word) for cell in column for word in cell.split()), default=0)
    return min(widest, max(NARROWEST_PROSE, longest)) if broken else widest


def _side_by_side(widths: Sequence[int], width: int) -> list[list[int]]:
    """Return columns of these widths in groups that fit into so many characters, each beginning with the first."""
    groups: list[list[int]] = [[]]
    left = width
    for k, wide in enumerate(widths):
        if len(groups[-1]) > 1 and wide > left:
            groups.append([0])
            left = width - widths[0] - GAP
        groups[-1].append(k)
        left -= wide + GAP
    return groups
