"""Convolutional Hopfield networks: where they rest, and gradients of finite differences through shared kernels."""

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.learning import HigherOrder, SquaredError
from ebana_like.simulators.convolutional import ConvolutionalEngine
from ebana_like.systems.convolutional import ConvolutionalHopfield, convolved, spread

RNG = np.random.default_rng(6)
COST = SquaredError()
SYSTEM = ConvolutionalHopfield((1, 10, 10), (2, 3), 2, kernel=3, pool=2, seed=2, spread=0.6)
X, Y = RNG.uniform(0, 1, (3, 100)), RNG.uniform(0.2, 0.8, (3, 2))
VALUES = {
    at: each.value + (0.2 if at.endswith("bias") else 0.0) * RNG.uniform(0.5, 1, each.value.shape)
    for at, each in SYSTEM.parameters.items()
}


def cost(values, x=X):
    return float(COST.value(ConvolutionalEngine(SYSTEM).solve(values, x).scores, Y).mean())


def slope(of, value, k):
    """A finite difference of order four of a function of one array's entry."""
    step = 1e-4 * np.eye(value.size)[k].reshape(value.shape)
    return (8 * (of(value + step) - of(value - step)) - of(value + 2 * step) + of(value - 2 * step)) / 12e-4


def test_kernels_backwards_are_their_transpose():
    s, w, u = RNG.normal(size=(2, 3, 7, 6)), RNG.normal(size=(4, 3, 3, 3)), RNG.normal(size=(2, 4, 5, 4))
    assert (convolved(s, w) * u).sum() == pytest.approx((spread(u, w) * s).sum(), rel=1e-12)


def test_kernels_learn_from_all_their_windows():
    found = HigherOrder(1e-3).estimate(ConvolutionalEngine(SYSTEM), VALUES, X, Y, COST, RNG)
    states = found.points.states[0]
    assert ((states > 0) & (states < 1)).mean() > 0.5  # most units are where their slope is one
    assert abs(found.gradients["kernel1.weight"]).max() > 1e-3
    for at, value in VALUES.items():
        for k in {0, len(value) // 2, len(value) - 1}:
            expected = slope(lambda changed, at=at: cost({**VALUES, at: changed}), value, k)
            assert found.gradients[at][k] == pytest.approx(expected, abs=1e-7)
    assert found.inputs[1, 44] == pytest.approx(3 * slope(lambda x: cost(VALUES, x), X, 144), abs=1e-7)


def test_pools_that_do_not_divide_a_map_are_refused():
    with pytest.raises(SettingError, match="do not divide"):
        ConvolutionalHopfield((1, 10, 10), (2,), 2, kernel=4, pool=2)
