"""How do settings stand in a file? As TOML, read over defaults, and written with the meaning beside each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from ebana_like.checks import LONGEST
from ebana_like.errors import SettingError, meant
from ebana_like.files import read_file
from ebana_like.runs.settings import AnySettings, TrainingSettings

COMMENT_COLUMN = 36

MOST_DOTS = 500
"""In a line of a config file."""

ABOUT = "run"
"""The table in which a run's config says what is no setting: its task, its date ..."""


def decode(values: Mapping[str, Any], base: AnySettings, where: str) -> AnySettings:
    """Return settings with the given values over those of `base`.

    where: what error messages call their origin. Raises SettingError naming the key, the value and what is allowed.
    """
    if not isinstance(values, Mapping):
        raise SettingError(f"{where}: the settings are {values!r}; expected a table")
    known = [entry.name for entry in fields(base)]
    for key in values:
        if key not in known:
            raise SettingError(f'{where}: there is no setting "{str(key)[:LONGEST]}"; {meant(key, known)}')
    try:
        return replace(base, **values)
    except SettingError as error:
        raise SettingError(f"{where}: {error}") from error


def settings_in(tables: Mapping[str, Any], name: str, base: AnySettings, where: str) -> AnySettings:
    """Return the settings of a config file, over those of `base`: those in the table of that name, or at its top.

    tables: as `load_config` returns them; what a run recorded of itself is left aside. Raises SettingError as `decode`
    does, and for a table of another name.
    """
    given = {key: value for key, value in tables.items() if key != ABOUT}
    for key, value in given.items():
        if isinstance(value, Mapping) and key != name:
            raise SettingError(f"{where}: there is no table [{key}]; {meant(key, [name])}")
    return decode(given.get(name, given), base, where)


def load_config(path: Path, inside: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises SettingError when it cannot be read, or lies outside of folders."""
    try:
        text = read_file(path, "config_bytes", SettingError, inside=inside).decode()
        for number, line in enumerate(text.splitlines(), start=1):
            if line.count(".") > MOST_DOTS:  # the parser takes minutes for a name of 50,000 parts
                raise SettingError(f"{path}, line {number}: has more than {MOST_DOTS} dots; break it into several")
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, no TOML, or a number of 10,000 digits
        if isinstance(error, SettingError):
            raise
        raise SettingError(f"{path} is not a TOML file: {error}") from error


def dump_config(tables: Mapping[str, Any]) -> str:
    """Return tables as TOML text."""
    return tomli_w.dumps(tables)


def commented_config(settings: TrainingSettings) -> str:
    """Return settings as the text of a config file that says behind every value what it means and what is allowed."""
    lines = ["[settings]"]
    for entry, value in zip(fields(settings), as_table(settings).values(), strict=True):
        limits = entry.metadata
        allowed = f" One of {', '.join(limits['choices'])}." if limits["choices"] else ""
        if limits["low"] is not None:
            allowed = f" At least {limits['low']:g}."
        if limits["positive"]:
            allowed = " Above zero."
        lines.append(f"{entry.name} = {_toml(value)}".ljust(COMMENT_COLUMN) + f"# {limits['help']}{allowed}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Return a value as TOML, lists on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return dump_config({"value": value}).removeprefix("value = ").rstrip("\n")


def as_table(settings: TrainingSettings) -> dict[str, Any]:
    """Return settings as a TOML table."""
    values = {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
