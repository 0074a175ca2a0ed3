"""How do experiments keep what they have computed? Row by row, so that one that is broken off leaves what it has."""

import csv
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def add_row(path: Path, row: Mapping[str, object]) -> None:
    """Add a row to a CSV file, below a head where it is the first."""
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def put_rows(path: Path, rows: Sequence[Mapping[str, object]], names: Sequence[str] = ()) -> None:
    """Put rows of one network and seed into a CSV file in the place of those that it has of them.

    The file is in the order of the networks' names, those given first as they are given, and of seeds.
    """
    own = [rows[0][key] for key in ("network", "seed")]
    kept: list[Mapping[str, object]] = []
    if path.exists():
        with path.open() as file:
            kept = [row for row in csv.DictReader(file) if [row["network"], row["seed"]] != list(map(str, own))]
    order = {name: k for k, name in enumerate(names)}

    def place(row: Mapping[str, object]) -> tuple[int, str, int]:
        name = str(row["network"])
        return order.get(name, len(order)), name, int(str(row["seed"]))

    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, *rows], key=place))


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other training writes its rows there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
