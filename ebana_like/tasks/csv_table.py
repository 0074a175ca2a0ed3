"""Any table: a CSV file of numbers with a line of column names, one column of which is to be told from the others."""

import numpy as np

from ebana_like.data import Dataset, RegressionDataset, Split
from ebana_like.data.table import EXPECTED, Table, read_table
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.runs import Settings

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
    table.require(target, " for --target")
    features = [table.numbers(name) for name in table.names if name != target]
    if not features:
        raise SettingError(f'{path} has no column beside "{target}" to tell it from')
    return Split(_dataset(np.column_stack(features), table, target))


def _dataset(features: FloatArray, table: Table, target: str) -> Dataset:
    if table.is_numeric(target):
        values = table.numbers(target)
        different = np.unique(values)
        if len(different) > MOST_CLASSES or (different != np.round(different)).any():
            return RegressionDataset(features, values[:, None], (target,))
    return Dataset(features, *table.classes(target))
