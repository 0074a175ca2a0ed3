"""Which files do settings name, and may they be opened? Those that this person named, here or before."""

from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import Any

from ebana_like.files import allow, followed, is_file_name, require_allowed
from ebana_like.runs.settings import AnySettings, TrainingSettings

FILES = ("data", "start", "diode", "device", "netlist", "include_path")
"""Settings that are names of files, or may be; the last one of several folders."""


def require_files_allowed(settings: TrainingSettings, named_in: Path, given: Container[str] = ()) -> None:
    """Raise SettingError where settings of a file name files outside its folder that this person never named.

    given: settings that the person gave besides, which stand above those of the file.
    """
    for name, path in _files_of(settings):
        if name not in given:
            require_allowed(path, named_in, name)


def allow_files(settings: TrainingSettings, known: TrainingSettings | None = None) -> None:
    """Remember the files that settings name, for whoever named them is this person.

    known: settings that a file had before; what they name too is left aside, for that may be somebody else's wish.
    """
    before = [] if known is None else _files_of(known)
    for named in _files_of(settings):
        if named not in before:
            allow(named[1])


def with_files_found(settings: AnySettings) -> AnySettings:
    """Return settings that name their files as they are found from everywhere, for the config of a run."""
    found: dict[str, Any] = {}
    for name, path in _files_of(settings):
        found[name] = ",".join([*([found[name]] if name in found else []), str(followed(path))])
    return replace(settings, **found)


def _files_of(settings: TrainingSettings) -> list[tuple[str, Path]]:
    """Return the files that settings name, with the setting. A diode model is one where its name is that of a file."""
    named = {name: getattr(settings, name, "") for name in FILES}
    words = [(name, word) for name, text in named.items() for word in (text.split(",") if "path" in name else [text])]
    return [(name, Path(word)) for name, word in words if word and (name != "diode" or is_file_name(word))]
