"""Pulses lead where the law of their steps says, and what is drawn has the mean and the spread that were asked for."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import (
    Constant,
    Exponential,
    Levels,
    Linear,
    Power,
    Programmed,
    Pulsed,
    SoftBounds,
    Verified,
    technology_named,
)
from ebana_like.hardware.kinds import kind_of
from ebana_like.values import Parameter, Range

LOW, HIGH, COUNT = 1e-6, 5e-5, 20_000
SPAN = HIGH - LOW


def parameter(place=0.5, count=COUNT):
    return Parameter(np.full(count, LOW + SPAN * place), "siemens", Range(LOW, HIGH))


def asked(technology, changes, place=0.5, count=COUNT):
    """Return places after each of some wanted changes, shares of the range, and the state at the end."""
    given = parameter(place, count)
    state = dict(technology.start({"r.conductance": given}))
    value = technology.held({"r.conductance": given}, state)["r.conductance"]
    places = [(value - LOW) / SPAN]
    for k, change in enumerate(changes):
        wanted = np.full(count, -change * SPAN)
        rng = np.random.default_rng([5, k])
        value, new = technology.move("r.conductance", given, value, wanted, 1.0, state, rng)
        assert ((value >= LOW) & (value <= HIGH)).all()
        state |= new
        places.append((value - LOW) / SPAN)
    return np.array(places), state


@pytest.mark.parametrize(
    ("law", "up", "down"),
    [
        (Constant(), lambda x: 1.0, lambda x: 1.0),
        (Linear(0.2, 0.6), lambda x: 1 - 0.2 * (2 * x - 1), lambda x: 1 + 0.6 * (2 * x - 1)),
        (SoftBounds(), lambda x: 2 * (1 - x), lambda x: 2 * x),
        (Power(2.0, 3.0), lambda x: (1 - x) ** 2, lambda x: x**3),
        (
            Exponential(-1.2, -0.1, 5.0, 5.0, -0.5, -0.5),
            lambda x: 1 + 1.2 * np.exp(5 * (-(x - 0.5) - 0.5)),
            lambda x: 1 + 0.1 * np.exp(-5 * (-(x - 0.5) - 0.5)),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_pulse_is_as_large_as_its_law_has_it(law, up, down):
    technology = Pulsed(step=0.01, law=law, rounding="nearest")
    places, _ = asked(technology, [0.01] * 8 + [-0.01] * 12, place=0.3, count=2)
    x = 0.3
    for k, found in enumerate(places[1:, 0]):
        x += 0.01 * up(x) if k < 8 else -0.01 * down(x)
        assert found == pytest.approx(x, abs=1e-8)  # steps are singles


@pytest.mark.parametrize("pulses", [20, 200])
def test_many_pulses_in_one_go_are_the_pulses_one_by_one(pulses):
    """But for the fourth power of the share by which they change the law's factor, 2/1000 each."""
    technology = Pulsed(law=SoftBounds(), rounding="nearest", most=200)
    assert technology.in_one_go
    places, _ = asked(technology, [pulses * 0.001], place=0.2, count=1)
    one_by_one = 1 - 0.8 * (1 - 0.002) ** pulses
    assert places[-1] == pytest.approx(one_by_one, abs=max(0.8 * (0.002 * pulses) ** 4 / 24, 1e-6))


def test_coarse_pulses_are_taken_one_by_one():
    technology = Pulsed(step=0.1, law=SoftBounds(), rounding="nearest")
    places, _ = asked(technology, [0.3], place=0.2, count=1)
    assert 1 - places[-1, 0] == pytest.approx(0.8 * 0.8**3)


def test_rounding_by_chance_is_right_in_the_mean_and_to_the_nearest_is_blind():
    by_chance, _ = asked(Pulsed(step=0.01), [0.003])
    moved = by_chance[1] - by_chance[0]
    assert moved.mean() == pytest.approx(0.003, abs=4 * 0.0046 / np.sqrt(COUNT))
    assert set(np.round(moved, 12)) == {0.0, 0.01}
    nearest, _ = asked(Pulsed(step=0.01, rounding="nearest"), [0.003] * 5)
    assert (nearest == nearest[0]).all()


def test_a_kept_remainder_loses_nothing():
    changes = [0.003, -0.001, 0.0042, 0.0101, -0.02]
    places, state = asked(Pulsed(step=0.01, rounding="kept"), changes, count=3)
    done = places - places[0]
    assert abs(done[1:, 0] - np.cumsum(changes)).max() < 0.01
    np.testing.assert_allclose(done[-1] + 0.01 * state["left/r.conductance"], sum(changes))


