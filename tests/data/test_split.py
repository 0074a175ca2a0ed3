"""A split keeps every class's share and what it holds out unseen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebana_like.data import Dataset, MultilabelDataset, Split, VoltScale, by_converter, in_volts
from ebana_like.data.split import split
from ebana_like.errors import SettingError
from ebana_like.hardware import Converter


def flowers(sizes):
    """Classes of these sizes, shuffled; every sample's one feature is its number."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return Dataset(np.arange(len(labels), dtype=float)[:, None], labels, tuple(map(str, range(len(sizes)))))


def numbers(part):
    return [] if part is None else part.features[:, 0].astype(int).tolist()


@given(
    sizes=st.lists(st.integers(5, 40), min_size=1, max_size=4),
    validation=st.just(0.0) | st.floats(0.25, 0.4),  # of five samples at least one, however it is rounded
    test=st.just(0.0) | st.floats(0.25, 0.4),
    seed=st.integers(0, 2**32),
)
def test_every_sample_is_in_one_part_with_its_own_label_and_classes_keep_their_share(sizes, validation, test, seed):
    data = flowers(sizes)
    parts = split(data, validation, test, seed)
    assert sorted(numbers(parts.train) + numbers(parts.validation) + numbers(parts.test)) == list(range(len(data)))
    for part, share in ((parts.validation, validation), (parts.test, test)):
        counts = np.zeros(len(sizes)) if part is None else np.bincount(part.labels, minlength=len(sizes))
        assert np.abs(counts - share * np.array(sizes)).max() <= 1  # both ends of a part are rounded
        if part is not None:
            assert np.array_equal(part.labels, data.labels[numbers(part)])


def test_the_seed_chooses_the_split():
    first, again, other = (numbers(split(flowers([20, 20]), 0.2, 0.2, seed).test) for seed in (0, 0, 1))
    assert first == again != other


def test_without_fractions_everything_is_learned_from():
    parts = split(flowers([3, 3]), 0, 0, 0)
    assert len(parts.train) == 6
    assert parts.validation is parts.test is None


@pytest.mark.parametrize(
    ("validation", "test"), [(-0.1, 0.2), (0.2, -0.1), (0.5, 0.5), (0.0, float("nan")), ("0.1", 0.2)]
)
def test_fractions_that_cannot_be_are_refused(validation, test):
    with pytest.raises(SettingError, match="must be at least 0 and together below 1"):
        split(flowers([5, 5]), validation, test, 0)


def test_a_split_that_leaves_nothing_to_learn_from_is_refused():
    with pytest.raises(SettingError, match=r"0\.9 leave none of 4 samples to learn from"):
        split(flowers([2, 2]), 0.0, 0.9, 0)


@pytest.mark.parametrize(("validation", "test", "name"), [(0.01, 0, "validation"), (0, 0.01, "test")])
def test_a_part_that_is_asked_for_and_would_be_empty_is_refused(validation, test, name):
    with pytest.raises(SettingError, match=f"the {name} fraction 0.01 of 8 samples, class by class, is none; make it"):
        split(flowers([4, 4]), validation, test, 0)


@pytest.mark.parametrize("low", [-1e100, -5e-324, 0.0, 1e100])
def test_volts_are_numbers_whatever_the_units(low):
    """Half of the smallest span there is rounds to nothing, which is no span."""
    features = np.array([[low], [low + 5e-324], [1e100]])
    for part in (features[:2], features):
        assert np.abs(VoltScale.spanned_by(part).volts(part, 2.0)).max() <= 2


def test_training_samples_span_the_volts_and_others_are_clipped_to_them():
    train = Dataset(np.array([[10.0, 5.0], [30.0, 5.0], [20.0, 5.0]]), np.zeros(3, dtype=int), ("a",))
    unseen = Dataset(np.array([[0.0, 5.0], [25.0, 9.0]]), np.zeros(2, dtype=int), ("a",))
    parts = in_volts(Split(train, unseen), 2.0)
    assert parts.train.features.tolist() == [[-2, 0], [2, 0], [0, 0]], "a constant feature says nothing: 0 V"
    assert parts.validation.features.tolist() == [[-2, 0], [1, 2]]
    assert parts.test is None
    assert train.features[0].tolist() == [10, 5], "the data given stay as they are"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (lambda: (None,), "train is None; expected a Dataset"),
        (lambda: (flowers([2]).features,), r"train is array\(.*; expected a Dataset"),
        (
            lambda: (flowers([2, 2]), flowers([2, 2, 2])),
            "classes of the validation samples: .*'2'.*, of those to learn",
        ),
        (
            lambda: (flowers([2]), None, Dataset(np.zeros((1, 2)), [0], ("0",))),
            "features of the test samples: 2, of those to learn from: 1; give both the same",
        ),
        (
            lambda: (flowers([2]), None, MultilabelDataset(np.zeros((1, 1)), [[0]], ("0",))),
            "kind of the test samples: MultilabelDataset, of those to learn from: Dataset",
        ),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(parts, message):
    with pytest.raises(SettingError, match=message):
        Split(*parts())


@pytest.mark.parametrize(("full_scale", "step"), [(0.0, 0.5), (4.0, 1.0)])
def test_a_converter_sets_whole_steps(full_scale, step):
    """Three bits: eight steps from -2 V, the largest feature there is, or from -4 V."""
    features = np.array([[-2.0], [-0.8], [0.3], [1.9]])
    data = Dataset(features, np.array([0, 0, 1, 1]), ("a", "b"))
    found = by_converter(Split(data, test=data), Converter(3, full_scale))
    assert found.train.unit == step
    assert found.train.volts()[:, 0].tolist() == ([-2.0, -1.0, 0.5, 1.5] if step == 0.5 else [-2.0, -1.0, 0.0, 2.0])
    assert np.array_equal(found.test.volts(), found.train.volts())


def test_pixels_stay_bytes_behind_a_converter():
    """Four bits over +-5 V leave eight steps of 0.625 V from 0 to 4.375 V."""
    data = Dataset(np.array([[0], [100], [255]], dtype=np.uint8), np.array([0, 1, 1]), ("a", "b"), unit=5 / 255)
    found = by_converter(Split(data), Converter(4)).train
    assert found.features.dtype == np.uint8
    assert found.volts()[:, 0].tolist() == [0.0, 1.875, 4.375]


def test_no_converter_is_no_change():
    parts = Split(Dataset(np.array([[0.1], [0.2]]), np.array([0, 1]), ("a", "b")))
    assert by_converter(parts, Converter(full_scale=3.0)) is parts
