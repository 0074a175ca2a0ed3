"""Thirteen measurements of a wine, three growers of one region (Forina et al. 1988)."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the 178 wines."""
    from sklearn.datasets import load_wine

    from ebana_like.data import Dataset, Split

    wines = load_wine()
    return Split(Dataset(wines.data, wines.target, tuple(map(str, wines.target_names))))


TASK = Task(
    name="wine",
    summary="tell the growers of wines apart: 13 inputs, 3 output pairs",
    size="178 samples, 13-10-3",
    expect="97 % of held-out wines right",
    time="2 s",
    settings=SETTINGS,
    load=load,
)
