"""What is a data set to a circuit? Features as volts, labels, and a split that keeps test data unseen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled samples.

    features: (samples, features), volts once scaled.
    labels: class of each sample, (samples,), from 0.
    classes: names of the classes.
    """

    features: FloatArray
    labels: IntArray
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, samples: IntArray) -> "Dataset":
        """Return some of the samples."""
        return Dataset(self.features[samples], self.labels[samples], self.classes)


@dataclass(frozen=True, eq=False)
class Split:
    """Samples to learn from, to choose settings by, and to test on; the latter two may be absent."""

    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None


def split(data: Dataset, validation: float, test: float, seed: int) -> Split:
    """Split into random parts that keep the share of every class.

    validation, test: fractions of all samples; 0 for none.
    Raises SettingError when the fractions leave nothing to learn from.
    """
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise SettingError(
            f"the validation fraction {validation} and the test fraction {test} must be at least 0 and together below 1"
        )
    rng = np.random.default_rng([seed, len(data)])
    parts: tuple[list[IntArray], list[IntArray], list[IntArray]] = ([], [], [])
    for label in range(len(data.classes)):
        members = rng.permutation(np.flatnonzero(data.labels == label))
        bounds = [round(test * len(members)), round((test + validation) * len(members))]
        for part, samples in zip(parts, np.split(members, bounds), strict=True):
            part.append(samples)
    held_out, chosen, train = (data.take(np.sort(np.concatenate(part))) for part in parts)
    if not len(train):
        raise SettingError(
            f"the validation fraction {validation} and the test fraction {test} leave none of {len(data)} samples "
            "to learn from; make them smaller"
        )
    return Split(train, chosen if len(chosen) else None, held_out if len(held_out) else None)


def in_volts(parts: Split, volts: float) -> Split:
    """Scale every feature linearly so that the training samples span -volts to +volts; others are clipped to it."""
    low, high = parts.train.features.min(axis=0), parts.train.features.max(axis=0)
    middle, half = (low + high) / 2, np.where(high > low, (high - low) / 2, 1.0)
    return _mapped(parts, lambda features: volts * np.clip((features - middle) / half, -1, 1))


def intensities_in_volts(parts: Split, volts: float) -> Split:
    """Scale features that are intensities from 0 to 1, such as pixels, to 0 to volts, all alike."""
    return _mapped(parts, lambda features: volts * features)


def _mapped(parts: Split, scale: Callable[[FloatArray], FloatArray]) -> Split:
    def scaled(data: Dataset) -> Dataset:
        return Dataset(scale(data.features), data.labels, data.classes)

    return Split(scaled(parts.train), parts.validation and scaled(parts.validation), parts.test and scaled(parts.test))
