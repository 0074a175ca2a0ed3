"""Any table: a CSV file of numbers with a line of column names, one column of which is to be told from the others."""

import csv
from pathlib import Path

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.tasks.task import Task
from ebana_like.training import Dataset, RegressionDataset, Settings, Split

MOST_CLASSES = 10
"""Whole numbers of at most so many different values are taken for classes."""

_EXPECTED = (
    "expected a line of column names, then numbers separated by commas, semicolons or tabs, as many in each line"
)


def load(settings: Settings) -> Split:
    """Return the table `data`, whose column `target`, or else the last one, is the answer.

    Words, and whole numbers of at most ten different values, are classes; other numbers are a quantity.
    Raises SettingError naming file, line and column.
    """
    path = settings.data
    if not path:
        raise SettingError(f"csv needs a table: give its file with --data; {_EXPECTED}")
    names, rows = _read(path)
    target = settings.target or names[-1]
    if target not in names:
        raise SettingError(f'{path} has no column "{target}" for --target; it has {", ".join(names)}')
    at = names.index(target)
    features = [_numbers(path, name, rows, k) for k, name in enumerate(names) if k != at]
    if not features:
        raise SettingError(f'{path} has no column beside "{target}" to tell it from')
    return Split(_dataset(np.column_stack(features), path, target, rows, at))


def _dataset(features: FloatArray, path: str, target: str, rows: list[list[str]], at: int) -> Dataset:
    try:
        values = np.array([float(row[at]) for row in rows])
    except ValueError:
        words, labels = np.unique([row[at].strip() for row in rows], return_inverse=True)
        return _classes(features, labels, tuple(map(str, words)), path, target)
    different, labels = np.unique(values, return_inverse=True)
    if len(different) <= MOST_CLASSES and (different == np.round(different)).all():
        return _classes(features, labels, tuple(f"{value:g}" for value in different), path, target)
    return RegressionDataset(features, _numbers(path, target, rows, at)[:, None], (target,))


def _classes(features: FloatArray, labels: np.ndarray, classes: tuple[str, ...], path: str, target: str) -> Dataset:
    if len(classes) < 2:
        raise SettingError(f'the column "{target}" of {path} says {classes[0]} in every line; there is nothing to tell')
    return Dataset(features, labels, classes)


def _read(path: str) -> tuple[list[str], list[list[str]]]:
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingError(f"cannot read {path}: {reason}; {_EXPECTED}") from error
    head = lines[0] if lines else ""
    names, *rows = csv.reader(lines or [""], delimiter=max(",;\t", key=head.count), skipinitialspace=True)
    rows = [row for row in rows if row]
    if not rows:
        raise SettingError(f"{path} has no line of numbers; {_EXPECTED}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise SettingError(f"{path}, row {number}: {len(row)} entries under {len(names)} names; {_EXPECTED}")
    return [name.strip() for name in names], rows


def _numbers(path: str, name: str, rows: list[list[str]], column: int) -> FloatArray:
    values = np.empty(len(rows))
    for k, row in enumerate(rows):
        try:
            values[k] = float(row[column])
        except ValueError:
            values[k] = np.nan
        if not np.isfinite(values[k]):
            raise SettingError(
                f'{path}, row {k + 2}, column "{name}": {row[column]!r} is not a number; '
                "give words a number or a column of their own, and leave out rows that are not complete"
            )
    return values


TASK = Task(
    name="csv",
    summary="tell one column of a table (--data FILE --target NAME) from the others",
    size="a table of your own",
    expect="settings that serve iris, wine and diabetes alike",
    time="as long as the table is",
    settings=Settings(
        engine="newton",
        epochs=60,
        batch=10,
        hidden=(10,),
        diode="schottky",
        volts=2.0,
        on=0.3,
        off=-0.1,
        update="adam",
        lr=(0.005,),
        test=0.2,
    ),
    load=load,
)
