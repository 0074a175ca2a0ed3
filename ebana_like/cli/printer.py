"""How do words reach the terminal? As lines and tables, from one place."""

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as TerminalTable

if TYPE_CHECKING:
    from ebana_like.pages.page import Table

PAGE_WIDTH = 110

GAP = 3
"""Blank columns between those of a table."""


def terminal() -> Console:
    """Return the console everything is printed on; as wide as a page where there is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=PAGE_WIDTH)


def program() -> str:
    """Return how this program is called here: by its name where it is on the path, else as it was typed."""
    return "train-circuit" if shutil.which("train-circuit") else sys.argv[0]


@dataclass(frozen=True)
class Printer:
    """Tables and lines on one console."""

    console: Console

    def line(self, text: str) -> None:
        """Print one line, without colouring numbers."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def table(self, heads: list[str], rows: list[list[str]], title: str | None = None) -> None:
        """Print a table; columns of numbers are right-aligned."""
        table = TerminalTable(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, GAP, 0, 0))
        for k, head in enumerate(heads):
            numeric = all(row[k][:1].lstrip("+-")[:1].isdigit() or row[k][:1] in "+-" for row in rows)
            table.add_column(head, justify="right" if numeric and rows else "left")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def show(self, table: "Table", rows: int | None = None) -> None:
        """Print a table, its first rows only where it is longer."""
        shown = table.rows if rows is None else table.rows[:rows]
        if table.title:  # as a line of its own, for a title in a table is broken to the table's width
            self.line(f"\n{table.title}")
        self.table(list(table.heads), [list(row) for row in shown])
        if len(shown) < len(table.rows):
            self.line(f"and {len(table.rows) - len(shown)} more; --html shows all")
