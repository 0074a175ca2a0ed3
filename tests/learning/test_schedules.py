"""Factors of schedules at epochs, by their formulas; steps of optax are epochs here."""

import pickle
from dataclasses import dataclass
from math import cos, pi

import numpy as np
import optax
import pytest

from ebana_like.errors import SettingError
from ebana_like.learning import SCHEDULES, SGD, Exponential, OptaxSchedule, schedule_named
from ebana_like.learning.schedules.catalog import ends_with_training


@pytest.mark.parametrize("name", [*SCHEDULES])
def test_every_schedule_goes_to_another_process(name):
    schedule = schedule_named(name, "3=0.5" if name == "piecewise" else "", epochs=10)
    there = pickle.loads(pickle.dumps(schedule))
    assert [there.factor(epoch) for epoch in range(10)] == [schedule.factor(epoch) for epoch in range(10)]


@pytest.mark.parametrize(
    ("name", "options", "factors"),
    [
        ("constant", "", [1, 1, 1, 1, 1]),
        ("exponential", "", [1, 1, 1, 1, 1]),
        ("cosine", "", [(1 + cos(pi * epoch / 4)) / 2 for epoch in range(4)] + [0]),
        ("cosine", "decay_steps=2,alpha=0.1", [1, 0.55, 0.1, 0.1, 0.1]),
        ("warmup-cosine", "warmup_steps=2,init_value=0", [0, 0.5, 1, 0.5, 0]),
        ("linear", "", [1, 0.75, 0.5, 0.25, 0]),
        ("polynomial", {"power": 3}, [1, 0.75**3, 0.5**3, 0.25**3, 0]),
        ("piecewise", "1=0.5,3=0.1", [1, 0.5, 0.5, 0.05, 0.05]),
        ("linear-onecycle", "pct_start=0.5,pct_final=0.75,div_factor=10", [0.1, 0.55, 1, 0.1, 1e-5]),
        ("cosine-onecycle", "pct_start=0.5,div_factor=10,final_div_factor=1", [0.1, 0.55, 1, 0.55, 0.1]),
    ],
)
def test_factors_are_those_of_the_formula(name, options, factors):
    schedule = schedule_named(name, options, epochs=4)
    assert [schedule.factor(epoch) for epoch in range(5)] == pytest.approx(factors, abs=1e-15)


def test_a_decay_is_that_of_the_exponential_schedule():
    assert schedule_named("exponential", decay=0.9) == Exponential(0.9)


def test_cosines_are_as_before_to_the_last_digits():
    """Of doubles: earlier versions had the formula itself."""
    schedule = schedule_named("cosine", epochs=60)
    factors = np.array([schedule.factor(epoch) for epoch in range(70)])
    assert factors == pytest.approx([(1 + cos(pi * min(epoch / 60, 1.0))) / 2 for epoch in range(70)], abs=4e-16)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_can_be_had_for_any_number_of_epochs(name):
    for epochs in (2, 7, 100):
        factors = [schedule_named(name, epochs=epochs).factor(epoch) for epoch in range(epochs)]
        assert min(factors) > 0
        assert 0.3 < max(factors) <= 1


@dataclass(frozen=True)
class Halved:
    """Somebody else's schedule."""

    def factor(self, epoch):
        return 0.5 if epoch else 1.0


def test_schedules_of_ones_own_and_of_optax_are_taken():
    assert SGD(0.1, Halved()).schedule.factor(1) == 0.5
    assert OptaxSchedule(optax.linear_schedule(1.0, 0.0, 10)).factor(1) == pytest.approx(0.9, rel=1e-15)


def test_a_schedule_ends_with_training_unless_it_is_told_when():
    assert ends_with_training("cosine", "alpha=0.1")
    assert not ends_with_training("cosine", "decay_steps=10")
    assert not ends_with_training("piecewise", "10=0.1")
    assert not ends_with_training("exponential", "")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedule_named("cosin"), 'there is no schedule "cosin"; did you mean "cosine"'),
        (lambda: schedule_named("cosine", decay=0.9), "decay is 0.9 but the schedule is cosine"),
        (
            lambda: schedule_named("cosine", "beta=1", 30),
            "schedule_options has 'beta', which cosine does not know; its options are decay_steps=30, alpha=0, expon",
        ),
        (lambda: schedule_named("cosine", "decay_steps=2.5"), "decay_steps of cosine is '2.5'; it must be a whole"),
        (
            lambda: schedule_named("cosine", "decay_steps=0"),
            "the schedule cosine cannot be with decay_steps=0, .*posit",
        ),
        (lambda: schedule_named("constant", "alpha=1"), "which constant does not know; it has no options"),
        (lambda: schedule_named("piecewise", "a=1"), "piecewise takes a factor of at least 0 from each epoch on"),
        (lambda: OptaxSchedule(0.5), "schedule is 0.5; expected one such as optax.constant"),
    ],
)
def test_schedules_that_cannot_be_are_refused(make, message):
    with pytest.raises(SettingError, match=message):
        make()
