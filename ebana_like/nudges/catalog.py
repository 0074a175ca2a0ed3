"""Which ways to nudge are there, by name? Those that have a file in `ways`, and those that anybody else defined."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ebana_like.errors import SettingError, meant

if TYPE_CHECKING:
    from ebana_like.nudges.nudge import Nudge

NUDGES = tuple(sorted(file.stem for file in (Path(__file__).parent / "ways").glob("[!_]*.py")))
"""Names of the ways of this package, each that of its file; nothing is imported for them."""


def nudge_named(name: str) -> type["Nudge"]:
    """Return the way to nudge of that name. Raises SettingError where there is none."""
    from ebana_like.nudges.nudge import DEFINED

    if name in NUDGES:
        import_module(f"ebana_like.nudges.ways.{name}")
    if name not in DEFINED:
        raise SettingError(f'there is no way to nudge called "{name}"; {meant(name, sorted({*NUDGES, *DEFINED}))}')
    return DEFINED[name]
