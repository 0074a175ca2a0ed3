"""Numbers that devices draw are spread as they are said to be, and know of no other device, draw or update."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like.hardware.draws import keys_from, normal, uniform, words

COUNT = 100_000
NUMBER = jnp.arange(COUNT, dtype=jnp.uint32)


def drawn(key, turn):
    word = words(jnp.asarray(key), NUMBER, turn)
    return np.asarray(uniform(word), float), np.asarray(normal(word), float)


def test_uniform_and_normal_numbers_are_spread_so():
    found = [drawn(key, 0) for key in keys_from(np.random.default_rng(0), 10)]
    chance, noise = (np.concatenate(each) for each in zip(*found, strict=True))
    assert 0 < chance.min() < chance.max() < 1
    np.testing.assert_allclose(np.histogram(chance, 20, (0, 1))[0] / len(chance), 0.05, atol=1e-3)  # sd 2e-4
    moments = [(noise**power).mean() for power in (1, 2, 3, 4)]
    np.testing.assert_allclose(moments, [0, 1, 0, 3], atol=0.03)  # sd at most 0.01
    assert (abs(noise) < 1).mean() == pytest.approx(0.6827, abs=3e-3)


def test_devices_draws_and_updates_are_independent():
    """Keys with a small second word count devices in small steps: the hardest case for what stirs them."""
    rng = np.random.default_rng(1)
    keys = [*keys_from(rng, 3), *(np.array([rng.integers(2**32), few], np.uint32) for few in (0, 2, 6))]
    found = [drawn(key, turn)[1] for key in keys for turn in (0, 1, 8)]
    numbers = np.array([*found, *(np.roll(each, lag) for each in found for lag in (1, 2, 100))])
    numbers = (numbers - numbers.mean(axis=1, keepdims=True)) / numbers.std(axis=1, keepdims=True)
    related = numbers @ numbers.T / np.sqrt(COUNT)
    others = related[np.triu_indices(len(numbers), 1)]  # 2556 of them, standard normal
    assert abs(others).max() < 4.8
    assert others.std() == pytest.approx(1, abs=0.1)
