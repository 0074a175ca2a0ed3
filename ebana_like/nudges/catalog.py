"""Which ways to nudge are there, by name? Those that have a file in `ways`, and those that anybody else defined."""

from pathlib import Path
from typing import TYPE_CHECKING

from ebana_like.seams import Seam

if TYPE_CHECKING:
    from ebana_like.nudges.nudge import Nudge


def _is_nudge(thing: object) -> bool:
    from ebana_like.nudges.nudge import Nudge

    return isinstance(thing, type) and issubclass(thing, Nudge)


NUDGES: "Seam[type[Nudge]]" = Seam(
    "nudges",
    "way to nudge",
    {
        file.stem: f"ebana_like.nudges.ways.{file.stem}"
        for file in sorted((Path(__file__).parent / "ways").glob("[!_]*.py"))
    },
    "a subclass of ebana_like.nudges.Nudge of that name",
    _is_nudge,
)
"""Ways to nudge by name; those of this package have the name of their file, and nothing is imported for them."""
