"""A cost's gradient is the slope of its value, and its targets stand for the answers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError

COSTS = [SquaredError(0.3, 0.0), SquaredError(-0.2, 0.5), CrossEntropy(0.1), CrossEntropy(2.0), CrossEntropy(0.1, 0.2)]
volts = st.floats(-1, 1)


@pytest.mark.parametrize("cost", COSTS, ids=str)
@given(scores=arrays(float, (2, 3), elements=volts), direction=arrays(float, (2, 3), elements=volts), data=st.data())
def test_the_gradient_is_the_slope_of_the_value(cost, scores, direction, data):
    targets = cost.targets(np.eye(3)[data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=2))])
    h = 1e-4  # volts
    slope = (cost.value(scores + h * direction, targets) - cost.value(scores - h * direction, targets)) / (2 * h)
    # Central differences err by h^2 / 6 times the third derivative, below 3 / temperature^3 = 3000 for the steepest
    # of these costs, and by the rounding of values up to 20, 4e-15 / h.
    assert slope == pytest.approx((cost.gradient(scores, targets) * direction).sum(axis=-1), abs=1e-5)


@given(on=volts, off=volts, answers=arrays(float, (2, 3), elements=st.floats(-1, 2)))
def test_answers_come_back_from_their_targets(on, off, answers):
    assume(abs(on - off) > 0.01)
    cost = SquaredError(on, off)
    # Rounding of volts up to 3 is 4e-16; the inverse divides it by at least 0.01 V.
    assert cost.answers(cost.targets(answers)) == pytest.approx(answers, abs=1e-12)


def test_yes_and_no_are_on_and_off_to_the_bit():
    assert SquaredError(0.3, -0.1).targets(np.array([[1.0, 0.0]])).tolist() == [[0.3, -0.1]]


def test_answers_of_the_cross_entropy_are_probabilities():
    answers = CrossEntropy(0.5).answers(np.array([[0.5 * np.log(3), 0.0]]))
    assert answers == pytest.approx(np.array([[0.75, 0.25]]), rel=1e-15)


def test_targets_that_cannot_be_told_apart_are_refused():
    with pytest.raises(SettingError, match="on and off are both 0.2 V; give the two answers different"):
        SquaredError(0.2, 0.2)


def test_the_squared_error_is_half_the_squared_distance():
    assert SquaredError().value(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]])).tolist() == [2.5]


@given(arrays(float, (2, 3), elements=volts), st.floats(-100, 100))
def test_cross_entropy_sees_differences_of_scores_only(scores, shift):
    cost, targets = CrossEntropy(0.5), np.eye(3)[:2]
    # Adding the shift rounds scores at 1e-14 V, here 3e-14 in units of the temperature.
    assert cost.value(scores + shift, targets) == pytest.approx(cost.value(scores, targets), abs=1e-12)
    assert cost.gradient(scores + shift, targets) == pytest.approx(cost.gradient(scores, targets), abs=1e-12)
    assert cost.gradient(scores, targets).sum(axis=1) == pytest.approx(np.zeros(2), abs=1e-14)


def test_cross_entropy_of_equal_scores_is_the_entropy_of_a_guess():
    assert CrossEntropy(0.1).value(np.zeros((1, 4)), np.eye(4)[:1]) == pytest.approx(np.log(4), rel=1e-15)


def test_smoothing_spreads_a_part_of_the_probability_over_all_classes():
    cost = CrossEntropy(0.5, smoothing=0.2)
    (targets,) = cost.targets(np.array([[0.0, 1.0, 0.0, 0.0]]))
    assert targets == pytest.approx([0.05, 0.85, 0.05, 0.05], rel=1e-15)
    least = 0.5 * np.log(targets)[None]  # scores whose probabilities are the targets
    assert cost.value(least, targets[None]) == pytest.approx(0, abs=1e-15)
    assert cost.gradient(least, targets[None]) == pytest.approx(np.zeros((1, 4)), abs=1e-15)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_smoothing_that_leaves_no_class_is_refused(smoothing):
    with pytest.raises(SettingError, match="smoothing of the cross-entropy is .* at least 0 and below 1"):
        CrossEntropy(0.1, smoothing)


@pytest.mark.parametrize("temperature", [0.0, -0.1, float("nan")])
def test_a_temperature_that_is_not_positive_is_refused(temperature):
    with pytest.raises(SettingError, match="temperature of the cross-entropy is .* above zero"):
        CrossEntropy(temperature)
