"""A fast bank gathers gradients and hands them on; what asymmetry does to its devices is no error of the slow ones."""

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import Linear, Pulsed, TikiTaka, technology_named
from ebana_like.values import Parameter, Range

LOW, HIGH, COUNT = 1e-6, 5e-5, 4000
SPAN = HIGH - LOW


def led(technology, changes):
    """Return places of the circuit's devices after each of some wanted changes (n,), shares of the range."""
    given = Parameter(np.full(COUNT, LOW + 0.7 * SPAN), "siemens", Range(LOW, HIGH))
    state = dict(technology.start({"r.conductance": given}))
    value = technology.held({"r.conductance": given}, state)["r.conductance"]
    for k, change in enumerate(changes):
        rng = np.random.default_rng([3, k])
        value, new = technology.move("r.conductance", given, value, -SPAN * change, 1.0, state, rng)
        state |= new
    return (value - LOW) / SPAN, state


def test_gradients_reach_the_circuit():
    devices = Pulsed(law=Linear(0.5, 0.5))
    places, state = led(TikiTaka(devices, every=1, share=0.1), [np.full(COUNT, 0.002)] * 20)
    gathered = (state["fast value/r.conductance"] - state["fast reference/r.conductance"]) / SPAN
    assert abs(gathered.mean() - 0.04) < 0.001
    asked = 0.1 * 0.002 * 210  # 1 + ... + 20
    assert abs(places.mean() - (0.7 + asked * (1 - 0.5 * (2 * 0.716 - 1)))) < 0.002  # by steps as they are on the way


def test_noise_of_gradients_hardly_pulls_the_circuit_to_the_symmetry_point():
    """Pulses up and down at random move a single bank by m (x - 1/2) an update, the slow one of two far less."""
    devices = Pulsed(law=Linear(0.5, 0.5), rounding="nearest")
    noise = 0.005 * np.sign(np.random.default_rng(0).normal(size=(200, COUNT)))
    alone, _ = led(devices, noise)
    beside, _ = led(TikiTaka(devices), noise)
    assert 0.7 - alone.mean() > 0.1
    assert 0 < 0.7 - beside.mean() < 0.25 * (0.7 - alone.mean())


def test_it_is_an_option_of_devices_that_move_by_pulses():
    found = technology_named("ecram", "transfer.every=4")
    assert (type(found), found.every, found.share, found.inner.zero) == (TikiTaka, 4, 0.02, 0.4138)


def followed(technology, changes):
    """Return by how much a mechanism says that the circuit's devices are to move after each of some wanted changes.

    All shares of the range, (updates, n). Its devices take whole pulses, each as large as the others; where signs flip
    is taken from what is remembered.
    """
    given = Parameter(np.full(COUNT, LOW + 0.5 * SPAN), "siemens", Range(LOW, HIGH))
    state = dict(technology.start({"r.conductance": given}))
    value = technology.held({"r.conductance": given}, state)["r.conductance"]
    own, asked, total = state, [], np.zeros(COUNT)
    fast, reference = np.full(COUNT, 0.5), (own["fast reference/r.conductance"] - LOW) / SPAN
    mean = fast
    for k, change in enumerate(changes):
        sign = state["fast sign/r.conductance"]
        rng = np.random.default_rng([3, k])
        value, new = technology.move("r.conductance", given, value, np.full(COUNT, -change * SPAN), 1.0, state, rng)
        state |= new
        fast = fast + technology.gain * sign * change
        total = total + technology.share * sign * (fast - reference)
        mean = mean + technology.averaged * (fast - mean)
        if technology.averaged:
            reference = np.where(state["fast sign/r.conductance"] != sign, mean, reference)
        done = (value - LOW) / SPAN - 0.5 + technology.inner.step * state["left/r.conductance"]
        asked.append([done, total])
    return np.array(asked)


@pytest.mark.parametrize("averaged", [0.0, 0.3])
def test_signs_flip_and_references_follow_as_the_law_has_it(averaged):
    devices = Pulsed(step=0.001, rounding="nearest")
    changes = [0.004, 0.0, -0.002, 0.003, 0.0, 0.001] * 4
    technology = TikiTaka(devices, share=0.1, chop=0.2, averaged=averaged, off=0.02, gain=2.0)
    done, expected = np.moveaxis(followed(technology, changes), 1, 0)
    np.testing.assert_allclose(done, expected, atol=2e-7)  # singles
    assert (done[-1].max() - done[-1].min()) > 0.005  # signs differ


def test_what_a_reference_is_wrong_by_cancels_where_signs_flip():
    """Without gradients c (A - R) is a telegraph signal.

    After T readings the mean square of its sum is T (1 + r) / (1 - r) - 2 r (1 - r^T) / (1 - r)^2 times that of A - R,
    r = 1 - 2 p, and T^2 without flips.
    """
    off, share, p, updates = 0.005, 0.1, 0.1, 100
    r = 1 - 2 * p
    square = updates * (1 + r) / (1 - r) - 2 * r * (1 - r**updates) / (1 - r) ** 2
    for chop, wanted in ((0.0, updates), (p, np.sqrt(square))):
        places, state = led(TikiTaka(Pulsed(), share=share, chop=chop, off=off), [np.zeros(COUNT)] * updates)
        sums = (places - 0.7 + 0.001 * state["left/r.conductance"]) / (share * off)
        assert np.sqrt((sums**2).mean()) == pytest.approx(wanted, rel=0.05)
        assert abs(sums.mean()) < 4 * wanted / np.sqrt(COUNT)
    averaged, _ = led(TikiTaka(Pulsed(), share=share, chop=p, averaged=0.5, off=off), [np.zeros(COUNT)] * updates)
    np.testing.assert_array_equal(averaged, averaged[0])  # it needs no such reference


def test_what_is_read_is_written_at_once_by_chance_where_nothing_is_added_up():
    devices, changes = Pulsed(), [np.full(COUNT, 0.002)] * 20
    places, state = led(TikiTaka(devices, share=0.1, buffered=False), changes)
    assert "left/r.conductance" not in state
    reads = 0.1 * 0.002 * np.arange(1, 21)  # a pulse of 0.001 with the chance of what is missing to the next
    share = reads / 0.001 % 1
    spread = 0.001 * np.sqrt((share * (1 - share)).sum())
    assert places.mean() == pytest.approx(0.7 + reads.sum(), abs=5 * spread / np.sqrt(COUNT))
    assert places.std() > 0.7 * spread


def test_a_reference_that_follows_needs_signs_that_flip():
    with pytest.raises(SettingError, match="averaged from one flip of signs to the next; give chop too"):
        technology_named("ecram", "transfer.averaged=0.1")
    for option in ("share=1e300", "share=1e-300", "gain=1e300", "off=1e30"):
        with pytest.raises(SettingError, match="of a transfer is .*; it must be at least .* and at most"):
            technology_named("ecram", f"transfer.{option}")


def test_devices_that_are_verified_have_no_fast_bank():
    with pytest.raises(SettingError, match="transfer.every and verify.tries, and every try would .*; leave one out"):
        technology_named("ecram", "transfer.every=1,verify.tries=3")
