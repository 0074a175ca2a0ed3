"""Two devices that pulses only raise: their difference goes both ways, and a reset makes room again."""

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import Exponential, Pair, Pulsed, technology_named
from ebana_like.values import Parameter, Range

LOW, HIGH, COUNT = 1e-6, 5e-5, 4000
SPAN, ADDRESS = HIGH - LOW, "r.conductance"


def asked(technology, changes, place=0.5):
    """Return places of values, and of both devices, after each of some wanted changes, shares of the range."""
    given = Parameter(np.full(COUNT, LOW + SPAN * place), "siemens", Range(LOW, HIGH))
    state = dict(technology.start({ADDRESS: given}))
    value, found = technology.held({ADDRESS: given}, state)[ADDRESS], []
    for k, change in enumerate([0.0, *changes]):
        rng = np.random.default_rng([7, k])
        value, new = technology.move(ADDRESS, given, value, np.full(COUNT, -change * SPAN), 1.0, state, rng)
        state |= new
        found.append([(value - LOW) / SPAN, state[f"adding held/{ADDRESS}"], state[f"taking held/{ADDRESS}"]])
    return np.moveaxis(np.array(found), 1, 0)


def test_a_value_goes_both_ways_by_devices_that_only_rise():
    values, adding, taking = asked(Pair(Pulsed(step=0.01, rounding="nearest")), [0.05, -0.02, -0.06, 0.01], place=0.6)
    np.testing.assert_allclose(values[:, 0], [0.6, 0.65, 0.63, 0.57, 0.58], atol=1e-9)
    np.testing.assert_allclose(adding[:, 0], [0.2, 0.3, 0.3, 0.3, 0.32], atol=1e-9)
    np.testing.assert_allclose(taking[:, 0], [0, 0, 0.04, 0.16, 0.16], atol=1e-9)


def test_both_are_reset_where_both_stand_high_and_their_difference_stays():
    changes = [0.06, -0.06] * 7
    values, adding, taking = asked(Pair(Pulsed(step=0.01, rounding="nearest")), changes)
    assert (np.minimum(adding, taking).max(axis=1) < 0.76).all()
    resets = (np.diff(adding, axis=0) < -0.5).all(axis=1)
    assert resets.sum() == 1
    after = int(np.flatnonzero(resets)[0]) + 1
    assert (np.minimum(adding, taking)[after] == 0).all()
    assert abs(values[after] - np.array([0.5, 0.56])[after % 2]).max() <= 0.0026  # within half a step of 0.01, halved
    assert (abs(np.diff(values, axis=0)) < 0.07).all()


def test_what_one_device_cannot_do_symmetrically_two_can():
    """The symmetry point of a pair of devices whose steps shrink is its middle, whatever they do downwards."""
    law = Exponential(-27.235, -2.235, 2.5, 2.5, -1.0, 0.0)
    values, _, _ = asked(Pair(Pulsed(step=0.005, law=law, rounding="nearest", device=0.2)), [0.01, -0.01] * 30)
    assert values[-1].mean() == pytest.approx(0.5, abs=0.003)


def test_it_is_an_option_of_devices_that_move_by_pulses():
    found = technology_named("pcm", "pair.upper=0.9")
    assert (type(found), found.upper, found.lower, found.inner.one_way) == (Pair, 0.9, 0.25, True)
    with pytest.raises(SettingError, match="transfer.every and pair.upper, two ways .*; leave one out"):
        technology_named("pcm", "pair.upper=0.9,transfer.every=2")


@pytest.mark.parametrize("option", ["most=1e300", "transfer.every=1e300", "verify.tries=1e16", "seed=-1e16"])
def test_counts_that_no_engine_holds_are_refused(option):
    with pytest.raises(SettingError, match=r"must be a whole number, at most 1e\+15"):
        technology_named("constant", option)


def test_devices_of_a_pair_forget_each_for_itself():
    leaking = technology_named("constant", "leak=100,zero=0,pair.upper=0.9")
    given = Parameter(np.array([LOW, LOW + 0.3 * SPAN, HIGH]), "siemens", Range(LOW, HIGH))
    state = leaking.start({ADDRESS: given})
    held = leaking.rested(ADDRESS, given, given.value, state, 100.0, np.random.default_rng(0))
    ahead = np.array([-1, -0.4, 1]) * np.exp(-1)
    np.testing.assert_allclose(held, LOW + SPAN * (0.5 + ahead / 2))
