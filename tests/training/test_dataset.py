"""What is asked of samples becomes targets, and scores become answers again: classes, yes or no, quantities."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, r2_score

from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.training import Dataset, MultilabelDataset, RegressionDataset, Split, in_range

COST = SquaredError(0.3, -0.1)
ALL = slice(None)


def classes_of(labels, count):
    return Dataset(np.zeros((len(labels), 1)), np.array(labels), tuple(f"c{k}" for k in range(count)))


def quantities_of(values):
    data = RegressionDataset(np.zeros((len(values), 1)), values, tuple(f"q{k}" for k in range(values.shape[1])))
    return data.in_range_of(data)


@pytest.mark.parametrize("cost", [COST, SquaredError(-0.3, 0.3), CrossEntropy()], ids=str)
@pytest.mark.parametrize("count", [2, 3, 10])
def test_targets_say_their_class(cost, count):
    data = classes_of(range(count), count)
    targets = data.targets(cost)
    assert targets.shape == (count, data.outputs(cost))
    assert data.said(cost, targets).tolist() == data.labels.tolist()
    assert data.names(data.said(cost, targets)) == list(data.classes)
    assert data.credit(cost, ALL, targets).mean() == 1


@pytest.mark.parametrize(("on", "off"), [(1.0, 0.0), (-0.3, 0.3)])
def test_two_classes_share_one_output_which_the_middle_divides(on, off):
    cost, data = SquaredError(on, off), classes_of([0, 1], 2)
    assert data.targets(cost).tolist() == [[off], [on]]
    near_off, near_on = 0.51 * off + 0.49 * on, 0.49 * off + 0.51 * on
    assert data.said(cost, np.array([[near_off], [near_on], [off - 9 * (on - off)]])).tolist() == [0, 1, 0]


@given(labels=arrays(int, (6, 2), elements=st.integers(0, 1)), scores=arrays(float, (6, 2), elements=st.floats(-1, 1)))
def test_credit_of_yes_and_no_is_the_subset_accuracy(labels, scores):
    data = MultilabelDataset(np.zeros((6, 1)), labels, ("or", "and"))
    assert np.array_equal(data.said(COST, data.targets(COST)), labels)
    assert data.credit(COST, ALL, scores).mean() == accuracy_score(labels, scores > 0.1)  # 0.1 V is the middle


def test_yes_is_said_by_name():
    data = MultilabelDataset(np.zeros((3, 1)), np.array([[0, 0], [1, 0], [1, 1]]), ("or", "and"))
    assert data.names(data.labels) == ["none", "or", "or and"]


@given(
    values=arrays(float, (8, 2), elements=st.floats(-100, 100), unique=True),
    scores=arrays(float, (8, 2), elements=st.floats(-1, 1)),
)
def test_the_mean_credit_of_quantities_is_r2(values, scores):
    assume(values.std(axis=0).min() > 1e-3)
    data = quantities_of(values)
    parts = [data.credit(COST, np.arange(8)[part], scores[part]) for part in (slice(0, 3), slice(3, 8))]
    expected = r2_score(values, data.said(COST, scores))
    # Both sum squares of up to 800 over variances of at least 1e-6, with some roundings of 1e-16 each.
    assert np.concatenate(parts).mean() == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_quantities_are_told_in_their_own_units_and_span_on_and_off_in_training():
    train = quantities_of(np.array([[10.0], [30.0], [20.0]]))
    unseen = quantities_of(np.array([[0.0], [35.0]]))
    parts = in_range(Split(train, test=unseen))
    assert parts.train.targets(COST)[:, 0] == pytest.approx([-0.1, 0.3, 0.1], rel=1e-15)
    # beyond the extremes of training, targets go on linearly: 10 units are 0.2 V
    assert parts.test.targets(COST)[:, 0] == pytest.approx([-0.3, 0.4], rel=1e-14)
    assert parts.test.said(COST, np.array([[0.1]])) == pytest.approx(np.array([[20.0]]), rel=1e-14)
    assert parts.test.names(np.array([[20.0]])) == ["20"]


@pytest.mark.parametrize("kind", [MultilabelDataset, RegressionDataset])
def test_cross_entropy_chooses_among_classes_only(kind):
    data = kind(np.zeros((2, 1)), np.array([[0.0], [1.0]]), ("a",))
    with pytest.raises(SettingError, match="cross-entropy chooses one class of several; set cost to squared-error"):
        data.targets(CrossEntropy())


def test_part_of_the_samples_is_the_same_kind_in_the_same_range():
    part = quantities_of(np.array([[1.0], [5.0], [3.0]])).take(np.array([2]))
    assert isinstance(part, RegressionDataset)
    assert (part.low, part.high, part.labels.tolist()) == (1.0, 5.0, [[3.0]])
