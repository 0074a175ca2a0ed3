"""What stands in for MNIST where only its size matters? Random images, and networks of any shape that learn them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ebana_like.data import Dataset, Split
from ebana_like.runs import Settings
from ebana_like.runs.assembly import problem_of
from ebana_like.tasks import TASKS
from ebana_like.training import Problem

PIXELS, CLASSES, WHITE = 784, 10, 255

MNIST = replace(TASKS["mnist"].settings, update="sgd", lr=(0.0,), batch=20)
"""With plain steps, so that what is timed is the circuit."""


@dataclass(frozen=True, eq=False)
class Learner:
    """A network about to learn random images for one epoch, and the settings that it has."""

    problem: Problem
    settings: Settings


def random_images(settings: Settings, count: int) -> Dataset:
    """Return images of bytes, a fifth of their pixels lit, with random labels; features (count, 784)."""
    rng = np.random.default_rng(0)
    features = rng.integers(256, size=(count, PIXELS), dtype=np.uint8)
    features *= rng.integers(5, size=features.shape, dtype=np.uint8) == 0
    labels, classes = rng.integers(CLASSES, size=count), tuple(map(str, range(CLASSES)))
    return Dataset(features, labels, classes, unit=settings.volts / WHITE)


def shaped_settings(hidden: tuple[int, ...], batch: int, changes: Mapping[str, Any] | None = None) -> Settings:
    """Return MNIST's settings for hidden layers of so many neurons, and samples an update; changes: others by name."""
    start = MNIST.g_start[:2] * len(hidden) + MNIST.g_start[2:]
    return replace(MNIST, hidden=hidden, batch=batch, epochs=1, g_start=start, **(changes or {}))


def learner(hidden: tuple[int, ...], batch: int, samples: int, changes: Mapping[str, Any] | None = None) -> Learner:
    """Return a network of these settings beside so many random images."""
    settings = shaped_settings(hidden, batch, changes)
    return Learner(problem_of(settings, Split(random_images(settings, samples)), "random images"), settings)
