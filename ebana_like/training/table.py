"""What stands in a CSV file? Columns by name, of numbers or of words."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError

EXPECTED = "expected a line of column names, then numbers separated by commas, semicolons or tabs, as many in each line"


@dataclass(frozen=True)
class Table:
    """A CSV file's column names and its rows below them."""

    path: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def words(self, name: str) -> list[str]:
        """Return a column as text. Raises SettingError where there is none of that name."""
        if name not in self.names:
            raise SettingError(f'{self.path} has no column "{name}"; it has {", ".join(self.names)}')
        at = self.names.index(name)
        return [row[at].strip() for row in self.rows]

    def numbers(self, name: str) -> FloatArray:
        """Return a column as numbers, (rows,). Raises SettingError naming the row that has none."""
        words = self.words(name)
        values = np.empty(len(words))
        for k, word in enumerate(words):
            try:
                values[k] = float(word)
            except ValueError:
                values[k] = np.nan
            if not np.isfinite(values[k]):
                raise SettingError(
                    f'{self.path}, row {k + 2}, column "{name}": {word!r} is not a number; '
                    "give words a number or a column of their own, and leave out rows that are not complete"
                )
        return values


def read_table(path: str) -> Table:
    """Return the table in a file. Raises SettingError naming file and row."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(f"cannot read {path}: {reason}; {EXPECTED}") from error
    head = lines[0] if lines else ""
    names, *rows = csv.reader(lines or [""], delimiter=max(",;\t", key=head.count), skipinitialspace=True)
    rows = [row for row in rows if row]
    if not rows:
        raise SettingError(f"{path} has no line of numbers; {EXPECTED}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise SettingError(f"{path}, row {number}: {len(row)} entries under {len(names)} names; {EXPECTED}")
    return Table(path, tuple(name.strip() for name in names), tuple(map(tuple, rows)))
