"""Any table: a CSV file of numbers with a line of column names, one column of which is to be told from the others."""

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task
from ebana_like.training import Dataset, RegressionDataset, Settings, Split
from ebana_like.training.table import EXPECTED, Table, read_table

MOST_CLASSES = 10
"""Whole numbers of at most so many different values are taken for classes."""


def load(settings: Settings) -> Split:
    """Return the table `data`, whose column `target`, or else the last one, is the answer.

    Words, and whole numbers of at most ten different values, are classes; other numbers are a quantity.
    Raises SettingError naming file, line and column.
    """
    path = settings.data
    if not path:
        raise SettingError(f"csv needs a table: give its file with --data; {EXPECTED}")
    table = read_table(path)
    target = settings.target or table.names[-1]
    if target not in table.names:
        raise SettingError(f'{path} has no column "{target}" for --target; it has {", ".join(table.names)}')
    features = [table.numbers(name) for name in table.names if name != target]
    if not features:
        raise SettingError(f'{path} has no column beside "{target}" to tell it from')
    return Split(_dataset(np.column_stack(features), table, target))


def _dataset(features: FloatArray, table: Table, target: str) -> Dataset:
    words = table.words(target)
    try:
        values = np.array([float(word) for word in words])
    except ValueError:
        classes, labels = np.unique(words, return_inverse=True)
        return _classes(features, labels, tuple(map(str, classes)), table.path, target)
    different, labels = np.unique(values, return_inverse=True)
    if len(different) <= MOST_CLASSES and (different == np.round(different)).all():
        return _classes(features, labels, tuple(f"{value:g}" for value in different), table.path, target)
    return RegressionDataset(features, table.numbers(target)[:, None], (target,))


def _classes(features: FloatArray, labels: np.ndarray, classes: tuple[str, ...], path: str, target: str) -> Dataset:
    if len(classes) < 2:
        raise SettingError(f'the column "{target}" of {path} says {classes[0]} in every line; there is nothing to tell')
    return Dataset(features, labels, classes)


TASK = Task(
    name="csv",
    summary="tell one column of a table (--data FILE --target NAME) from the others",
    size="a table of your own",
    expect="settings that serve iris, wine and diabetes alike",
    time="as long as the table is",
    settings=SETTINGS,
    load=load,
)
