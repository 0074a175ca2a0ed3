"""What is a data set to a circuit? Features as volts, and what is asked of them: a class, yes or no, or quantities.

Whatever made a data set, what cannot be learned from is refused here, when it is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ebana_like.checks import require_number, shown
from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError
from ebana_like.learning import Cost, SquaredError
from ebana_like.limits import require_at_most

LARGEST = 1e100
"""Features and quantities beyond it are refused: their squares, and sums of these, must stay finite."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples that each belong to one class.

    features: (samples, features), numbers of any type: pixels may stay bytes, an eighth of the memory of doubles.
    labels: class of each sample, (samples,), from 0.
    classes: names of the classes.
    unit: volts of one unit of the features.

    Anything that numpy makes an array of will do for the arrays; whole numbers may come as floats.
    Raises SettingError naming the sample that cannot be, or the shapes that do not fit.
    """

    features: NDArray[Any]
    labels: NDArray[Any]
    classes: tuple[str, ...]
    unit: float = field(default=1.0, kw_only=True)

    measure: ClassVar[str] = "accuracy"
    """What the mean credit of all samples is called."""

    def __post_init__(self) -> None:
        features = require_features(self.features)
        names: Any = self.classes
        if not isinstance(names, tuple | list | np.ndarray) or not all(isinstance(name, str) for name in names):
            raise SettingError(
                f"classes is {shown(names)}; expected the names of the classes or outputs, as in ('a', 'b')"
            )
        names = tuple(map(str, names))
        require_at_most("classes", len(names), f"there are {len(names):,} classes or outputs")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise SettingError(f"two of the classes are called {shown(twice)}; give each a name of its own")
        if not names:
            raise SettingError("there are no classes; a data set asks for one of several, or for a quantity")
        require_number("unit", self.unit, above=0, fix="the volts of one unit of the features")
        given = _numbers("labels", self.labels)
        if len(given) != len(features):
            raise SettingError(
                f"features are of {len(features)} samples and labels of {len(given)}; give one label to each sample"
            )
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "classes", names)
        object.__setattr__(self, "labels", self._checked(given))

    def _checked(self, labels: NDArray[Any]) -> NDArray[Any]:
        """Return labels of some numbers, one entry a sample, as this kind of data set keeps them."""
        if labels.ndim != 1:
            raise _misshapen("labels", labels, "(samples,), the number of each sample's class", "labels[:, 0]")
        return _whole(labels, len(self.classes) - 1)

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, samples: IntArray) -> Self:
        """Return some of the samples."""
        return replace(self, features=self.features[samples], labels=self.labels[samples])

    def in_range_of(self, other: "Dataset") -> "Dataset":
        """Return the same samples; quantities get answers from 0 to 1 between the extremes they have in `other`."""
        return self

    @property
    def strata(self) -> list[IntArray]:
        """Groups of samples whose shares a split keeps."""
        return [np.flatnonzero(self.labels == label) for label in range(len(self.classes))]

    def outputs(self, cost: Cost) -> int:
        """Return the number of outputs the answers need. Raises SettingError where there is nothing to tell apart, and
        for a cost that cannot express them.
        """
        if len(self.classes) < 2:
            raise SettingError(f"there is only one class, {shown(self.classes[0])}; there is nothing to tell")
        return cost.outputs(len(self.classes))

    def volts(self, samples: IntArray | slice = slice(None)) -> Annotated[FloatArray, "samples features"]:
        """Return the features of some samples, (samples, features), volts."""
        return np.asarray(self.unit * self.features[samples])

    def met(
        self, samples: Annotated[IntArray, "samples"], seeds: Sequence[int]
    ) -> Annotated[FloatArray, "samples features"]:
        """Return what `volts` does, as a batch of training meets it: perhaps changed by chance, drawn from seeds."""
        return np.asarray(self.unit * self.seen(samples, seeds))

    def seen(self, samples: IntArray, seeds: Sequence[int]) -> NDArray[Any]:
        """Return what `met` does in the features' own units and type: pixels stay bytes."""
        return self.features[samples]

    def targets(self, cost: Cost, samples: IntArray | slice = slice(None)) -> Annotated[FloatArray, "samples outputs"]:
        """Return the targets of some samples, (samples, outputs), volts under the squared error."""
        labels, outputs = self.labels[samples], self.outputs(cost)
        return cost.targets(1.0 * (labels[:, None] == (1 if outputs == 1 else np.arange(outputs))))

    def said(self, cost: Cost, scores: FloatArray) -> NDArray[Any]:
        """Return the labels that scores (batch, outputs) stand for, in the form of `labels`."""
        answers = cost.answers(scores)
        return np.asarray((answers[:, 0] > 0.5).astype(np.intp) if answers.shape[1] == 1 else answers.argmax(axis=1))

    def credit(
        self, cost: Cost, samples: IntArray | slice, scores: Annotated[FloatArray, "samples outputs"]
    ) -> Annotated[FloatArray, "samples"]:
        """Return what each answer adds to the measure, (samples,): 1 when it is right, 0 when it is wrong."""
        return np.asarray(self.said(cost, scores) == self.labels[samples], dtype=float)

    def names(self, labels: NDArray[Any]) -> list[str]:
        """Return labels (batch,) in words."""
        return [self.classes[label] for label in labels]


