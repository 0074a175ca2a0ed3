"""Convolutional Hopfield networks: where they rest, and gradients of finite differences through shared kernels."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebana_like import SGD, Adjoint, Dataset, Split
from ebana_like.errors import SettingError
from ebana_like.learning import Centered, HigherOrder, SquaredError
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.simulators.native.runtime import doubles
from ebana_like.systems.convolutional import ConvolutionalHopfield
from ebana_like.systems.joints import Kernels
from ebana_like.training import Problem, train
from ebana_like.training.stretch import stretches_of

RNG = np.random.default_rng(6)
COST = SquaredError()
NETWORKS = {
    pooling: ConvolutionalHopfield((1, 10, 10), (2, 3), 2, kernel=3, pool=2, pooling=pooling, seed=2, spread=0.6)
    for pooling in ("max", "mean")
}
X, Y = RNG.uniform(0, 1, (3, 100)), RNG.uniform(0.2, 0.8, (3, 2))
VALUES = {
    at: each.value + (0.2 if at.endswith("bias") else 0.0) * RNG.uniform(0.5, 1, each.value.shape)
    for at, each in NETWORKS["max"].parameters.items()
}
of_each_pooling = pytest.mark.parametrize("system", NETWORKS.values(), ids=NETWORKS)


def cost(system, values, x=X):
    return float(COST.value(HopfieldEngine(system).solve(values, x).scores, Y).mean())


def slope(of, value, k):
    """A finite difference of order four of a function of one array's entry."""
    step = 1e-4 * np.eye(value.size)[k].reshape(value.shape)
    return (8 * (of(value + step) - of(value - step)) - of(value + 2 * step) + of(value - 2 * step)) / 12e-4


@pytest.mark.parametrize("pooling", NETWORKS)
def test_maps_hear_windows_and_what_their_pools_hold(pooling):
    weight, bias, below = RNG.normal(size=(4, 3, 3, 3)), RNG.normal(size=4), RNG.normal(size=(2, 3, 8, 6))
    expected = np.empty((2, 4, 3, 2))
    for i, j in np.ndindex(3, 2):
        heard = [
            np.einsum("nchw,kchw->nk", below[:, :, y : y + 3, x : x + 3], weight)
            for y in (2 * i, 2 * i + 1)
            for x in (2 * j, 2 * j + 1)
        ]
        expected[:, :, i, j] = getattr(np, pooling)(heard, axis=0) + bias
    with doubles():
        given = jnp.asarray(weight), jnp.asarray(bias)
        found = Kernels((3, 8, 6), 2, pooling).up(given, jnp.asarray(below.reshape(2, -1)))
    assert np.asarray(found) == pytest.approx(expected.reshape(2, -1), abs=1e-12)


@of_each_pooling
def test_units_rest_where_steps_of_all_at_once_end(system):
    at_rest = HopfieldEngine(system).solve(VALUES, X).states[0]
    assert ((at_rest > 0) & (at_rest < 1)).mean() > 0.5  # most units are where their slope is one
    assert HopfieldEngine(system, steps=(200, 1)).solve(VALUES, X).states[0] == pytest.approx(at_rest, abs=1e-9)


@of_each_pooling
@pytest.mark.parametrize("estimator", [HigherOrder(1e-3), Adjoint()], ids=["higher order", "adjoint"])
def test_kernels_learn_from_all_their_windows(system, estimator):
    found = estimator.estimate(HopfieldEngine(system), VALUES, X, Y, COST, RNG)
    assert abs(found.gradients["layer1.weight"]).max() > 1e-3
    for at, value in VALUES.items():
        for k in {0, len(value) - 1}:
            expected = slope(lambda changed, at=at: cost(system, {**VALUES, at: changed}), value, k)
            assert found.gradients[at][k] == pytest.approx(expected, abs=1e-7)
    assert found.inputs[1, 44] == pytest.approx(3 * slope(lambda x: cost(system, VALUES, x), X, 144), abs=1e-7)


@pytest.mark.parametrize("estimator", [Centered(0.1), Adjoint()], ids=["centered", "adjoint"])
def test_steps_on_the_device_are_those_batch_by_batch(estimator):
    class ByBatches(HopfieldEngine):
        descends = False

    system = ConvolutionalHopfield((1, 10, 10), (2,), 3, kernel=3, pool=4, seed=2)
    data = Dataset(X, np.array([0, 1, 2]), tuple("abc"))
    problem = Problem(system, Split(data), COST, estimator, SGD(0.001), epochs=1, batch=2)
    assert stretches_of(problem, HopfieldEngine(system)) is not None
    found, expected = (train(problem, engine(system)).values for engine in (HopfieldEngine, ByBatches))
    for at, value in expected.items():
        assert found[at] == pytest.approx(value, abs=1e-10)
        assert not np.array_equal(value, system.parameters[at].value)


def test_pools_that_do_not_divide_a_map_are_refused():
    with pytest.raises(SettingError, match="do not divide"):
        ConvolutionalHopfield((1, 10, 10), (2,), 2, kernel=4, pool=2)
