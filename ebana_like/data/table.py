"""What stands in a CSV file? Columns by name, of numbers or of words, every entry of which is checked here."""

import csv
import io
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import numpy as np

from ebana_like.checks import LONGEST, shown
from ebana_like.data.dataset import LARGEST
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError, meant
from ebana_like.files import read_file
from ebana_like.limits import require_at_most

EXPECTED = "expected a line of column names, then numbers separated by commas, semicolons or tabs, as many in each line"

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]")
_MISSING = {"", "nan"}
_HINTS = (
    (re.compile(r"[+-]?(inf|infinity)", re.IGNORECASE), "numbers must be finite"),
    (re.compile(r"[+-]?0x[0-9a-f.]+", re.IGNORECASE), "write hexadecimal numbers in decimal"),
    (re.compile(r"[+-]?\d[\d.,'_]*|[+-]?\d{1,3}( \d{3})+|,\d+"), "write numbers as 1234.5, without separators"),
    (re.compile(r"[+-]?\d[\d.]*(e[+-]?\d+)?\s*[^\d\s.,;|_]+", re.IGNORECASE), "write numbers without a unit"),
    (re.compile(r"[^ |]+([ |]+[^ |]+)+"), "entries are separated by commas, semicolons or tabs"),
)


@dataclass(frozen=True)
class Table:
    """A CSV file's column names and its rows below them.

    lines: number of each row's line in the file, from 1, as an editor shows it.
    """

    path: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each column stands, from 0."""
        return {name: k for k, name in enumerate(self.names)}

    def words(self, name: str) -> list[str]:
        """Return a column as text. Raises SettingError where there is none of that name, and for an empty entry."""
        self.require(name)
        at = self._places[name]
        words = [row[at] for row in self.rows]
        for k, word in enumerate(words):
            if word.lower() in _MISSING:
                self._refuse(k, name, f"says {word!r}" if word else "is empty", "fill it, or leave the row out")
        return words

    def require(self, name: str, where: str = "", fix: str = "") -> None:
        """Raise SettingError, with the nearest name, where there is no such column.

        where: what asks for it. fix: a sentence, what else to do about it.
        """
        if name not in self._places:
            near = meant(name, self.names, "it has")
            end = f"{' ' if near.endswith('?') else '. '}{fix}" if fix else ""
            raise SettingError(f'{self.path} has no column "{name}"{where}; {near}{end}')

    def numbers(self, name: str) -> FloatArray:
        """Return a column as numbers, (rows,). Raises SettingError naming the row that has none."""
        words = self.words(name)
        values = np.empty(len(words))
        for k, word in enumerate(words):
            if not _NUMBER.fullmatch(word):
                hint = next((hint for kind, hint in _HINTS if kind.fullmatch(word)), "give words a number")
                self._refuse(k, name, f"{shown(word)} is not a number", f"{hint}, or leave the row out")
            values[k] = float(word)
            if not abs(values[k]) <= LARGEST:
                self._refuse(
                    k, name, f"{shown(word)} is too large", f"at most {LARGEST:g} is allowed; use a larger unit"
                )
        return values

    def is_numeric(self, name: str) -> bool:
        """Tell whether a column is of numbers. Raises SettingError where some of its entries are words, others not."""
        words = self.words(name)
        numeric = [_NUMBER.fullmatch(word) is not None for word in words]
        if any(numeric) and not all(numeric):
            number, word = numeric.index(True), numeric.index(False)
            self._refuse(
                word,
                name,
                f"{shown(words[word])} is a word, but row {self.lines[number]} has the number {shown(words[number])}",
                f"make all of them numbers, or all words, as in c{words[number][:LONGEST]}",
            )
        return all(numeric)

    def classes(self, name: str) -> tuple[IntArray, tuple[str, ...]]:
        """Return a column as classes: the class of every row, (rows,), from 0, and their names.

        Words are classes, and whole numbers: 1 and 1.0 are one class.
        Raises SettingError for entries that are no classes, and where there are fewer than two or far too many.
        """
        words = self.words(name)
        if self.is_numeric(name):
            values = self.numbers(name)
            broken = np.flatnonzero(values != np.round(values))
            if broken.size:
                k = int(broken[0])
                self._refuse(
                    k,
                    name,
                    f"{shown(words[k])} is a quantity, not a class",
                    "classes are words or whole numbers; tell quantities as such",
                )
            different, labels = np.unique(values, return_inverse=True)
            classes = tuple(f"{value:.17g}" for value in (different + 0.0).tolist())  # so many tell all doubles apart
        else:
            found, labels = np.unique(words, return_inverse=True)
            classes = tuple(map(str, found))
        if len(classes) < 2:
            raise SettingError(
                f'the column "{name}" of {self.path} says {classes[0][:LONGEST]} in every line; there is nothing to '
                "tell"
            )
        require_at_most("classes", len(classes), f'the column "{name}" of {self.path} has {len(classes):,} classes')
        return labels, classes

    def _refuse(self, row: int, name: str, what: str, fix: str) -> NoReturn:
        raise SettingError(f'{self.path}, row {self.lines[row]}, column "{name}": {what}; {fix}')


def read_table(path: str) -> Table:
    """Return the table in a file. Raises SettingError naming file and row."""
    text = _text(path)
    if found := _CONTROL.search(text):
        row = text.count("\n", 0, found.start()) + 1
        raise SettingError(
            f"{path}, row {row}: holds the control character {found[0]!r}; save the table as plain text. {EXPECTED}"
        )
    head = text.split("\n", 1)[0]
    outside = re.sub(r'"[^"]*"', "", head)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=outside.count), skipinitialspace=True, strict=True
    )
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    began = 1
    try:
        for read in reader:
            if reader.line_num > began:
                raise csv.Error("a quoted entry goes on in the next line; close its quote")
            entries = tuple(entry.strip() for entry in read)
            if any(entries) or len(entries) > 1:
                rows.append(entries)
                lines.append(began)
            began = reader.line_num + 1
    except csv.Error as error:
        raise SettingError(f"{path}, row {began}: {error}; {EXPECTED}") from error
    names, rows = (rows[0], rows[1:]) if rows else ((), [])
    if not rows:
        raise SettingError(f"{path} has no line of numbers; {EXPECTED}")
    _require_names(path, lines[0], names, rows)
    for number, entries in zip(lines[1:], rows, strict=True):
        if len(entries) != len(names):
            raise SettingError(f"{path}, row {number}: {len(entries)} entries under {len(names)} names; {EXPECTED}")
    return Table(path, names, tuple(rows), tuple(lines[1:]))


def _text(path: str) -> str:
    """Return a file's text, its lines separated as Python does."""
    data = read_file(Path(path), "table_bytes", SettingError, EXPECTED)
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        raise SettingError(
            f"cannot read {path}: row {row} is not text in UTF-8; save the table as CSV in UTF-8. {EXPECTED}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _require_names(path: str, line: int, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Raise SettingError where the line of column names is none: nothing but numbers, or words that stand below."""
    seen: dict[str, int] = {}
    for k, name in enumerate(names, start=1):
        if not name:
            raise SettingError(f"{path}, row {line}: column {k} has no name; give it one, or leave the column out")
        if len(name) > LONGEST:
            raise SettingError(f"{path}, row {line}: column {k} is called {shown(name)}; give it a shorter name")
        if first := seen.get(name):
            raise SettingError(f'{path}, row {line}: columns {first} and {k} are both called "{name}"; rename one')
        seen[name] = k
    counted = [tuple(str(k + first) for k in range(len(names))) for first in (0, 1)]
    if names not in counted and all(
        _NUMBER.fullmatch(name) or any(row[k : k + 1] == (name,) for row in rows) for k, name in enumerate(names)
    ):
        raise SettingError(f"{path}, row {line}: holds data, {shown(names[0])} ..., not column names; {EXPECTED}")
