"""Among which settings is looked? A TOML file with a range or a list of values for each of some settings.

lr = {low = 0.01, high = 1, log = true}                  # or [{low ...}, {low ...}], one for each crossbar
update = ["sgd", "adam"]
hidden = [[50], [100], [50, 50]]
readout.bits = {low = 6, high = 10}                      # of a setting that is a table of options
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any, get_type_hints

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ebana_like.checks import LONGEST, shown
from ebana_like.errors import SettingError, meant
from ebana_like.options import EXAMPLES, table_of
from ebana_like.runs import Settings, decode, load_config
from ebana_like.sweeps.grid import require_options_known

NOT_SEARCHED = {
    "seed": "the best seed is luck",
    "test": "trials are judged on validation samples, the same for all",
    "validation": "trials are judged on validation samples, the same for all",
    "workers": "it changes nothing that is learned",
}

HOW = "give a range as {low = 0.01, high = 1, log = true}, or a list of values"

RANGE = ("low", "high", "log", "step")

DIGITS = 6
"""Of numbers that are drawn, so that a command can repeat them."""

MOST_CHECKED = 1000
"""Combinations that are looked at before the first trial."""

Point = Mapping[str, Any]
"""Where a trial stands in the space, by the names of its dimensions."""


@dataclass(frozen=True)
class Space:
    """Ranges and lists of values by name: a setting, an option of one as `readout.bits`, or a number of one as `lr.1`.

    base: settings over which those of a trial stand. Raises SettingError where they cannot stand together.
    """

    base: Settings
    dimensions: Mapping[str, BaseDistribution]
    where: str

    def __post_init__(self) -> None:
        for point in islice(self._ends(), MOST_CHECKED):
            require_options_known(self.settings(point))

    def texts(self, point: Point) -> dict[str, str]:
        """Return the settings of a point as a command line has them."""
        found: dict[str, Any] = {}
        for name, value in point.items():
            setting, _, part = name.partition(".")
            text = f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
            if part.isdigit():
                found[setting] = f"{found[setting]},{text}" if setting in found else text
            elif part:
                options = table_of(found.get(setting, getattr(self.base, setting)), setting) | {part: text}
                found[setting] = ",".join(f"{option}={each}" for option, each in options.items())
            else:
                found[setting] = text
        return found

    def settings(self, point: Point) -> Settings:
        """Return the settings of a point. Raises SettingError where they cannot be."""
        return decode(self.texts(point), self.base, self.where)

    def table(self) -> dict[str, Any]:
        """Return the dimensions as a table for a config file."""
        return {name: _written(each) for name, each in self.dimensions.items()}

    def _ends(self) -> Iterator[Point]:
        """Yield the ends of all ranges with every combination of values that are listed."""
        listed = {n: d.choices for n, d in self.dimensions.items() if isinstance(d, CategoricalDistribution)}
        for chosen in product(*listed.values()):
            for end in ("low", "high"):
                point = dict(zip(listed, chosen, strict=True))
                yield {name: point[name] if name in point else getattr(d, end) for name, d in self.dimensions.items()}


def load_space(path: Path, base: Settings) -> Space:
    """Return the space that a file describes. Raises SettingError naming the file, the key, and what to write."""
    return space_of(load_config(path), base, str(path))


def space_of(table: Mapping[str, Any], base: Settings, where: str) -> Space:
    """Return the space that a table describes; otherwise as `load_space`."""
    kinds = {name: kind for name, kind in get_type_hints(type(base)).items() if hasattr(base, name)}
    if not table:
        raise SettingError(f"{where} has no settings in it; {HOW} for each of some settings")
    dimensions: dict[str, BaseDistribution] = {}
    for name, given in table.items():
        if name not in kinds:
            raise SettingError(f'{where}: there is no setting "{name[:LONGEST]}"; {meant(name, kinds)}')
        if name in NOT_SEARCHED:
            raise SettingError(f"{where}: {name} is not searched, for {NOT_SEARCHED[name]}; leave it out")
        for part, each in _parts(name, given, kinds[name], where):
            dimensions[part] = _dimension(part, each, kinds[name], where)
    return Space(base, dimensions, where)


def _parts(name: str, given: Any, kind: Any, where: str) -> list[tuple[str, Any]]:
    """Return what is a dimension of its own of what was given for a setting, by name."""
    several = kind in (tuple[int, ...], tuple[float, ...])
    if several and isinstance(given, list) and given and all(isinstance(each, Mapping) for each in given):
        return [(f"{name}.{k}", each) for k, each in enumerate(given, start=1)]
    if isinstance(given, Mapping) and not {"low", "high"} & set(given):
        if name not in EXAMPLES:
            raise SettingError(f"{where}: {name} is {shown(given)}; {HOW}")
        return [(f"{name}.{option}", each) for option, each in given.items()]
    return [(name, given)]


def _dimension(name: str, given: Any, kind: Any, where: str) -> BaseDistribution:
    """Return a dimension. Raises SettingError for what is none."""
    if isinstance(given, list) and given:
        choices = [_text(value) for value in given]
        if len(set(choices)) < len(choices):
            raise SettingError(f"{where}: {name} has a value twice in {shown(given)}; give every value once")
        return CategoricalDistribution(choices)
    if not isinstance(given, Mapping):
        raise SettingError(f"{where}: {name} is {shown(given)}; {HOW} (one value alone is an option of the command)")
    for key in given:
        if key not in RANGE:
            raise SettingError(f'{where}: {name} has "{key[:LONGEST]}"; {meant(key, RANGE)}')
    if kind in (str, bool) and "." not in name:
        raise SettingError(f"{where}: {name} is no number, so it has no range; give a list of values")
    log = given.get("log", False)
    if not isinstance(log, bool):
        raise SettingError(f"{where}: {name} has log = {shown(log)}; give true or false")
    numbers: list[Any] = [given.get("low"), given.get("high"), given.get("step", 1)]
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        raise SettingError(f"{where}: {name} is {shown(given)}; {HOW}")
    low, high, step = numbers
    counts = kind in (int, tuple[int, ...])
    whole = all(isinstance(number, int) for number in numbers)
    if counts and not whole:
        raise SettingError(f"{where}: {name} takes whole numbers, and its range is {shown(given)}; give whole ends")
    if not low < high:
        raise SettingError(f"{where}: {name} goes from {low} to {high}; give a high above the low")
    if log and not low > 0:
        raise SettingError(f"{where}: {name} begins at {low}, and log needs a low above zero")
    if log and "step" in given:
        raise SettingError(f"{where}: {name} has log and step; give one of the two")
    if not step > 0:
        raise SettingError(f"{where}: {name} has step = {step}; give one above zero")
    if counts or (whole and (kind is str or "step" in given)):  # of options nobody says what they count
        return IntDistribution(low, high, log=log, step=step)
    return FloatDistribution(float(low), float(high), log=log, step=given.get("step"))


def _text(value: Any) -> str:
    """Return a value as a command line has it."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_text(each)}" for name, each in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(dimension: BaseDistribution) -> Any:
    if isinstance(dimension, CategoricalDistribution):
        return list(dimension.choices)
    assert isinstance(dimension, FloatDistribution | IntDistribution)
    table = {"low": dimension.low, "high": dimension.high, "log": dimension.log, "step": dimension.step}
    return {name: value for name, value in table.items() if value is not None}