@dataclass(frozen=True, eq=False)
class MultilabelDataset(Dataset):
    """Samples of which several things are true or false, one output each; an answer is right when all of it is.

    labels: 0 or 1, (samples, outputs).
    classes: what each output says yes or no to.
    """

    def _checked(self, labels: NDArray[Any]) -> NDArray[Any]:
        return _whole(_by_output(labels, self.classes), 1)

    @property
    def strata(self) -> list[IntArray]:
        return [np.arange(len(self))]

    def outputs(self, cost: Cost) -> int:
        return _each_its_own(cost, len(self.classes))

    def targets(self, cost: Cost, samples: IntArray | slice = slice(None)) -> FloatArray:
        self.outputs(cost)
        return cost.targets(1.0 * self.labels[samples])

    def said(self, cost: Cost, scores: FloatArray) -> NDArray[Any]:
        return (cost.answers(scores) > 0.5).astype(np.intp)

    def credit(self, cost: Cost, samples: IntArray | slice, scores: FloatArray) -> FloatArray:
        return np.asarray((self.said(cost, scores) == self.labels[samples]).all(axis=1), dtype=float)

    def names(self, labels: NDArray[Any]) -> list[str]:
        yes = [[name for name, true in zip(self.classes, row, strict=True) if true] for row in labels]
        return [" ".join(names) or "none" for names in yes]


@dataclass(frozen=True, eq=False)
class RegressionDataset(Dataset):
    """Samples with quantities to tell, one output each.

    labels: the quantities in their own units, (samples, outputs).
    classes: names of the quantities.
    low, high: the values that the answers 0 and 1 stand for, (outputs,); see `in_range_of`.
    """

    low: FloatArray | float = 0.0
    high: FloatArray | float = 1.0

    measure: ClassVar[str] = "r2"

    def _checked(self, labels: NDArray[Any]) -> NDArray[Any]:
        for name in ("low", "high"):
            ends = _numbers(name, getattr(self, name))
            if ends.shape not in ((), (len(self.classes),)):
                raise _misshapen(name, ends, f"one value, or ({len(self.classes)},)", "one for each quantity")
            _require_finite(name, ends)
        if np.any(np.equal(self.low, self.high)):
            raise SettingError(f"low and high are both {shown(self.low)}; give the answers 0 and 1 different values")
        return _require_finite("labels", _by_output(labels, self.classes))

    @property
    def strata(self) -> list[IntArray]:
        return [np.arange(len(self))]

    @cached_property
    def variance(self) -> FloatArray:
        """Variance of each quantity over all these samples, (outputs,); exactly 0 where all are alike."""
        return np.where(np.ptp(self.labels, axis=0) > 0, self.labels.var(axis=0), 0.0)

    def in_range_of(self, other: Dataset) -> "RegressionDataset":
        low, high = other.labels.min(axis=0), other.labels.max(axis=0)
        return replace(self, low=low, high=np.where(high > low, high, low + np.maximum(1, abs(low))))

    def outputs(self, cost: Cost) -> int:
        return _each_its_own(cost, len(self.classes))

    def targets(self, cost: Cost, samples: IntArray | slice = slice(None)) -> FloatArray:
        self.outputs(cost)
        return cost.targets((self.labels[samples] - self.low) / (self.high - self.low))

    def said(self, cost: Cost, scores: FloatArray) -> NDArray[Any]:
        return self.low + cost.answers(scores) * (self.high - self.low)

    def credit(self, cost: Cost, samples: IntArray | slice, scores: FloatArray) -> FloatArray:
        """Return 1 - (error / standard deviation)^2, mean over outputs: over all samples its mean is R^2.

        Of quantities that vary: one that never does has none of its variance explained; NaN where none does.
        """
        varies = self.variance > 0
        if not varies.any():
            return np.full(len(scores), np.nan)
        squares = (self.said(cost, scores) - self.labels[samples])[:, varies] ** 2
        return np.asarray((1 - squares / self.variance[varies]).mean(axis=1))

    def names(self, labels: NDArray[Any]) -> list[str]:
        return [" ".join(f"{value:.4g}" for value in row) for row in labels]


