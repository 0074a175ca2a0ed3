"""Which quantities does a circuit tell? scikit-learn's regressor."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin
from sklearn.utils.validation import validate_data

from ebana_like.data import Dataset, RegressionDataset
from ebana_like.data.dataset import require_features
from ebana_like.elements import FloatArray
from ebana_like.predictors.predictor import CircuitPredictor, in_one_line


class CircuitRegressor(MultiOutputMixin, RegressorMixin, CircuitPredictor):  # type: ignore[misc] # as there
    """Tell one quantity or several: an output pair each, whose score goes linearly from `off` to `on` between the
    extremes the quantity has in `fit` or in the first `partial_fit`, and beyond.

    Parameters: see `CircuitPredictor`.
    """

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Make one more pass, over these samples; those of the first call decide how features and y are scaled."""
        first = not self.__sklearn_is_fitted__()
        features, y = self._validated(X, y, first)
        frame = self._frame(features, self._question(y)) if first else self._learned.frame
        return self._train(frame, features, y, 1, go_on=not first)

    def predict(self, X: Any) -> FloatArray:
        """Return the quantities of every sample in their own units, (samples,) or (samples, quantities) as y was."""
        scores, cost = self._scores(X)
        said = self._learned.frame.asked.said(cost, scores)
        return said[:, 0] if self._flat else said

    def _validated(self, X: Any, y: Any, first: bool) -> tuple[FloatArray, Any]:
        with in_one_line():
            X, y = validate_data(self, X, y, dtype=float, reset=first, multi_output=True, y_numeric=True)
            y = np.asarray(y, dtype=float)
        return require_features(X), y

    def _question(self, y: Any) -> Dataset:
        self._flat = y.ndim == 1
        values = self._labels(y)
        names = tuple(f"y{k}" for k in range(values.shape[1]))
        data = RegressionDataset(np.zeros((len(values), 0)), values, names)
        return data.in_range_of(data).take(np.zeros(0, dtype=np.intp))

    def _labels(self, y: Any) -> NDArray[Any]:
        return np.asarray(y.reshape(len(y), -1))

    def _answers(self) -> dict[str, Any]:
        asked = self._learned.frame.asked
        assert isinstance(asked, RegressionDataset)
        return {"flat": self._flat, "low": asked.low, "high": asked.high}

    def _restored(self, answers: Mapping[str, Any]) -> Dataset:
        self._flat, low, high = answers["flat"], answers["low"], answers["high"]
        names = tuple(f"y{k}" for k in range(len(low)))
        return RegressionDataset(np.zeros((0, 0)), np.zeros((0, len(low))), names, low, high)
