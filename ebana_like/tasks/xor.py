"""Two inputs, one output: the smallest problem no linear circuit can solve."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the four corners of the square, labelled 1 where the inputs differ."""
    import numpy as np

    from ebana_like.data import Dataset, Split

    features = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    return Split(Dataset(features, np.array([0, 1, 1, 0]), ("same", "different")))


TASK = Task(
    name="xor",
    summary="learn XOR: 2 inputs, 1 output pair",
    size="4 samples, 2-8-1",
    expect="loss below 1e-3 V^2, all four answers right",
    time="2 s",
    settings=Settings(
        epochs=200,
        batch=4,
        hidden=(8,),
        volts=2.0,
        on=0.3,
        off=-0.3,
        lr=(0.1,),
        stop_loss=1e-4,
    ),
    load=load,
)