def _each_its_own(cost: Cost, outputs: int) -> int:
    if not isinstance(cost, SquaredError):
        raise SettingError("cross-entropy chooses one class of several; set cost to squared-error for other answers")
    return outputs


def require_features(features: Any) -> NDArray[Any]:
    """Return features of samples as an array (samples, features). Raises SettingError where they are none."""
    found = _numbers("features", features)
    if found.ndim != 2:
        fix = "features.reshape(len(features), -1)" if found.ndim != 1 else "features[:, None] for one feature"
        raise _misshapen("features", found, "(samples, features)", fix)
    return _require_finite("features", found)


def _numbers(name: str, values: Any) -> NDArray[Any]:
    """Return an array of some kind of real numbers."""
    try:
        found = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:  # rows of different lengths, for one
        raise SettingError(f"{name} are no array of numbers: {' '.join(str(error).split())}") from error
    if found.dtype.kind not in "biuf":
        raise SettingError(
            f"{name} are an array of {found.dtype}; expected numbers, as np.asarray({name}, dtype=float) makes them "
            "where it can"
        )
    if not found.ndim and name in ("features", "labels"):
        raise SettingError(f"{name} is {shown(values)}; expected an array with an entry for each sample")
    return found


def _misshapen(name: str, values: NDArray[Any], expected: str, fix: str) -> SettingError:
    return SettingError(f"{name} have the shape {values.shape}; expected {expected}: give {fix}")


def _require_finite(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            wrong = ~(abs(values) <= min(LARGEST, float(np.finfo(values.dtype).max)))
        if wrong.any():
            raise _at(name, values, wrong, f"expected finite numbers of at most {LARGEST:g}; leave the sample out")
    return values


def _by_output(labels: NDArray[Any], names: tuple[str, ...]) -> NDArray[Any]:
    if labels.ndim != 2 or labels.shape[1] != len(names):
        fix = "labels[:, None]" if labels.ndim == 1 else "one column for each name in classes"
        raise _misshapen("labels", labels, f"(samples, {len(names)})", fix)
    return labels


def _whole(labels: NDArray[Any], largest: int) -> NDArray[Any]:
    """Return labels from 0 to the largest as whole numbers."""
    wrong = ~((labels >= 0) & (labels <= largest))
    if labels.dtype.kind == "f":
        wrong |= labels != np.floor(labels)
    if wrong.any():
        raise _at("labels", labels, wrong, f"expected whole numbers from 0 to {largest}, which count the classes")
    return labels if labels.dtype.kind in "iu" else labels.astype(np.intp)


def _at(name: str, values: NDArray[Any], wrong: NDArray[np.bool_], expected: str) -> SettingError:
    place = tuple(np.argwhere(wrong)[0].tolist())
    column = f", column {place[1]}" if len(place) > 1 else ""
    sample = f" of sample {place[0]}{column}" if place else ""
    return SettingError(f"{name} hold {values[place]}{sample}, counted from 0; {expected}")
