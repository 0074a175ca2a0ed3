"""What are the resistors of a crossbar called? Names made when they are asked for.

Those of 51 million resistors would fill 4 GB as strings, and nobody reads more than a few of them at a time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload


@dataclass(frozen=True)
class GridLabels(Sequence[str]):
    """The names PREFIX_i_j of row i and column j, column by column."""

    prefix: str
    rows: int
    columns: int

    def __len__(self) -> int:
        return self.rows * self.columns

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        column, row = divmod(range(len(self))[index], self.rows)
        return f"{self.prefix}_{row}_{column}"

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        prefix, *place = name.rsplit("_", 2)
        if prefix != self.prefix or not all(part.isascii() and part.isdigit() for part in place):
            return False
        row, column = map(int, place)
        return row < self.rows and column < self.columns and name == f"{prefix}_{row}_{column}"


def repeated(parts: Iterable[Sequence[str]]) -> str | None:
    """Return a name that stands twice in lists of names, or None."""
    parts = list(parts)
    grids = [part for part in parts if isinstance(part, GridLabels) and part]
    listed = [name for part in parts if not isinstance(part, GridLabels) for name in part]
    names = set(listed)
    twice = [a for a, b in pairwise(sorted(listed)) if a == b] if len(names) < len(listed) else []
    if grids:
        twice += [name for name in names if any(name in grid for grid in grids)]
    # what stands before the last two "_" is the prefix: grids share names where they share that
    twice += [a[0] for a, b in pairwise(sorted(grids, key=lambda grid: grid.prefix)) if a.prefix == b.prefix]
    return twice[0] if twice else None


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, longer where it is taken."""
    while name in taken:
        name += "_"
    return name
