"""What is one setting? A field with its meaning and what is allowed, by which text or numbers are read."""

from collections.abc import Iterable, Mapping
from dataclasses import Field, field
from numbers import Real
from types import MappingProxyType
from typing import Any

from ebana_like.checks import require_number, shown
from ebana_like.errors import SettingError, meant
from ebana_like.limits import require_at_most
from ebana_like.options import EXAMPLES, table_of, text_of

OPTIONS = tuple(EXAMPLES)
"""Settings that are options by name, as text or as a table."""

WANTED = {str: "a word", int: "a whole number", float: "a number", bool: "true or false"}
"""What the value of a setting of each type is called."""

YES_OR_NO: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}


def setting(
    default: Any,
    help: str,
    choices: Iterable[str] = (),
    low: float | None = None,
    positive: bool = False,
    limit: str = "",
    former: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """Make a field with the text that tells people what it is, and what is allowed.

    choices: names, of which it must be one; asked for when a value is given, for plug-ins may add some.
    limit: the name of the limit that its value stands under, see `ebana_like.limits`.
    former: choices of before, and what they are called now.
    """
    allowed = {"choices": choices, "low": low, "positive": positive, "limit": limit, "former": former}
    return field(default=default, metadata={"help": help, **allowed})


def checked(entry: Field[Any], given: Any) -> Any:
    """Return the value of a setting in its own type. Raises SettingError naming it, what is allowed and what came.

    entry: the field, made by `setting`. given: as a config file, a command line or Python has it.
    """
    name, limits = entry.name, entry.metadata
    is_options = name in OPTIONS or (name == "mismatch" and isinstance(given, Mapping))
    value = text_of(table_of(given, name)) if is_options else _convert(name, given, entry.type)
    if isinstance(value, str):
        value = limits["former"].get(value, value)
    choices = limits["choices"]
    if choices and value not in choices:
        near = meant(value, choices, "")
        raise SettingError(
            f"{name} is {shown(value)}; choose one of {', '.join(choices)}"
            + (f"; {near}" if near.endswith("?") else "")
        )
    if isinstance(value, str | bool):
        return value
    numbers = value if isinstance(value, tuple) else (value,)
    if limits["low"] is not None and not numbers:
        raise SettingError(f"{name} is empty; give it a value of at least {limits['low']}")
    for number in numbers:
        require_number(name, number, low=limits["low"], above=0 if limits["positive"] else None, shown_as=value)
    if limits["limit"]:
        require_at_most(limits["limit"], value, f"{name} is {value:,}")
    return value


def _convert(key: str, value: Any, kind: Any) -> Any:
    """Return the value as the type a setting has; a string may list numbers, as on the command line."""
    item = int if kind in (int, tuple[int, ...]) else float
    wanted = WANTED.get(kind, "numbers separated by commas")
    try:
        if kind is bool:
            return YES_OR_NO[value.lower() if isinstance(value, str) else value]
        if kind is str:
            if not isinstance(value, str):
                raise ValueError
            return value
        if kind in (int, float):
            return _number(value, item)
        parts = (
            (value.split(",") if value else [])
            if isinstance(value, str)
            else value
            if isinstance(value, list | tuple)
            else [value]
        )
        return tuple(_number(part, item) for part in parts)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise SettingError(f"{key} is {shown(value)}; expected {wanted}") from error


def _number(value: Any, kind: type[int] | type[float]) -> int | float:
    if isinstance(value, bool) or not issubclass(type(value), str | Real):
        raise ValueError
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        raise ValueError
    if kind is int and isinstance(value, float) and not value.is_integer():
        raise ValueError
    return kind(value)
