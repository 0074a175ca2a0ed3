"""Two inputs and three gates at once: one circuit that answers OR, AND and XOR."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the four corners of the square with what each gate makes of them."""
    import numpy as np

    from ebana_like.data import MultilabelDataset, Split

    features = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    one, other = (features > 0).T
    return Split(MultilabelDataset(features, np.column_stack([one | other, one & other, one ^ other]) * 1, GATES))


GATES = ("or", "and", "xor")

TASK = Task(
    name="gates",
    summary="learn OR, AND and XOR at once: 2 inputs, 3 output pairs",
    size="4 samples, 2-8-3",
    expect="loss below 1e-3 V^2, all four answers right in all gates",
    time="2 s",
    settings=Settings(
        engine="native",
        epochs=500,
        batch=4,
        hidden=(8,),
        volts=2.0,
        on=0.3,
        off=-0.3,
        lr=(0.1,),
        stop_loss=1e-3,
    ),
    load=load,
)
