"""Four measurements of a flower, three species (Fisher 1936)."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the 150 flowers, in centimetres."""
    from sklearn.datasets import load_iris

    from ebana_like.data import Dataset, Split

    flowers = load_iris()
    return Split(Dataset(flowers.data, flowers.target, tuple(map(str, flowers.target_names))))


TASK = Task(
    name="iris",
    summary="tell three species of iris apart: 4 inputs, 3 output pairs",
    size="150 samples, 4-10-3",
    expect="95 % of held-out flowers right",
    time="2 s",
    settings=Settings(
        epochs=60,
        batch=10,
        hidden=(10,),
        diode="schottky",
        volts=2.0,
        on=0.3,
        off=-0.1,
        lr=(0.5, 0.1),
        test=0.2,
    ),
    load=load,
)
