"""How do experiments keep what they have computed? Row by row, so that one that is broken off leaves what it has."""

import csv
from collections.abc import Mapping
from pathlib import Path


def add_row(path: Path, row: Mapping[str, object]) -> None:
    """Add a row to a CSV file, below a head where it is the first."""
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)
