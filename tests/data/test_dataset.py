"""What is asked of samples becomes targets, and scores become answers again: classes, yes or no, quantities."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, r2_score

from ebana_like.data import Dataset, MultilabelDataset, RegressionDataset, Split, in_range
from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.training import Evaluation

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


def test_singles_and_whole_numbers_are_features_too():
    """The largest number that is taken is none of float32, and is not turned into one."""
    for kind in (np.float16, np.float32, np.int8):
        assert Dataset(np.ones((2, 1), kind), np.array([0, 1]), ("a", "b")).features.dtype == kind
    with pytest.raises(SettingError, match="features hold inf of sample 1, column 0"):
        Dataset(np.array([[1.0], [np.inf]], np.float32), np.array([0, 1]), ("a", "b"))


def test_what_does_not_vary_has_no_variance_to_explain():
    """The mean of 0.2 three times is off by a rounding, and so is a variance by its formula: 1e-33, and no zero."""
    scores = np.array([[0.1, 0.3], [0.2, 0.1], [0.4, 0.0]])
    values = np.array([[0.2, 1.0], [0.2, 2.0], [0.2, 4.0]])
    alike, varying, both = quantities_of(values[:, :1]), quantities_of(values[:, 1:]), quantities_of(values)
    assert np.isnan(alike.credit(COST, ALL, scores[:, :1])).all()
    assert str(Evaluation(0.1, np.nan, "r2")) == "R² undefined (all targets are alike)"
    assert both.credit(COST, ALL, scores).tolist() == varying.credit(COST, ALL, scores[:, 1:]).tolist()


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


NAN, INF = float("nan"), float("inf")
TWO = ("a", "b")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        # features
        (lambda: Dataset([1.0, 2.0], [0, 1], TWO), r"features have the shape \(2,\); .* features\[:, None\]"),
        (lambda: Dataset(np.zeros((2, 3, 3)), [0, 1], TWO), r"features have the shape \(2, 3, 3\); .*\.reshape"),
        (
            lambda: Dataset([[0], [NAN]], [0, 1], TWO),
            "features hold nan of sample 1, column 0, counted from 0; expected",
        ),
        (lambda: Dataset([[0, 1], [0, INF]], [0, 1], TWO), "features hold inf of sample 1, column 1"),
        (lambda: Dataset([[0], [-1e308]], [0, 1], TWO), "features hold -1e.308 of sample 1, .* at most 1e.100"),
        (lambda: Dataset([[0], ["1"]], [0, 1], TWO), "features are an array of <U21; expected numbers"),
        (lambda: Dataset([[0], [None]], [0, 1], TWO), "features are an array of object; expected numbers"),
        (lambda: Dataset([[0], [1j]], [0, 1], TWO), "features are an array of complex128; expected numbers"),
        (lambda: Dataset([[0], [1, 2]], [0, 1], TWO), "features are no array of numbers: .* inhomogeneous"),
        (lambda: Dataset(3.0, [0, 1], TWO), "features is 3; expected an array with an entry for each sample"),
        # labels
        (lambda: Dataset([[0], [1]], [0], TWO), "features are of 2 samples and labels of 1; give one label to each"),
        (lambda: Dataset([[0], [1]], [[0], [1]], TWO), r"labels have the shape \(2, 1\); .* give labels\[:, 0\]"),
        (lambda: Dataset([[0]] * 4, [0, 1, 2, 0], TWO), "labels hold 2 of sample 2, counted from 0; .* from 0 to 1"),
        (lambda: Dataset([[0], [1]], [0, -1], TWO), "labels hold -1 of sample 1"),
        (lambda: Dataset([[0], [1]], [0.5, 1], TWO), "labels hold 0.5 of sample 0, .* expected whole numbers"),
        (lambda: Dataset([[0], [1]], [NAN, 1], TWO), "labels hold nan of sample 0"),
        (lambda: Dataset([[0], [1]], ["a", "b"], TWO), "labels are an array of <U1; expected numbers"),
        # classes
        (lambda: Dataset([[0]], [0], "ab"), "classes is 'ab'; expected the names of the classes or outputs"),
        (lambda: Dataset([[0]], [0], (1, 2)), "classes is 1,2; expected the names"),
        (lambda: Dataset([[0]], [0], ()), "there are no classes"),
        (lambda: Dataset([[0]], [0], ("a", "a")), "two of the classes are called 'a'; give each a name of its own"),
        (lambda: Dataset([[0]], [0], [f"c{k}" for k in range(3000)]), "there are 3,000 classes .* more than 1,000"),
        (lambda: Dataset([[0]], [0], TWO, unit=0), "unit is 0; it must be above zero, the volts of one unit"),
        (lambda: Dataset([[0]], [0], ("a",)).outputs(COST), "there is only one class, 'a'; there is nothing to tell"),
        # several outputs
        (lambda: MultilabelDataset([[0]], [1], ("a",)), r"labels have the shape \(1,\); expected \(samples, 1\)"),
        (lambda: MultilabelDataset([[0]], [[1]], TWO), r"labels have the shape \(1, 1\); expected \(samples, 2\)"),
        (lambda: MultilabelDataset([[0]], [[1, 2]], TWO), "labels hold 2 of sample 0, column 1"),
        (lambda: RegressionDataset([[0]], [1.5], ("q",)), r"labels have the shape \(1,\); .* give labels\[:, None\]"),
        (lambda: RegressionDataset([[0]], [[NAN]], ("q",)), "labels hold nan of sample 0, column 0"),
        (lambda: RegressionDataset([[0]], [[1e200]], ("q",)), r"labels hold 1e\+200 of sample 0, column 0"),
        (lambda: RegressionDataset([[0]], [[1]], ("q",), low=2, high=2), "low and high are both 2; give the answers"),
        (
            lambda: RegressionDataset([[0]], [[1]], ("q",), high=[1, 2]),
            r"high have the shape \(2,\); expected one value",
        ),
        (lambda: RegressionDataset([[0]], [[1]], ("q",), low=NAN), "low hold nan"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_one_line(make, message):
    with pytest.raises(SettingError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_lists_and_whole_numbers_as_floats_are_the_arrays_they_stand_for():
    data = Dataset([[0, 1], [2, 3]], [0.0, 1.0], list(TWO))
    assert data.labels.tolist() == [0, 1]
    assert (data.labels.dtype.kind, data.classes) == ("i", TWO)
    assert data.take(np.array([1])).features.tolist() == [[2, 3]]
    assert MultilabelDataset([[0]], [[True, False]], TWO).names(np.array([[True, False]])) == ["a"]


def test_a_quantity_that_never_changes_has_a_range_however_large_it_is():
    data = quantities_of(np.full((2, 1), 1e90))
    assert data.targets(COST).tolist() == [[-0.1], [-0.1]]
