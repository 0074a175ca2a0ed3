"""A table of one's own: one column is to be told from the others."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the table that the settings name."""
    from ebana_like.tasks.csv_table import load

    return load(settings)


TASK = Task(
    name="csv",
    summary="tell one column of a table (--data FILE --target NAME) from the others",
    size="a table of your own",
    expect="settings that serve iris, wine and diabetes alike",
    time="as long as the table is",
    settings=SETTINGS,
    load=load,
    heeds=("data", "target"),
)
