"""Seventy thousand pictures of clothes in 28 x 28 pixels (Xiao et al. 2017), for the same network as MNIST."""

from functools import partial

from ebana_like.tasks.images import WHITE, load_images
from ebana_like.tasks.mnist import SETTINGS
from ebana_like.tasks.task import Task
from ebana_like.training import intensities_in_volts

CLASSES = ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")

TASK = Task(
    name="fashion-mnist",
    summary="tell ten kinds of clothes apart: 784 inputs, 10 output pairs",
    size="70000 samples, 784-100-10",
    expect="settings of mnist, not tuned",
    time="1 minute",
    settings=SETTINGS,
    load=partial(load_images, openml="Fashion-MNIST", classes=CLASSES),
    scale=partial(intensities_in_volts, white=WHITE),
)
