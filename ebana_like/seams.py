"""What can be chosen by name at a seam? What this package brings, what is defined while it runs, and what plug-ins add.

An installed package adds to a seam by an entry point, and nothing of it is imported until its name is asked for:

    [project.entry-points."ebana_like.tasks"]
    my-task = "my_package.my_module:TASK"
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from ebana_like.checks import shown
from ebana_like.errors import SettingError, meant

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Thing = TypeVar("Thing")

_INFO = ".dist-info"


class Seam(Generic[Thing]):
    """Things of one kind by name, in the order of this package's own, those defined since, and those of plug-ins.

    name: of the seam; its group of entry points is `ebana_like.<name>`. what: what one is called in messages.
    own: this package's, by name: the thing, or "module:thing" where importing it can wait. A module alone is one that
        calls `define`. No plug-in takes the place of one of them.
    expected: what a plug-in's has to be, in words. fits: tells whether something is that.
    former: names of before, and what they are now.
    """

    def __init__(
        self,
        name: str,
        what: str,
        own: Mapping[str, Thing | str],
        expected: str,
        fits: Callable[[object], bool],
        former: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name, self.what, self.expected, self.fits, self.former = name, what, expected, fits, former
        self._own = dict(own)
        self._found: dict[str, Thing] = {}

    def define(self, name: str, thing: Thing) -> None:
        """Give a thing its name, for as long as this process runs."""
        self._found[name] = thing

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._own, *self._found, *sorted(self._added())]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._found or name in self._added()

    def __getitem__(self, name: str) -> Thing:
        """Return the thing of a name.

        Raises SettingError, with the nearest name, where there is none, and naming the package where a plug-in's cannot
        be loaded.
        """
        if name not in self._found:
            if name in self._own:
                self._find(name, self._own[name])
            elif name in self._added():
                self._found[name] = self._load(name)
            else:
                raise SettingError(f'there is no {self.what} "{name}"; {meant(name, self)}')
        return self._found[name]

    def get(self, name: str) -> Thing | None:
        """Return the thing of a name, None where there is none; otherwise as `[]`."""
        if name not in self:
            return None
        return self[name]

    def items(self) -> list[tuple[str, Thing]]:
        """Return every name and thing; a plug-in's that cannot be loaded is left out, and says why when asked for."""
        found = []
        for name in self:
            with suppress(SettingError):
                found.append((name, self[name]))
        return found

    def values(self) -> list[Thing]:
        """Return every thing, as `items` does."""
        return [thing for _, thing in self.items()]

    def _find(self, name: str, own: Thing | str) -> None:
        if not isinstance(own, str):
            self._found[name] = own
            return
        module, _, attribute = own.partition(":")
        imported = import_module(module)
        if attribute:
            self._found[name] = getattr(imported, attribute)

    def _added(self) -> "Mapping[str, tuple[Added, ...]]":
        return _entry_points(tuple(sys.path)).get(f"ebana_like.{self.name}", {})

    def _load(self, name: str) -> Thing:
        added = self._added()[name]
        if len(added) > 1:
            packages = " and ".join(each.package for each in added)
            raise SettingError(f'the {self.what} "{name}" is in several packages, {packages}; uninstall all but one')
        of = f'the {self.what} "{name}" of the package {added[0].package}'
        try:
            thing = added[0].point.load()
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            raise SettingError(f"{of} cannot be loaded: {words}; update or uninstall the package") from error
        if not self.fits(thing):
            raise SettingError(f"{of} is {shown(thing)}; expected {self.expected}: update or uninstall the package")
        return cast(Thing, thing)


class Added(NamedTuple):
    """An entry point, and the package it came with, as in "my-package 1.0"."""

    package: str
    point: "EntryPoint"


@lru_cache(maxsize=4)
def _entry_points(path: tuple[str, ...]) -> dict[str, dict[str, tuple[Added, ...]]]:
    """Return the entry points of our seams by group and name. Packages without any cost a look at one file each."""
    found: dict[str, dict[str, tuple[Added, ...]]] = {}
    for folder in filter(os.path.isabs, path):  # the working directory may be somebody else's
        for package in _packages_in(folder):
            for point in _points_of(Path(folder, package)):
                name, _, version = package.removesuffix(_INFO).partition("-")
                group = found.setdefault(point.group, {})
                group[point.name] = (*group.get(point.name, ()), Added(f"{name} {version}", point))
    return found


def _packages_in(folder: str) -> list[str]:
    with suppress(OSError):
        return sorted(name for name in os.listdir(folder) if name.endswith(_INFO))  # noqa: PTH208 - in a millisecond
    return []


def _points_of(package: Path) -> "Iterable[EntryPoint]":
    """Return the entry points that a package declares, where any are ours and the file is as installers write it."""
    with suppress(Exception):
        if b"[ebana_like." in (package / "entry_points.txt").read_bytes():
            from importlib.metadata import Distribution  # takes a third of the time that a help text takes

            return Distribution.at(package).entry_points
    return ()