def test_a_kept_remainder_is_written_once_it_fills_the_least_pulses():
    places, state = asked(Pulsed(step=0.01, rounding="kept", least=3), [0.012, 0.013, 0.011, -0.025], count=2)
    np.testing.assert_allclose(places[1:, 0], [0.5, 0.5, 0.53, 0.53])
    np.testing.assert_allclose(state["left/r.conductance"], 3.6 - 3 - 2.5)
    with pytest.raises(SettingError, match="least pulses of a technology is 40; it must be at least 1 and at most 31"):
        Pulsed(least=40)


def test_no_more_pulses_than_an_update_can_give():
    places, _ = asked(Pulsed(step=0.01, most=3), [0.2], count=2)
    np.testing.assert_allclose(places[-1], 0.53)


def test_noise_of_cycles_and_steps_of_devices_have_their_spread():
    technology = Pulsed(cycle=0.5, device=0.2, imbalance=0.3, rounding="nearest")
    places, _ = asked(technology, [0.001, -0.001])
    up, down = places[1] - places[0], places[1] - places[2]
    assert up.mean() == pytest.approx(0.001, rel=0.01)
    assert down.mean() == pytest.approx(0.0007, rel=0.015)
    assert up.std() == pytest.approx(0.001 * np.sqrt(0.3), rel=0.02)  # of (1 + 0.2 a) (1 + 0.5 b)
    assert np.corrcoef(up, down)[0, 1] == pytest.approx(0.04 / np.sqrt(0.3 * 0.1725), abs=0.03)  # the devices' part
    many, _ = asked(replace(technology, device=0.0, imbalance=0.0), [0.016])
    assert (many[1] - many[0]).std() == pytest.approx(0.001 * 0.5 * 4, rel=0.02)


def test_stuck_devices_and_ends_of_their_own():
    technology = Pulsed(stuck_low=0.02, stuck_high=0.05, low_spread=0.1, high_spread=0.2)
    places, _ = asked(technology, [0.03] * 40 + [-0.03] * 80)
    stuck = (places == places[0]).all(axis=0)
    assert stuck.mean() == pytest.approx(0.07, abs=0.006)
    assert set(places[0][stuck]) == {0.0, 1.0}
    reached = places[40][~stuck]
    assert (reached < 1).mean() == pytest.approx(0.5, abs=0.02)  # the others' ends lie beyond the range
    assert 1 - np.quantile(reached, 0.16) == pytest.approx(0.1, abs=0.01)  # sd 0.2 of the half range


def test_noise_of_writing_is_seen_and_not_held():
    technology = Pulsed(write_noise=0.05, rounding="nearest")
    places, state = asked(technology, [0.01, 0.0, 0.01])
    np.testing.assert_array_equal(places[1], places[2])  # not written, not changed
    assert places[3].std() == pytest.approx(0.05, rel=0.03)
    np.testing.assert_allclose((state["hidden/r.conductance"] - LOW) / SPAN, 0.52)


def test_what_leaks_and_what_drifts():
    leaking, _ = asked(Pulsed(leak=50.0, period=10.0), [0.0] * 3, place=0.9, count=1)
    assert leaking[-1, 0] == pytest.approx(0.5 + 0.4 * np.exp(-30 / 50))
    drifting, _ = asked(Pulsed(drift=0.05, drift_after=2.0), [0.0] * 8, place=0.9, count=1)
    g = LOW + SPAN * drifting[:, 0]
    assert g[-1] == pytest.approx(g[0] * 5**-0.05)


def test_one_way_devices_are_reset_where_they_are_to_lose_much():
    technology = Pulsed(step=0.005, one_way=True, refresh=0.1)
    places, state = asked(technology, [-0.03] * 3 + [-0.03], place=0.6, count=5)
    np.testing.assert_array_equal(places[3], places[0])
    np.testing.assert_allclose(places[4], 0.48, atol=0.0026)
    assert (state["left/r.conductance"] == 0).all()


def test_symmetry_points():
    linear = Pulsed(law=Linear(0.2, 0.6), imbalance_device=0.05, zero=0.4)
    made = linear.devices(100, np.random.default_rng(0))
    places = linear.symmetry(made)
    rises, falls = made["rising step"], made["falling step"]
    up, down = rises * (1 - 0.2 * (places - 0.4) / 0.6), falls * (1 + 0.6 * (places - 0.4) / 0.4)
    inside = (places > 1e-9) & (places < 1 - 1e-9)
    np.testing.assert_allclose(up[inside], down[inside], rtol=1e-9)
    centred = Pulsed(law=SoftBounds(), device=0.3, imbalance_device=0.1, low_spread=0.3, high_spread=0.2, centred=True)
    np.testing.assert_allclose(centred.symmetry(centred.devices(100, np.random.default_rng(1))), 0.5, atol=1e-9)


def test_devices_whose_steps_cancel_everywhere_have_their_symmetry_point_at_zero():
    for technology in (Pulsed(device=0.3), Pulsed(zero=0.4), technology_named("vteam")):
        made = technology.devices(5, np.random.default_rng(0))
        np.testing.assert_array_equal(technology.symmetry(made), technology.zero)


