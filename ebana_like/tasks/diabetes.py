"""Ten measurements of a patient, and how far diabetes went on in a year (Efron et al. 2004)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the 442 patients."""
    from sklearn.datasets import load_diabetes

    from ebana_like.data import RegressionDataset, Split

    patients = load_diabetes(scaled=False)
    return Split(RegressionDataset(patients.data, patients.target[:, None], ("progression",)))


TASK = Task(
    name="diabetes",
    summary="foresee the progression of diabetes: 10 inputs, 1 output pair",
    size="442 samples, 10-5-1",
    expect="R^2 of 0.45 on held-out patients, as linear regression",
    time="2 s",
    settings=replace(SETTINGS, epochs=30, hidden=(5,), off=-0.3, decay=0.95),
    load=load,
)
