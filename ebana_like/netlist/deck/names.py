"""What are foreign names called here? By lower-case letters, digits and underscores, as every SPICE program takes."""

import re
from collections.abc import Collection

from ebana_like.netlist.netlist import NAME

_PORTABLE = re.compile(r"(?:(?![iv]x_\d+\n|[vr]?idx_sweep\n)[a-z_][a-z0-9_]*\n)*", re.ASCII)
"""Lines that `NAME` takes."""

LONGEST = 200
"""Characters of a node or element with the subcircuits it stands in."""


class FreeNames:
    """Names never given twice: the wanted one, or that with the first free number behind it."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """Return the name, or one like it that is free, and keep it."""
        free, number = wanted, self._next.get(wanted, 2)
        while free in self._taken:
            free, number = f"{wanted}_{number}", number + 1
        self._next[wanted] = number
        self._taken.add(free)
        return free

    def take_all(self, wanted: Collection[str]) -> bool:
        """Keep all of these names if they are free, and different; return whether they are."""
        new = set(wanted)
        if len(new) < len(wanted) or not self._taken.isdisjoint(new):
            return False
        self._taken |= new
        return True


class Names:
    """Portable names, one for each foreign name, never the same twice.

    prefix: for names that do not begin with a letter. taken: names that are given to none.
    """

    def __init__(self, prefix: str, taken: Collection[str] = ()) -> None:
        self.prefix = prefix
        self.given: dict[str, str] = {}
        self._free = FreeNames(taken)

    def all_portable(self, names: list[str]) -> list[str] | None:
        """Return many names that are all portable, and new; None, and keep none, where one is not."""
        if max(map(len, names), default=0) > LONGEST or not _PORTABLE.fullmatch("\n".join([*names, ""])):
            return None
        if not self._free.take_all(names):
            return None
        self.given.update(zip(names, names, strict=True))
        return names

    def portable(self, name: str) -> str:
        """Return the portable name of a lower-case foreign one. Raises ValueError for one that is far too long."""
        known = self.given.get(name)
        if known is not None:
            return known
        if len(name) > LONGEST:
            raise ValueError(f"the name {name[:20]}... is longer than {LONGEST} characters")
        wanted = name
        if not NAME.fullmatch(name):
            wanted = re.sub(r"[^a-z0-9_]+", "_", name).strip("_") or self.prefix
            if not NAME.fullmatch(wanted):
                wanted = f"{self.prefix}{wanted}"
        self.given[name] = self._free.take(wanted)
        return self.given[name]
