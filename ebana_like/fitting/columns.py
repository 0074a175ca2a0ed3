"""Which columns of a table do inputs and outputs carry?"""

from collections.abc import Sequence

from ebana_like.data.table import Table
from ebana_like.fitting.chosen import words


def carriers(text: str) -> list[tuple[str, str, float]]:
    """Return source, column and sign of each input in a text such as `v1,v2=x,-v3=x`."""
    found = []
    for word in words(text):
        sign, word = (-1.0, word[1:]) if word.startswith("-") else (1.0, word)
        source, _, column = word.partition("=")
        found.append((source.strip().lower(), (column or source).strip(), sign))
    return found


def columns(text: str) -> list[tuple[str, str]]:
    """Return node or pair, and column, of each output in a text such as `out1-out2,/OUT=y`."""
    parts = (word.partition("=") for word in words(text))
    return [(output.strip(), (column or output).strip()) for output, _, column in parts]


def input_columns(table: Table, inputs: str) -> list[str]:
    """Return a table's columns of features, each once. Raises SettingError for one that is not there."""
    ports = [(source, column) for source, column, _ in carriers(inputs)]
    return list(dict.fromkeys(_present(table, "inputs", ports)))


def output_columns(table: Table, outputs: str) -> list[str]:
    """Return a table's column of every output's targets. Raises SettingError for one that is not there."""
    return _present(table, "outputs", columns(outputs))


def _present(table: Table, option: str, ports: Sequence[tuple[str, str]]) -> list[str]:
    for port, column in ports:
        fix = f"Another column is taken by --{option} {port}=COLUMN" if port.lower() == column.lower() else ""
        table.require(column, fix=fix)
    return [column for _, column in ports]
