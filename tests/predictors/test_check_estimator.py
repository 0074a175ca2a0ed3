"""scikit-learn's own checks of what an estimator promises; a dozen passes are enough for them."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from ebana_like import CircuitClassifier, CircuitRegressor

QUICK = {"epochs": 12, "batch": 30, "lr": 0.02}


@parametrize_with_checks([CircuitClassifier(cost="cross-entropy", **QUICK)])
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)


@pytest.mark.thorough
@parametrize_with_checks([CircuitClassifier(**QUICK), CircuitRegressor(**QUICK)])
def test_scikit_learn_finds_nothing_wrong_with_another_cost_or_with_regression(estimator, check):
    check(estimator)
