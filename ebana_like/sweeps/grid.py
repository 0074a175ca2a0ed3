"""Which trainings is a sweep made of? Settings that take several values each, and all their combinations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product
from typing import Any, get_type_hints

import numpy as np

from ebana_like.errors import SettingError
from ebana_like.runs import Settings, as_table, converter_of, decode, readout_of, technology_of, update_of
from ebana_like.runs.entries import OPTIONS

SEED = "seed"
HOW = "write values as 0.1,0.3 or 1e-9:1e-1:log9 or 0:1:lin5, whole numbers as 0:10 too"

OPTIONED = (*OPTIONS, "mismatch")
"""Settings of which one value may have several parts with a name each."""

_SPACED = re.compile(r"([^:]+):([^:]+):(log|lin)(\d+)")
_WHOLE = re.compile(r"(\d+):(\d+)")


@dataclass(frozen=True)
class Axis:
    """A setting and the values it takes, as they are written on the command line.

    The text is the value: 1e-9:1e-1:log17 gives 3.16228e-09 and trains with exactly that.
    """

    setting: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One training of the grid: its number from 0, where it stands on every axis, and its settings."""

    number: int
    point: tuple[str, ...]
    settings: Settings


@dataclass(frozen=True)
class Grid:
    """A task, its settings, and the axes along which some of them vary.

    Raises SettingError where a combination is not allowed.
    """

    task: str
    base: Settings
    axes: tuple[Axis, ...]

    @property
    def cells(self) -> list[Cell]:
        """All combinations; the last axis varies fastest."""
        names = [axis.setting for axis in self.axes]
        return [
            Cell(number, point, _settled(dict(zip(names, point, strict=True)), self.base))
            for number, point in enumerate(product(*(axis.points for axis in self.axes)))
        ]

    def table(self) -> dict[str, Any]:
        """Return what tells this grid from any other, as a TOML table: lists for axes, and the fixed settings."""
        axes = {axis.setting: list(axis.points) for axis in self.axes}
        fixed = {name: value for name, value in as_table(self.base).items() if name not in axes}
        return {"task": self.task, "axes": axes, "settings": fixed}


def make_grid(task: str, base: Settings, texts: Mapping[str, str]) -> Grid:
    """Return the grid of settings given as text; those with one value are settings of all cells.

    Raises SettingError naming the setting that cannot be read, and where a rule, a schedule, a technology or the
    sensors of a cell do not know the options they would be given.
    """
    axes = [parse_axis(name, text) for name, text in texts.items()]
    base = _settled({axis.setting: axis.points[0] for axis in axes if len(axis.points) == 1}, base)
    grid = Grid(task, base, tuple(axis for axis in axes if len(axis.points) > 1))
    optioned = [cell.settings for cell in grid.cells if any(getattr(cell.settings, name) for name in OPTIONS)]
    names = ("update", "schedule", "technology", "epochs", "decay", *OPTIONS)
    for settings in {tuple(getattr(each, name) for name in names): each for each in optioned}.values():
        require_options_known(settings)
    return grid


def require_options_known(settings: Settings) -> None:
    """Raise SettingError where a rule, a schedule, a technology or sensors do not know the options they are given."""
    update_of(settings, 1.0)
    readout_of(settings)
    converter_of(settings)
    technology_of(settings)


def parse_axis(setting: str, text: str) -> Axis:
    """Return the values that a text stands for.

    Values are separated by commas; a:b:logN and a:b:linN stand for N of them, both ends included, and a:b for the
    whole numbers from a to b - 1. A setting that is itself a list has them joined by a slash: 0.5/0.1. Options belong
    together up to one that was there before: b1=0.8,b2=0.9,b1=0.5 are two values, the first of two options.
    Raises SettingError where the text is none of this, or says a value twice.
    """
    kind = get_type_hints(Settings)[setting]
    parts = _together(text) if setting in OPTIONED else text.split(",")
    points = [point for part in parts for point in ([part] if kind is str else _expand(setting, part))]
    repeated = sorted({point for point in points if points.count(point) > 1})
    if repeated:
        raise SettingError(f"{setting} has the value {repeated[0]} twice in {text!r}; give every value once")
    return Axis(setting, tuple(points))


def _together(text: str) -> list[str]:
    """Return the values of a setting of options, those of each joined by slashes."""
    values: list[list[str]] = []
    seen: set[str] = set()
    for part in text.split(","):
        names = {option.partition("=")[0].strip() for option in part.split("/")}
        if not values or names & seen:
            values.append([])
            seen = set()
        values[-1].append(part)
        seen |= names
    return ["/".join(value) for value in values]


def _expand(setting: str, part: str) -> list[str]:
    if ":" not in part:
        return [part]
    try:
        if found := _WHOLE.fullmatch(part):
            points = [str(number) for number in range(int(found[1]), int(found[2]))]
        elif found := _SPACED.fullmatch(part):
            low, high, count = float(found[1]), float(found[2]), int(found[4])
            if found[3] == "log" and not (low > 0 and high > 0):
                raise ValueError
            space = np.geomspace if found[3] == "log" else np.linspace
            points = [f"{value:.6g}" for value in space(low, high, count)]
        else:
            raise ValueError
    except ValueError as error:
        raise SettingError(f"{setting} is {part!r}, which is no range; {HOW}") from error
    if not points:
        raise SettingError(f"{setting} is {part!r}, which has no values in it; {HOW}")
    return points


def _settled(texts: Mapping[str, str], base: Settings) -> Settings:
    """Return the settings with some given as text."""
    lists = {entry.name for entry in fields(Settings) if isinstance(getattr(base, entry.name), tuple)}
    lists.update(OPTIONED)
    values = {name: text.replace("/", ",") if name in lists else text for name, text in texts.items()}
    return decode(values, base, "grid")
