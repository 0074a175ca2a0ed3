"""Any table is learned from, and one that cannot be says which row and column."""

import numpy as np
import pytest

from ebana_like.data import Dataset, RegressionDataset
from ebana_like.errors import SettingError
from ebana_like.runs import Settings
from ebana_like.tasks.csv_table import load


def table(tmp_path, text, target=""):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return load(Settings(data=str(path), target=target)).train


@pytest.mark.parametrize("comma", [",", ";", "\t", " ; "])
def test_words_are_classes_and_the_other_columns_features(comma, tmp_path):
    rows = [["width", "species", "length"], ["1.5", "rose", "2"], ["-1e3", "lily", "4"], ["0", "rose", "6"]]
    data = table(tmp_path, "\n".join(comma.join(row) for row in rows), "species")
    assert type(data) is Dataset
    assert data.features.tolist() == [[1.5, 2], [-1000, 4], [0, 6]]
    assert data.names(data.labels) == ["rose", "lily", "rose"]


def test_the_last_column_is_told_unless_another_is_named(tmp_path):
    text = "a,b\n" + "".join(f"{k},{k % 3}\n" for k in range(20))
    assert table(tmp_path, text).classes == ("0", "1", "2")
    assert isinstance(table(tmp_path, text, "a"), RegressionDataset)


def test_many_or_broken_numbers_are_a_quantity(tmp_path):
    data = table(tmp_path, "\ufeffa,b\n1,0.5\n\n2,1\n")
    assert isinstance(data, RegressionDataset)
    assert np.array_equal(data.labels, [[0.5], [1]])
    assert data.classes == ("b",)


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("", "", "has no line of numbers; expected a line of column names"),
        ("a,b\n", "", "has no line of numbers"),
        ("a,b\n1,2\n3\n", "", "row 3: 1 entries under 2 names"),
        ("a,b\n1,2\nx,2.5\n", "", "row 3, column \"a\": 'x' is not a number"),
        ("a,b\n1,2\n,2.5\n", "", 'row 3, column "a": is empty'),
        ("a,b\n1,nan\n2,2.5\n", "", "row 2, column \"b\": says 'nan'"),
        ("a,b\n1,2\n", "c", 'has no column "c" for --target; it has a, b'),
        ("a\n1\n2\n", "", 'has no column beside "a"'),
        ("a,b\n1,2\n3,2\n", "", 'the column "b" of .* says 2 in every line'),
    ],
)
def test_a_table_that_cannot_be_learned_from_says_where(text, target, message, tmp_path):
    with pytest.raises(SettingError, match=message):
        table(tmp_path, text, target)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingError, match="csv needs a table: give its file with --data"):
        load(Settings())
    with pytest.raises(SettingError, match="cannot read .*: Is a directory"):
        load(Settings(data=str(tmp_path)))