def test_devices_that_differ_in_numbers_alone_are_compiled_once():
    one, other = Pulsed(step=1e-3, cycle=0.3, law=Linear(0.1, 0.5)), Pulsed(step=2e-3, cycle=2.0, law=Linear(0.4, 0.7))
    assert kind_of(one)[0] == kind_of(other)[0]
    assert kind_of(one)[1] != kind_of(other)[1]
    for another in (
        replace(one, cycle=0.0),  # what is zero is left out
        replace(one, law=Linear(0.1, 0.0)),
        replace(one, rounding="kept"),
        replace(one, step=0.02),  # pulses that cover much are taken in turns
    ):
        assert kind_of(another)[0] != kind_of(one)[0]


def test_another_seed_is_another_chip():
    one, same, other = (Pulsed(device=0.3, seed=seed).start({"r.conductance": parameter()}) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one["rising step/r.conductance"], same["rising step/r.conductance"])
    assert (one["rising step/r.conductance"] != other["rising step/r.conductance"]).all()


@pytest.mark.parametrize("rounding", ["stochastic", "nearest", "kept"])
def test_levels(rounding):
    places, _ = asked(Levels(11, rounding), [0.031] * 10, place=0.21)
    np.testing.assert_allclose(places * 10, np.round(places * 10), atol=1e-9)
    assert places[0].mean() == pytest.approx(0.2)
    wanted = {"stochastic": 0.51, "nearest": 0.2, "kept": 0.5}[rounding]
    assert places[-1].mean() == pytest.approx(wanted, abs=4e-3)


def test_program_and_verify_comes_near_in_spite_of_noise():
    noisy = Pulsed(step=0.01, cycle=1.0, rounding="nearest")
    once, _ = asked(noisy, [0.1])
    again, _ = asked(Verified(noisy, tolerance=0.006, tries=30), [0.1])
    assert (once[-1] - 0.6).std() > 0.03
    assert (abs(again[-1] - 0.6) < 0.006).mean() > 0.9


@pytest.mark.parametrize("forgetting", [{"leak": 100.0}, {"drift": 0.05}])
def test_devices_near_enough_are_read_and_do_not_age(forgetting):
    """However often others are written: between two updates one period passes."""
    alone = Pulsed(step=0.01, zero=0.0, **forgetting)
    places, state = asked(alone, [0.0] * 20)
    verified, of_verified = asked(Verified(alone, tolerance=0.02, tries=10), [0.0] * 20)
    np.testing.assert_array_equal(verified, places)
    assert all((of_verified[name] == each).all() for name, each in state.items())


def test_writing_at_once_misses_by_the_polynomial():
    technology = Programmed((0.01, 0.02), threshold=0.05)
    places, _ = asked(technology, [0.03, 0.03])
    assert (places[0] - 0.5).std() == pytest.approx(0.02, rel=0.03)
    np.testing.assert_array_equal(places[1], places[0])
    written = places[2] - places[0]
    assert written.mean() == pytest.approx(0.06, abs=1e-3)
    assert written.std() == pytest.approx(0.01 + 0.02 * 0.56, rel=0.03)


@pytest.mark.parametrize(
    ("name", "low", "high", "deviation"),
    [
        ("reram-milo", 50.0, 225.0, lambda g: 4.782321 - 0.009107 * g),  # microsiemens
        ("reram-wan", 0.0, 40.0, lambda g: np.polyval([-16.82, 45.39, -43.85, 16.03, 0.348], g / 40)),
        ("pcm-joshi", 0.0, 25.0, lambda g: abs(0.286 + 0.0759 * g - 0.00179 * g**2)),
        ("sonos", 0.0, 1600.0, lambda i: 19.88665 * (1 - np.exp(-i / 176.3115))),  # nanoamperes
    ],
)
def test_writes_miss_as_published(name, low, high, deviation):
    """At five places of the range, as it is published in its own unit."""
    technology = technology_named(name)
    for place in (0.1, 0.3, 0.5, 0.7, 0.9):
        wanted = deviation(low + (high - low) * place) / (high - low)
        assert technology.spread(np.array(place)) == pytest.approx(wanted, rel=1e-3)
        made, _ = asked(technology, [], place=place)
        assert made.mean() == pytest.approx(place, abs=4 * wanted / np.sqrt(COUNT))
        assert made.std() == pytest.approx(wanted, rel=0.02)


def test_what_cannot_be_is_refused():
    with pytest.raises(SettingError, match="step of a technology is 0; it must be above zero"):
        Pulsed(step=0.0)
    with pytest.raises(SettingError, match="more than 1 together"):
        Pulsed(stuck_low=0.6, stuck_high=0.6)
    endless = Parameter(np.ones(2), "V", Range(-np.inf, np.inf))
    with pytest.raises(SettingError, match="v1.voltage is learned without a range"):
        Pulsed().start({"v1.voltage": endless})
