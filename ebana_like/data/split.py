"""How is data divided and scaled, so that what it is tested on stays unseen?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.data.dataset import Dataset
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError
from ebana_like.hardware import Converter
from ebana_like.hardware.converter import codes, step


@dataclass(frozen=True, eq=False)
class Split:
    """Samples to learn from, to choose settings by, and to test on; the latter two may be absent.

    Raises SettingError where the parts do not ask the same of the same features.
    """

    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None

    def __post_init__(self) -> None:
        for name in ("train", "validation", "test"):
            part = getattr(self, name)
            if part is None and name != "train":
                continue
            if not isinstance(part, Dataset):
                raise SettingError(f"{name} is {shown(part)}; expected a Dataset(features, labels, classes)")
            for what, own, others in (
                ("features", part.features.shape[1], self.train.features.shape[1]),
                ("classes", shown(list(part.classes)), shown(list(self.train.classes))),
                ("kind", type(part).__name__, type(self.train).__name__),
            ):
                if own != others:
                    raise SettingError(
                        f"{what} of the {name} samples: {own}, of those to learn from: {others}; give both the same"
                    )

    def fingerprint(self) -> str:
        """Return a checksum of all samples: the same for the same data only."""
        found = hashlib.sha256()
        for part in (part for part in (self.train, self.validation, self.test) if part is not None):
            for array in (part.features, part.labels):
                found.update(f"{array.shape} {array.dtype} {part.unit}".encode())
                found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()

    def map(self, change: Callable[[Dataset], Dataset]) -> "Split":
        """Return the same split with every part changed alike."""
        return Split(change(self.train), self.validation and change(self.validation), self.test and change(self.test))


@dataclass(frozen=True, eq=False)
class VoltScale:
    """How features in their own units become volts: linearly, from low to high of each, (features,)."""

    low: FloatArray
    high: FloatArray

    @classmethod
    def spanned_by(cls, features: FloatArray) -> "VoltScale":
        """Return the scale between the extremes of samples (samples, features)."""
        return cls(features.min(axis=0), features.max(axis=0))

    def volts(self, features: FloatArray, largest: float) -> FloatArray:
        """Return features between -largest and +largest, volts; what lies outside is clipped, a constant is 0 V."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        half = np.where(half > 0, half, 1.0)
        return largest * np.clip((features - middle) / half, -1, 1)


def split(data: Dataset, validation: float, test: float, seed: int) -> Split:
    """Split into random parts that keep the share of every class.

    validation, test: fractions of all samples; 0 for none.
    Raises SettingError when the fractions leave nothing to learn from, or nothing of a part that is asked for.
    """
    require_number("seed", seed, whole=True, low=0)
    fractions: list[Any] = [validation, test]
    if not (all(isinstance(part, int | float) and part >= 0 for part in fractions) and sum(fractions) < 1):
        raise SettingError(
            f"the validation fraction {shown(validation)} and the test fraction {shown(test)} must be at least 0 and "
            "together below 1"
        )
    rng = np.random.default_rng([seed, len(data)])
    parts: tuple[list[IntArray], list[IntArray], list[IntArray]] = ([], [], [])
    for stratum in data.strata:
        members = rng.permutation(stratum)
        bounds = [round(test * len(members)), round((test + validation) * len(members))]
        for members_of, samples in zip(parts, np.split(members, bounds), strict=True):
            members_of.append(samples)
    held_out, chosen, train = (data.take(np.sort(np.concatenate(part))) for part in parts)
    if not len(train):
        raise SettingError(
            f"the validation fraction {validation} and the test fraction {test} leave none of {len(data)} samples "
            "to learn from; make them smaller"
        )
    for name, fraction, part in (("validation", validation, chosen), ("test", test, held_out)):
        if fraction and not len(part):
            raise SettingError(
                f"the {name} fraction {fraction} of {len(data)} samples, class by class, is none; make it larger, or 0"
            )
    return Split(train, chosen if len(chosen) else None, held_out if len(held_out) else None)


def in_volts(parts: Split, volts: float) -> Split:
    """Scale every feature linearly so that the training samples span -volts to +volts; others are clipped to it."""
    scale = VoltScale.spanned_by(parts.train.features)
    return parts.map(lambda data: replace(data, features=scale.volts(data.features, volts)))


def intensities_in_volts(parts: Split, volts: float, white: float) -> Split:
    """Scale features that are intensities from 0 to `white`, such as pixels, to 0 to volts, all alike."""
    return parts.map(lambda data: replace(data, unit=volts / white))


def by_converter(parts: Split, converter: Converter) -> Split:
    """Return data in volts as a converter of the inputs sets them: whole steps, bytes where they were bytes and fit."""
    if not converter.bits:
        return parts
    largest = float(np.abs(parts.train.unit * parts.train.features.astype(float)).max(initial=0.0))
    scale = converter.full_scale or largest or 1.0

    def change(data: Dataset) -> Dataset:
        found = codes(data.unit * data.features, converter.bits, scale)
        is_bytes = data.features.dtype == np.uint8 and found.max(initial=0.0) <= np.iinfo(np.uint8).max
        return replace(data, features=found.astype(np.uint8) if is_bytes else found, unit=step(converter.bits, scale))

    return parts.map(change)


def in_range(parts: Split) -> Split:
    """Let quantities to be told span the answers 0 to 1 in the training samples; leave other data as they are."""
    return parts.map(lambda data: data.in_range_of(parts.train))
