"""Ten digits in 8 x 8 pixels: an image task small enough for ngspice, and always at hand."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split


def load(settings: Settings) -> "Split":
    """Return the 1797 digits; sixteen grey levels."""
    from sklearn.datasets import load_digits

    from ebana_like.data import Dataset, Split

    digits = load_digits()
    return Split(Dataset(digits.data, digits.target, tuple(map(str, digits.target_names))))


TASK = Task(
    name="digits",
    summary="read 8 x 8 pixel digits: 64 inputs, 10 output pairs",
    size="1797 samples, 64-50-10",
    expect="98 % of held-out digits right",
    time="5 s",
    settings=Settings(
        engine="native",
        epochs=20,
        batch=10,
        hidden=(50,),
        diode="schottky",
        volts=4.0,
        bias=1.0,
        gain=4.0,
        cost="cross-entropy",
        temperature=0.1,
        smoothing=0.05,
        lr=(0.3, 0.06),
        decay=0.9,
        test=0.2,
    ),
    load=load,
    white=16,
)
