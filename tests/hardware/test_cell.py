"""Several devices a value: their mean moves as one device does, and what differs between devices is spread less."""

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import Cell, Pulsed, technology_named
from ebana_like.values import Parameter, Range

LOW, HIGH, COUNT, ADDRESS = 1e-6, 5e-5, 20_000, "r.conductance"
SPAN = HIGH - LOW


def asked(technology, changes, place=0.5, count=COUNT):
    """Return places of values after each of some wanted changes, shares of the range, and what is remembered then."""
    given = Parameter(np.full(count, LOW + SPAN * place), "siemens", Range(LOW, HIGH))
    state = dict(technology.start({ADDRESS: given}))
    value = technology.held({ADDRESS: given}, state)[ADDRESS]
    places = [(value - LOW) / SPAN]
    for k, change in enumerate(changes):
        rng = np.random.default_rng([9, k])
        value, new = technology.move(ADDRESS, given, value, np.full(count, -change * SPAN), 1.0, state, rng)
        state |= new
        places.append((value - LOW) / SPAN)
    return np.array(places), state


@pytest.mark.parametrize("devices", [1, 2, 4])
def test_steps_of_devices_written_together_are_spread_by_their_root(devices):
    pulses = Pulsed(cycle=0.5, device=0.2, rounding="nearest")
    places, _ = asked(Cell(pulses, devices, "all"), [0.001])
    moved = (places[1] - places[0]) / 0.001
    of_one = np.sqrt(1.04 * 1.25 - 1)  # of (1 + 0.2 a) (1 + 0.5 b)
    assert moved.mean() == pytest.approx(1, abs=4 * of_one / np.sqrt(devices * COUNT))
    assert moved.std() == pytest.approx(of_one / np.sqrt(devices), rel=0.025)


@pytest.mark.parametrize("devices", [2, 4])
def test_a_device_at_random_takes_the_whole_change_in_finer_steps(devices):
    pulses = Pulsed(cycle=0.5, device=0.2)
    places, state = asked(Cell(pulses, devices), [0.001])
    moved = (places[1] - places[0]) / 0.001
    of_one = np.sqrt(0.04 + 1.04 * 0.25 / devices)  # n pulses of one device, each worth a share 1/n
    assert moved.mean() == pytest.approx(1, abs=4 * of_one / np.sqrt(COUNT))
    assert moved.std() == pytest.approx(of_one, rel=0.025)
    held = np.array([state[f"device {k} held/{ADDRESS}"] for k in range(devices)])
    changed = (held != LOW + SPAN / 2).all(axis=1)
    assert changed.sum() == 1  # the same one of every value
    np.testing.assert_allclose((held.mean(axis=0) - LOW) / SPAN, places[1], rtol=1e-12)


def test_all_devices_have_their_turns():
    _, state = asked(Cell(Pulsed(step=1e-4, most=100), 4), [0.001] * 200, place=0.2, count=2)
    held = np.array([state[f"device {k} held/{ADDRESS}"] for k in range(4)])
    written = (held[:, 0] - LOW - 0.2 * SPAN) / (0.004 * SPAN)
    assert written.sum() == pytest.approx(200)
    assert abs(written - 50).max() < 4 * np.sqrt(200 * 3 / 16)


@pytest.mark.parametrize("devices", [1, 2, 4])
def test_ends_are_spread_by_their_root(devices):
    """A device stops at 1 + 0.1 min(x, 0) of the range, x standard normal: beyond the range ends stand at 1."""
    places, _ = asked(Cell(Pulsed(step=0.01, high_spread=0.2), devices, "all"), [0.1] * 8)
    short, spread = 0.1 / np.sqrt(2 * np.pi), 0.1 * np.sqrt(1 / 2 - 1 / (2 * np.pi)) / np.sqrt(devices)
    assert 1 - places[-1].mean() == pytest.approx(short, abs=4 * spread / np.sqrt(COUNT))
    assert places[-1].std() == pytest.approx(spread, rel=0.03)


def test_devices_of_a_cell_forget_each_for_itself():
    leaking = technology_named("constant", "leak=100,zero=0,cell.devices=2")
    given = Parameter(np.array([LOW, LOW + 0.3 * SPAN, HIGH]), "siemens", Range(LOW, HIGH))
    state = dict(leaking.start({ADDRESS: given}))
    state[f"device 0 held/{ADDRESS}"] = given.value + np.array([0.1, 0.1, -0.5]) * SPAN
    state[f"device 1 held/{ADDRESS}"] = given.value + np.array([0.1, -0.1, 0]) * SPAN
    value = LOW + SPAN * np.array([0.1, 0.3, 0.75])
    held = leaking.rested(ADDRESS, given, value, state, 100.0, np.random.default_rng(0))
    np.testing.assert_allclose(held, LOW + (value - LOW) * np.exp(-1))


def test_it_is_an_option_of_devices_that_move_by_pulses_and_part_of_some_presets():
    found = technology_named("ecram", "cell.devices=3,step=0.002")
    assert (type(found), found.devices, found.written, found.inner.step) == (Cell, 3, "random", 0.002)
    four = technology_named("reram-es-4", "cell.written=all,write_noise=0", seed=7)
    assert (type(four), four.devices, four.written) == (Cell, 4, "all")
    assert (four.inner.step, four.inner.write_noise, four.inner.seed) == (6.75e-4, 0, 7)
    with pytest.raises(SettingError, match="transfer.every and cell.devices, two ways .*; leave one out"):
        technology_named("ecram", "cell.devices=2,transfer.every=2")
    with pytest.raises(SettingError, match='transfer.every, and "ecram-2" is several devices a value; take one device'):
        technology_named("ecram-2", "transfer.every=1")
    with pytest.raises(SettingError, match="devices of a cell is 0; it must be at least 1"):
        technology_named("ecram", "cell.devices=0")
