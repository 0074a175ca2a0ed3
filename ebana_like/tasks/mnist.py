"""Seventy thousand handwritten digits in 28 x 28 pixels, and the network of Kendall et al. (2020)."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split

SETTINGS = Settings(
    engine="native",
    epochs=10,
    batch=100,
    hidden=(100,),
    diode="schottky_power",
    volts=5.0,
    bias=0.5,
    gain=50.0,
    g_low=1e-9,
    g_high=1e-6,
    g_start=(4e-8, 1.2e-7, 1e-9, 1.62e-7),
    cost="cross-entropy",
    temperature=0.2,
    smoothing=0.025,
    estimator="random-sign",
    beta=1e-6,
    update="adam",
    lr=(0.014,),
    lr_by_size=(0.04, 0.00025),
    schedule="warmup-cosine",
)
"""Inputs within 5 V, conductances within three decades and a Schottky diode: plausible as hardware.

A computer beside it keeps Adam's moments. By the settings of `experiments/mnist/local.toml` every conductance follows
from its own drops alone.
"""


def load(settings: Settings) -> "Split":
    """Return 60,000 images to learn from and 10,000 to test on."""
    from ebana_like.tasks.images import load_images

    return load_images(settings, "mnist_784", tuple(map(str, range(10))))


TASK = Task(
    name="mnist",
    summary="read handwritten digits: 784 inputs, 10 output pairs",
    size="70000 samples, 784-100-10",
    expect="2.1 % test error",
    time="40 seconds",
    settings=SETTINGS,
    load=load,
    white=255,
    heeds=("data",),
)
