"""Which class does a circuit say? scikit-learn's classifier."""

from collections.abc import Mapping
from math import isnan
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from ebana_like.checks import shown
from ebana_like.data import Dataset
from ebana_like.data.dataset import require_features
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.predictors.predictor import CircuitPredictor, in_one_line


def _says_probabilities(classifier: "CircuitClassifier") -> bool:
    if classifier.cost != "cross-entropy":
        raise AttributeError(f'probabilities need cost="cross-entropy"; here it is {classifier.cost!r}')
    return True


class CircuitClassifier(ClassifierMixin, CircuitPredictor):  # type: ignore[misc] # scikit-learn has no types
    """Tell classes apart: the class whose output pair has the largest score; two classes share one pair.

    Parameters: see `CircuitPredictor`. `cost` is "squared-error", which pulls the scores to `on` and `off`, or
    "cross-entropy", which gives `predict_proba` too.
    """

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Make one more pass, over these samples.

        classes: all that will ever come, wanted by the first call; its samples also decide how features are scaled.
        """
        first = not self.__sklearn_is_fitted__()
        if first and classes is None:
            raise SettingError("classes must be passed on the first call to partial_fit: all that will ever come")
        features, y = self._validated(X, y, first)
        if first:
            return self._train(self._frame(features, self._question(classes)), features, y, 1)
        if classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise SettingError(f"classes is {shown(classes)}; the first call to partial_fit had {shown(self.classes_)}")
        return self._train(self._learned.frame, features, y, 1, go_on=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of every sample, (samples,)."""
        scores, cost = self._scores(X)
        return np.asarray(self.classes_[self._learned.frame.asked.said(cost, scores)])

    def decision_function(self, X: Any) -> FloatArray:
        """Return how much each class is meant, (samples, classes): 0 at `off` to 1 at `on`, or a probability.

        For two classes (samples,), above 0 for the second.
        """
        scores, cost = self._scores(X)
        answers = cost.answers(scores)
        if len(self.classes_) > 2:
            return answers
        return np.asarray(answers[:, 0] - 0.5 if answers.shape[1] == 1 else answers[:, 1] - answers[:, 0])

    @available_if(_says_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probability of every class, (samples, classes), as softmax(scores / temperature)."""
        scores, cost = self._scores(X)
        return cost.answers(scores)

    def _validated(self, X: Any, y: Any, first: bool) -> tuple[FloatArray, Any]:
        _require_labels(y)
        with in_one_line():
            X, y = validate_data(self, X, y, dtype=float, reset=first)
            check_classification_targets(y)
        return require_features(X), y

    def _question(self, y: Any) -> Dataset:
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise SettingError(f"there is only one class, {self.classes_[0]}; a classifier needs at least two")
        return self._asking()

    def _asking(self) -> Dataset:
        nothing = np.zeros((0, 0)), np.zeros(0, dtype=np.intp)
        return Dataset(*nothing, tuple(map(str, self.classes_)))

    def _labels(self, y: Any) -> NDArray[Any]:
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise SettingError(f"y has the class {unknown[0]!r}, which is not among those of the first call")
        return np.asarray(np.searchsorted(self.classes_, y))

    def _answers(self) -> dict[str, Any]:
        return {"classes": self.classes_}

    def _restored(self, answers: Mapping[str, Any]) -> Dataset:
        self.classes_ = answers["classes"]
        return self._asking()


def _require_labels(y: Any) -> None:
    """Raise SettingError where objects among the labels are missing, or are words and numbers, which have no order.

    Looked at before they become an array: numpy makes the word nan of one that is missing beside words.
    """
    objects = y if isinstance(y, np.ndarray) else np.asarray(y, dtype=object)
    if objects.dtype != object or objects.ndim != 1:
        return
    for k, label in enumerate(objects):
        lacking = type(label).__name__ in ("NoneType", "NAType", "NaTType")
        if lacking or (isinstance(label, float) and isnan(label)):
            raise SettingError(f"y has no label for sample {k}, counted from 0: it is {label!r}; leave the sample out")
    words = [isinstance(label, str) for label in objects]
    if any(words) and not all(words):
        word, other = objects[words.index(True)], objects[words.index(False)]
        raise SettingError(f"y has the word {word!r} and {other!r}, which is none; make all labels words: map(str, y)")
