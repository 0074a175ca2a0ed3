"""Three inputs, one output: is the number of high inputs odd?"""

from itertools import product
from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the eight corners of the cube, labelled 1 where the number of +1 is odd."""
    import numpy as np

    from ebana_like.data import Dataset, Split

    features = np.array(list(product((-1.0, 1.0), repeat=3)))
    return Split(Dataset(features, (features > 0).sum(axis=1) % 2, ("even", "odd")))


TASK = Task(
    name="parity",
    summary="learn the parity of 3 inputs: 1 output pair",
    size="8 samples, 3-16-1",
    expect="loss below 1e-3 V^2, all eight answers right",
    time="2 s",
    settings=Settings(
        engine="native",
        epochs=1000,
        batch=8,
        hidden=(16,),
        volts=2.0,
        on=0.3,
        off=-0.3,
        lr=(0.1,),
        stop_loss=1e-3,
    ),
    load=load,
)
