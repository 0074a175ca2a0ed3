"""Every preset answers pulses as aihwkit 1.1.0 has it: mean and spread within 2 % of the range, and symmetry points.

What aihwkit itself gave for 10,000 devices lies beside this file, with the program that recorded it. Its third part,
pulses up and down in turn, leads to the symmetry points.
"""

import csv
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.hardware import technology_named
from ebana_like.hardware.draws import keys_from, normal, words
from ebana_like.simulators.native.runtime import doubles

RECORDED = Path(__file__).parent / "aihwkit-1.1.0"
DEVICES = 3000  # their mean is right to 0.4 % of the range
ALLOWED = 0.02


def answered(name):
    """Return mean and spread of weights, in units of the range, after every pulse of the record."""
    technology = technology_named(name)
    made = technology.devices(DEVICES, np.random.default_rng(11))
    third = max(round(1 / technology.step), 4) // 2 * 2
    up = np.concatenate([np.ones(third), np.zeros(third), np.tile([1, 0], third // 2)]) > 0
    ends = made.get("low end", 0.0), made.get("high end", 1.0)
    begun = np.clip(np.full(DEVICES, technology.zero), *ends)

    def step(place, pulse):
        key, is_up = pulse
        gone = technology.pulsed(place, jnp.full(DEVICES, 2.0 * is_up - 1), {**made, "number": number}, key)
        place = place + technology.step * gone
        seen = place + technology.write_noise * normal(words(key, number, 2))
        return place, (seen.mean(), seen.std())

    with doubles():
        number = jnp.arange(DEVICES, dtype=jnp.uint32)
        keys = keys_from(np.random.default_rng(12), len(up))
        _, (mean, spread) = jax.jit(lambda place: jax.lax.scan(step, place, (keys, up)))(begun)
        return np.asarray(mean) - technology.zero, np.asarray(spread)


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDED.glob("*.csv")))
def test_a_preset_answers_pulses_as_aihwkit_has_it(name):
    with (RECORDED / f"{name}.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    mean, spread = answered(name)
    for row in rows:
        at = int(row["pulse"]) - 1
        assert abs(mean[at] - row["mean"]) < ALLOWED, f"mean after {at + 1} pulses"
        assert abs(spread[at] - row["spread"]) < ALLOWED, f"spread after {at + 1} pulses"
    assert max(row["mean"] for row in rows) > 0.3  # it has moved
    assert len(mean) == rows[-1]["pulse"]
