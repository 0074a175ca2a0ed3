"""Modern Hopfield networks: recall in one step, gradients of finite differences, and the same volts in ngspice."""

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.learning import Adjoint, Centered, HigherOrder, SquaredError, update_named
from ebana_like.simulators import NgspiceSimulator
from ebana_like.simulators.modern import ModernEngine
from ebana_like.systems.modern import BIAS, INPUTS, OUTPUTS, ModernHopfield
from ebana_like.training import Problem, train

RNG = np.random.default_rng(4)
COST = SquaredError()
SYSTEM = ModernHopfield((3, 5, 2), sharpness=3.0, seed=1, spread=1.0)
X, Y = RNG.uniform(-1, 1, (4, 3)), RNG.uniform(-1, 1, (4, 2))
VALUES = {at: each.value for at, each in SYSTEM.parameters.items()} | {BIAS: RNG.uniform(-0.3, 0.3, 5)}


def cost(values, x=X):
    return float(COST.value(ModernEngine(SYSTEM).solve(values, x).scores, Y).mean())


def slope(of, value, k):
    """A finite difference of order four of a function of one array's entry."""
    step = 1e-3 * np.eye(value.size)[k].reshape(value.shape)
    return (8 * (of(value + step) - of(value - step)) - of(value + 2 * step) + of(value - 2 * step)) / 12e-3


@pytest.mark.parametrize("estimator", [Adjoint(), HigherOrder(1e-3)])
def test_memories_learn_from_how_active_they_are(estimator):
    found = estimator.estimate(ModernEngine(SYSTEM), VALUES, X, Y, COST, RNG)
    for at in (INPUTS, OUTPUTS, BIAS):
        for k in (0, 3, 4):
            expected = slope(lambda value, at=at: cost({**VALUES, at: value}), VALUES[at], k)
            assert found.gradients[at][k] == pytest.approx(expected, abs=1e-8)
    assert found.inputs[1, 2] == pytest.approx(4 * slope(lambda x: cost(VALUES, x), X, 5), abs=1e-8)


def test_one_step_recalls_what_is_stored():
    """Within the sum of the others' shares, exp(-k D) each, D by how much better the right memory fits."""
    system = ModernHopfield((8, 6, 4), sharpness=2.0)
    stored = np.sign(RNG.normal(size=(6, 8)))
    held = np.sign(RNG.normal(size=(6, 4)))
    fit = stored @ stored.T
    gap = (np.diag(fit) - (fit - 100 * np.eye(6)).max(axis=1)).min()
    values = {INPUTS: stored.ravel(), OUTPUTS: held.ravel(), BIAS: np.zeros(6)}
    engine = ModernEngine(system)
    one = engine.stepped(values, stored, np.zeros((6, 4)))
    assert gap >= 2
    assert abs(one - held).max() < 2 * 5 * np.exp(-2.0 * gap)
    rest = engine.solve(values, stored).scores
    assert abs(rest - held).max() < abs(one - held).max()


def test_it_learns_and_its_circuit_has_the_same_volts():
    features = RNG.uniform(0, 1, (60, 2))
    bands = Dataset(features, (features.sum(axis=1) > 0.7).astype(int) + (features.sum(axis=1) > 1.3), tuple("abc"))
    problem = Problem(
        ModernHopfield((2, 12, 3), 1.0, seed=1),
        Split(bands),
        COST,
        Centered(0.1),
        update_named("adam", 1e-3),
        epochs=60,
        batch=10,
    )
    done = train(problem, ModernEngine(problem.system))
    assert done.records[-1].train.accuracy > 0.9
    states = ModernEngine(problem.system).solve(done.values, features[:3]).scores
    with NgspiceSimulator(problem.system.circuit(done.values)) as ngspice:
        assert abs(ngspice.solve({}, features[:3]).scores - states).max() < 1e-9
