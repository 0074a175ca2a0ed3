"""Thirty measurements of cell nuclei in a biopsy: malignant or benign? (Street et al. 1993)"""

from sklearn.datasets import load_breast_cancer

from ebana_like.tasks.task import Task
from ebana_like.training import Dataset, Settings, Split


def load(settings: Settings) -> Split:
    """Return the 569 biopsies."""
    biopsies = load_breast_cancer()
    return Split(Dataset(biopsies.data, biopsies.target, tuple(map(str, biopsies.target_names))))


TASK = Task(
    name="breast-cancer",
    summary="tell malignant from benign biopsies: 30 inputs, 1 output pair",
    size="569 samples, 30-10-1",
    expect="96 % of held-out biopsies right",
    time="3 s",
    settings=Settings(
        engine="newton",
        epochs=30,
        batch=10,
        hidden=(10,),
        diode="schottky",
        volts=2.0,
        on=0.3,
        off=-0.3,
        update="adam",
        lr=(0.005,),
        test=0.2,
    ),
    load=load,
)
