"""A device that was measured is found again in its file, and trains a circuit."""

from dataclasses import replace

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.hardware import fitted_device
from ebana_like.runs import Settings, device_in, require_files_allowed
from ebana_like.runs.assembly import technology_of
from ebana_like.simulators import NativeSimulator
from ebana_like.tasks import TASKS
from ebana_like.training import train

LOW, HIGH, STEP, CYCLE, SPREAD = 2e-6, 6e-5, 0.01, 0.2, 0.25


def up(x):
    return 1.5 - x


def down(x):
    return 0.5 + 0.8 * x


def measured(devices=40, cycles=3, length=150, seed=0):
    """Return pulses, conductances and devices of some whose steps up fall from 0.015 to 0.005 of the range."""
    rng, lines = np.random.default_rng(seed), []
    for device in range(devices):
        size, x, count = 1 + SPREAD * rng.normal(), 0.0, 0
        lines.append((count, x, device))
        for k in range(2 * cycles * length):
            rises = k // length % 2 == 0
            step = (up(x) if rises else -down(x)) * STEP * size * (1 + CYCLE * rng.normal())
            x, count = min(max(x + step, 0.0), 1.0), count + (1 if rises else -1)
            lines.append((count, x, device))
    pulses, places, owners = np.array(lines).T
    return pulses, LOW + (HIGH - LOW) * places, owners.astype(int)


def test_steps_spread_and_noise_are_found_again():
    found = fitted_device(*measured(), bins=10)
    x = (np.arange(1, 9) + 0.5) / 10  # at the ends, steps are cut short; sizes of 40 devices have a mean of 1 to 4 %
    np.testing.assert_allclose(found.step * np.array(found.law.up)[1:-1], STEP * up(x), rtol=0.1)
    np.testing.assert_allclose(found.step * np.array(found.law.down)[1:-1], STEP * down(x), rtol=0.1)
    np.testing.assert_allclose(np.array(found.law.up_noise)[1:-1], CYCLE * STEP * up(x), rtol=0.15)
    assert found.device == pytest.approx(SPREAD, rel=0.3)  # of 40 devices
    assert fitted_device(*measured(devices=1)[:2], bins=10).device == 0


def test_a_part_of_the_range_without_pulses_is_named():
    pulses, conductances, _ = measured(devices=1, cycles=1)
    few = slice(0, 60)
    with pytest.raises(SettingError, match="the device has no pulse down that begins between 2e-06 and"):
        fitted_device(pulses[few], conductances[few])
    with pytest.raises(SettingError, match="pulses up lower its conductance in the mean"):
        fitted_device(-pulses, conductances)
    with pytest.raises(SettingError, match="expected some that differ"):
        fitted_device(pulses, 0 * conductances)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "measured.csv"
    rows = zip(*(column.tolist() for column in measured(devices=5)), strict=True)
    path.write_text("pulse,conductance,device\n" + "".join(f"{n:g},{g!r},d{k}\n" for n, g, k in rows))
    return path


def test_a_file_trains_a_circuit(file):
    task = TASKS["xor"]
    settings = replace(
        task.settings, engine="native", epochs=60, stop_loss=0.0, technology="measured", device=str(file)
    )
    given = task.problem(replace(settings, technology_options="rounding=kept", device_bins=10))
    assert given.technology == replace(device_in(str(file), 10), rounding="kept")
    losses = [record.train.loss for record in train(given, NativeSimulator(given.circuit)).records]
    assert losses[-1] < 0.1 * losses[0]


def test_the_file_and_the_technology_belong_together(file, tmp_path):
    with pytest.raises(SettingError, match="technology is measured, but device is not given"):
        technology_of(Settings(technology="measured"))
    with pytest.raises(SettingError, match=r"measured.csv, but technology is ecram; give technology measured"):
        technology_of(Settings(technology="ecram", device=str(file)))
    elsewhere = tmp_path / "strange" / "config.toml"
    with pytest.raises(SettingError, match="names .* as its device, which lies outside its folder"):
        require_files_allowed(Settings(technology="measured", device=str(file)), elsewhere)


def test_fewer_parts_are_advised_where_they_help():
    places = np.array([0.0, 0.3, 0.6, 1.0, 0.6, 0.3, 0.0])
    pulses = np.array([0, 1, 2, 3, 2, 1, 0])
    with pytest.raises(
        SettingError, match="one of 20 parts of its range; measure there, or average over fewer parts, 2$"
    ):
        fitted_device(pulses, places)
    assert fitted_device(pulses, places, bins=2).step > 0
    rising = slice(0, 4)
    with pytest.raises(SettingError, match="averages over fewer parts do not help$"):
        fitted_device(pulses[rising], places[rising], bins=2)
