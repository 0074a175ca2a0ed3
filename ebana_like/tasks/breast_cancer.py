"""Thirty measurements of cell nuclei in a biopsy: malignant or benign? (Street et al. 1993)"""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the 569 biopsies."""
    from sklearn.datasets import load_breast_cancer

    from ebana_like.data import Dataset, Split

    biopsies = load_breast_cancer()
    return Split(Dataset(biopsies.data, biopsies.target, tuple(map(str, biopsies.target_names))))


TASK = Task(
    name="breast-cancer",
    summary="tell malignant from benign biopsies: 30 inputs, 1 output pair",
    size="569 samples, 30-10-1",
    expect="96 % of held-out biopsies right",
    time="3 s",
    settings=replace(SETTINGS, epochs=30, off=-0.3),
    load=load,
)
