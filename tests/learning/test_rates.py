"""Rates follow from the network's size by one formula, and those that people give stand as they are."""

from dataclasses import replace

import pytest

from ebana_like.data import Dataset, Split
from ebana_like.errors import SettingError
from ebana_like.learning.rates import rates_by_size
from ebana_like.runs import Settings, problem_of, rates_of
from ebana_like.tasks import TASKS

MNIST = replace(TASKS["mnist"].settings, update="sgd", lr=(0.0,))


@pytest.mark.parametrize(("neurons", "rates"), [(100, (4.0, 0.025)), (1024, (40.96, 0.256)), (32768, (1310.72, 8.192))])
def test_rates_grow_with_the_neurons(neurons, rates):
    assert rates_of(replace(MNIST, hidden=(neurons,))) == pytest.approx(rates, rel=1e-12)


def test_every_crossbar_has_the_rate_of_its_neurons():
    assert rates_by_size((0.5, 0.25), (200, 100), batch=100) == (100.0, 50.0, 25.0)


@pytest.mark.parametrize(("batch", "share"), [(1, 0.05), (10, 0.5), (20, 1.0), (100, 1.0)])
def test_small_batches_have_smaller_rates_in_proportion(batch, share):
    assert rates_by_size((0.5, 0.25), (8,), batch) == pytest.approx((4 * share, 2 * share), rel=1e-12)


def test_rates_that_are_given_stand_as_they_are():
    assert rates_of(replace(MNIST, hidden=(300,), lr=(0.5, 0.0))) == pytest.approx((0.5, 0.075), rel=1e-12)
    assert rates_of(replace(MNIST, hidden=(300, 30), g_start=(1e-8, 1e-7), lr=(3.0,))) == (3.0, 3.0, 3.0)


def test_a_problem_is_trained_with_them():
    data = Split(Dataset([[0.0, 1.0], [1.0, 0.0]], [0, 1], ("no", "yes")))
    settings = Settings(hidden=(4, 6), lr=(0.0,), lr_by_size=(0.5, 0.25), batch=40)
    rates = problem_of(settings, data, "small").update.rate
    assert rates == {"crossbar1": 2.0, "crossbar2": 3.0, "crossbar3": 1.5}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": (0.0,)}, "lr is 0, and lr_by_size is not given; give lr"),
        ({"lr": (0.0,), "lr_by_size": (1.0,)}, "lr_by_size has 1 value.* first and last"),
        ({"lr": (0.0,), "lr_by_size": (1.0, 0.0)}, "lr_by_size is .*above zero"),
        ({"lr": (0.0,), "lr_by_size": (1.0, 1.0), "update": "adam"}, "lr is 0.*sgd.*adam"),
    ],
)
def test_what_the_rule_does_not_tell_is_asked_for(changes, message):
    with pytest.raises(SettingError, match=message):
        Settings(**changes)
