"""What is a data set to a circuit? Features as volts, and what is asked of them: a class, yes or no, or quantities."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ebana_like.elements import FloatArray, IntArray
from ebana_like.errors import SettingError
from ebana_like.learning import Cost, SquaredError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples that each belong to one class.

    features: (samples, features), numbers of any type: pixels may stay bytes, an eighth of the memory of doubles.
    labels: class of each sample, (samples,), from 0.
    classes: names of the classes.
    unit: volts of one unit of the features.
    """

    features: NDArray[Any]
    labels: NDArray[Any]
    classes: tuple[str, ...]
    unit: float = field(default=1.0, kw_only=True)

    measure: ClassVar[str] = "accuracy"
    """What the mean credit of all samples is called."""

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
        """Return the number of outputs the answers need. Raises SettingError for a cost that cannot express them."""
        return cost.outputs(len(self.classes))

    def volts(self, samples: IntArray | slice = slice(None)) -> FloatArray:
        """Return the features of some samples, (samples, features), volts."""
        return np.asarray(self.unit * self.features[samples])

    def targets(self, cost: Cost, samples: IntArray | slice = slice(None)) -> FloatArray:
        """Return the targets of some samples, (samples, outputs), volts under the squared error."""
        labels, outputs = self.labels[samples], self.outputs(cost)
        return cost.targets(1.0 * (labels[:, None] == (1 if outputs == 1 else np.arange(outputs))))

    def said(self, cost: Cost, scores: FloatArray) -> NDArray[Any]:
        """Return the labels that scores (batch, outputs) stand for, in the form of `labels`."""
        answers = cost.answers(scores)
        return np.asarray((answers[:, 0] > 0.5).astype(np.intp) if answers.shape[1] == 1 else answers.argmax(axis=1))

    def credit(self, cost: Cost, samples: IntArray | slice, scores: FloatArray) -> FloatArray:
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

    @property
    def strata(self) -> list[IntArray]:
        return [np.arange(len(self))]

    @cached_property
    def variance(self) -> FloatArray:
        """Variance of each quantity over all these samples, (outputs,)."""
        return np.asarray(self.labels.var(axis=0))

    def in_range_of(self, other: Dataset) -> "RegressionDataset":
        low, high = other.labels.min(axis=0), other.labels.max(axis=0)
        return replace(self, low=low, high=np.where(high > low, high, low + 1))

    def outputs(self, cost: Cost) -> int:
        return _each_its_own(cost, len(self.classes))

    def targets(self, cost: Cost, samples: IntArray | slice = slice(None)) -> FloatArray:
        self.outputs(cost)
        return cost.targets((self.labels[samples] - self.low) / (self.high - self.low))

    def said(self, cost: Cost, scores: FloatArray) -> NDArray[Any]:
        return self.low + cost.answers(scores) * (self.high - self.low)

    def credit(self, cost: Cost, samples: IntArray | slice, scores: FloatArray) -> FloatArray:
        """Return 1 - (error / standard deviation)^2, mean over outputs: over all samples its mean is R^2."""
        squares = (self.said(cost, scores) - self.labels[samples]) ** 2
        return np.asarray((1 - squares / np.where(self.variance > 0, self.variance, np.nan)).mean(axis=1))

    def names(self, labels: NDArray[Any]) -> list[str]:
        return [" ".join(f"{value:.4g}" for value in row) for row in labels]


def _each_its_own(cost: Cost, outputs: int) -> int:
    if not isinstance(cost, SquaredError):
        raise SettingError("cross-entropy chooses one class of several; set cost to squared-error for other answers")
    return outputs
