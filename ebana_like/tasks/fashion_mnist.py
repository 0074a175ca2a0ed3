"""Seventy thousand pictures of clothes in 28 x 28 pixels (Xiao et al. 2017), for the same network as MNIST."""

from typing import TYPE_CHECKING

from ebana_like.runs.settings import Settings
from ebana_like.tasks.mnist import SETTINGS
from ebana_like.tasks.task import Task

if TYPE_CHECKING:
    from ebana_like.data import Split

CLASSES = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def load(settings: Settings) -> "Split":
    """Return 60,000 images to learn from and 10,000 to test on."""
    from ebana_like.tasks.images import load_images

    return load_images(settings, "Fashion-MNIST", CLASSES)


TASK = Task(
    name="fashion-mnist",
    summary="tell ten kinds of clothes apart: 784 inputs, 10 output pairs",
    size="70000 samples, 784-100-10",
    expect="settings of mnist, not tuned",
    time="1 minute",
    settings=SETTINGS,
    load=load,
    white=255,
    heeds=("data",),
)
