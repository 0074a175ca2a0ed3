"""What stands in for MNIST where only its size matters? Random images."""

import numpy as np

from ebana_like.data import Dataset
from ebana_like.runs import Settings

PIXELS, CLASSES = 784, 10


def random_images(settings: Settings, count: int) -> Dataset:
    """Return images, a fifth of their pixels lit, with random labels; features (count, 784) in volts."""
    rng = np.random.default_rng(0)
    features = settings.volts * rng.uniform(size=(count, PIXELS)) * (rng.uniform(size=(count, PIXELS)) < 0.2)
    return Dataset(features, rng.integers(CLASSES, size=count), tuple(map(str, range(CLASSES))))
