"""scikit-learn's own checks of what an estimator promises."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from ebana_like import CircuitClassifier, CircuitRegressor


@parametrize_with_checks([CircuitClassifier(), CircuitClassifier(cost="cross-entropy"), CircuitRegressor()])
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)
