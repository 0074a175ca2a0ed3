"""One input, one quantity: a period of the sine, drawn by a circuit."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return sin(pi x) at 100 points from -1 to 1."""
    import numpy as np

    from ebana_like.data import RegressionDataset, Split

    x = np.linspace(-1, 1, 100)[:, None]
    return Split(RegressionDataset(x, np.sin(np.pi * x), ("sine",)))


TASK = Task(
    name="sine",
    summary="follow a sine: 1 input, 1 output pair",
    size="100 samples, 1-10-1",
    expect="R^2 of 0.99 between the samples learned from",
    time="2 s",
    settings=replace(SETTINGS, off=-0.3),
    load=load,
)
