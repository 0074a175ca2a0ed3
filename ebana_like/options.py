"""What may be set of a rule, a schedule or a technology by name? Arguments of what makes it, typed by default."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, get_args

from ebana_like.checks import shown
from ebana_like.errors import SettingError, meant

Value = bool | int | float | str | None
Given = Mapping[str, Any] | str
"""Options as a table, or as text: `b1=0.8,nesterov=true`."""

BELOW_ONE = {"b1", "b2", "momentum", "decay", "pct_start", "pct_final"}
"""Options that are shares: at least 0 and below 1. All others are numbers of at least 0."""

ABOVE_ZERO = {"eps", "div_factor", "final_div_factor"}

LARGEST_COUNT = 10**15
"""That engines take, and doubles hold exactly."""

EXAMPLES = {
    "update_options": "b1=0.8,nesterov=true",
    "schedule_options": "alpha=0.1",
    "technology_options": "step=0.002,rounding=kept",
    "readout": "bits=10,noise=1e-4",
    "converter": "bits=8,full_scale=5",
    "wires": "row=1,column=1",
}
"""What each setting that is a table of options looks like, for messages."""


@dataclass(frozen=True)
class Option:
    """What one argument of a function may be.

    kind: bool, int or float, or str for one of some words. default: taken where nothing is given.
    optional: whether `none` may be given. words: that a str may be. signed: whether a number may be below zero.
    """

    name: str
    kind: type[bool] | type[int] | type[float] | type[str]
    default: Value
    optional: bool = False
    words: tuple[str, ...] = ()
    signed: bool = False

    def value(self, given: Any) -> Value:
        """Return a value that was given, as text or as it is. Raises ValueError saying what it must be."""
        word = given.strip().lower() if isinstance(given, str) else given
        if self.optional and word in (None, "none"):
            return None
        if self.kind is bool:
            if word not in (True, False, "true", "false"):
                raise ValueError("must be true or false")
            return word in (True, "true")
        if self.kind is str:
            if word not in self.words:
                raise ValueError(f"must be one of {', '.join(self.words)}")
            return str(word)
        what = "a whole number" if self.kind is int else "a number"
        low, high = (self.name in ABOVE_ZERO), (self.name in BELOW_ONE)
        least = "" if self.signed else " above zero" if low else " of at least 0"
        allowed = f"must be {what}{least}{' and below 1' if high else ''}"
        if isinstance(word, bool):
            raise ValueError(allowed)
        try:
            number = float(word)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(allowed) from error
        if not isfinite(number) or (number < 0 and not self.signed) or (low and number == 0) or (high and number >= 1):
            raise ValueError(allowed)
        if self.kind is int and not (number.is_integer() and abs(number) <= LARGEST_COUNT):
            raise ValueError(f"{allowed}{f', at most {LARGEST_COUNT:g}' if number.is_integer() else ''}")
        return self.kind(number)

    def __str__(self) -> str:
        return f"{self.name}={_written(self.default)}"


def options_of(function: Callable[..., Any], defaults: Mapping[str, Value]) -> dict[str, Option]:
    """Return the arguments of a function that are numbers or truth values, by name; all others are left alone.

    defaults: in place of the function's own, and for arguments that have none; those are left out otherwise.
    """
    found = {}
    for name, argument in inspect.signature(function).parameters.items():
        default = defaults.get(name, argument.default)
        optional = argument.default is None
        kinds = get_args(argument.annotation) or (argument.annotation,)
        if default is None and float not in kinds:
            continue
        if default is not None and not isinstance(default, bool | int | float):
            continue
        kind = bool if isinstance(default, bool) else int if argument.annotation is int else float
        found[name] = Option(name, kind, default, optional)
    return found


def summary(thing: Any) -> str:
    """Return what a named rule or schedule is, in a line: its own `summary`, or how its class is documented."""
    return str(vars(thing).get("summary") or (inspect.getdoc(thing) or "").split("\n\n")[0]).removesuffix(".")


def table_of(given: Given, name: str) -> dict[str, Any]:
    """Return options as a table, values as they came. Raises SettingError for what is none, called by its name.

    name: of the setting, one of EXAMPLES.
    """
    if isinstance(given, Mapping):
        return {str(key): value for key, value in given.items()}
    if not isinstance(given, str):
        raise SettingError(f"{name} is {shown(given)}; expected options as in {EXAMPLES[name]}")
    found: dict[str, Any] = {}
    for part in given.split(",") if given.strip() else []:
        key, equals, value = (word.strip() for word in part.partition("="))
        if not (key and equals and value):
            raise SettingError(f"{name} is {shown(given)}; expected options as in {EXAMPLES[name]}")
        if key in found:
            raise SettingError(f"{name} has {shown(key)} twice in {shown(given)}; give every option once")
        found[key] = value
    return found


def text_of(options: Mapping[str, Any]) -> str:
    """Return options as one text, from which `table_of` and `Option.value` read the same values."""
    return ",".join(f"{name}={_written(value)}" for name, value in options.items())


def chosen(given: Mapping[str, Any], options: Mapping[str, Option], owner: str, setting: str) -> dict[str, Value]:
    """Return all options with the values given, or their defaults.

    owner: the rule or schedule that has them. setting: what the given ones are called in messages.
    Raises SettingError naming an option or value that cannot be, and what there is.
    """
    values = {name: option.default for name, option in options.items()}
    for name, word in given.items():
        if name not in options:
            known = f"its options are {', '.join(map(str, options.values()))}" if options else "it has no options"
            near = meant(name, options, "")
            raise SettingError(
                f"{setting} has {shown(name)}, which {owner} does not know; {known}"
                + (f"; {near}" if near.endswith("?") else "")
            )
        try:
            values[name] = options[name].value(word)
        except ValueError as error:
            raise SettingError(f"{setting}: {name} of {owner} is {shown(word)}; it {error}") from error
    return values


def _written(value: Value | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "none"
    return value if isinstance(value, str) else repr(value).removesuffix(".0")
