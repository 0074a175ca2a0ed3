"""Two interleaving half circles in the plane: a border that bends."""

from dataclasses import replace
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.small_tables import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return 400 points, always the same, with noise of standard deviation 0.2 beside radii of 1."""
    from sklearn.datasets import make_moons

    from ebana_like.data import Dataset, Split

    features, labels = make_moons(400, noise=0.2, random_state=0)
    return Split(Dataset(features, labels, ("upper", "lower")))


TASK = Task(
    name="moons",
    summary="tell two half moons apart: 2 inputs, 1 output pair",
    size="400 samples, 2-10-1",
    expect="96 % of held-out points right",
    time="3 s",
    settings=replace(SETTINGS, off=-0.3),
    load=load,
)
