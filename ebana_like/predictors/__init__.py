"""Circuits as scikit-learn estimators."""

from ebana_like.predictors.classifier import CircuitClassifier
from ebana_like.predictors.regressor import CircuitRegressor

__all__ = ["CircuitClassifier", "CircuitRegressor"]
