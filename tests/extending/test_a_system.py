"""A system that is no circuit is one file: a Hopfield network that learns by the same estimators, rules and loop.

E(s; W, b, x) = |s|^2 / 2 - rho(s)' W rho(s) / 2 - b' rho(s) - rho(s)' U x, rho = tanh (thesis, section 3.1).
"""

import numpy as np
import pytest

from ebana_like.data import Dataset, Split
from ebana_like.learning import SGD, Centered, CrossEntropy, SquaredError
from ebana_like.systems import HeldForces, Settled
from ebana_like.training import Problem, train
from ebana_like.values import Parameter, Range

UNITS, HIDDEN = 8, 6
RANGE = Range(-2.0, 2.0)


class Hopfield:
    """Six hidden units and two outputs, all joined; two inputs reach the hidden ones."""

    features, outputs = 2, UNITS - HIDDEN

    def __init__(self, seed):
        draw = np.random.default_rng(seed).normal
        start = {"pairs.weight": draw(0, 0.1, UNITS * (UNITS - 1) // 2), "units.bias": np.zeros(UNITS)}
        start["inputs.weight"] = draw(0, 0.5, 2 * HIDDEN)
        self.parameters = {address: Parameter(value, "", RANGE) for address, value in start.items()}

    def refusal(self):
        return ""

    def scores(self, states):
        return np.tanh(states[:, HIDDEN:])

    def nudging(self, cost, targets, betas):
        return HeldForces(cost, targets, betas)

    def signals(self, points, coefficients):
        rho = np.tanh(points.states[:, points.usable])
        c = coefficients[:, points.usable] / points.usable.sum()
        i, j = np.triu_indices(UNITS, 1)
        x = points.features[points.usable]
        return {
            "pairs.weight": -np.einsum("pb,pbk->k", c, rho[..., i] * rho[..., j]),
            "units.bias": -np.einsum("pb,pbk->k", c, rho),
            "inputs.weight": -np.einsum("pb,pbk,bm->km", c, rho[..., :HIDDEN], x).ravel(),
        }

    def input_signal(self, points, coefficients):
        U = points.values["inputs.weight"].reshape(HIDDEN, 2)
        return -np.einsum("pb,pbk,km->bm", coefficients, np.tanh(points.states[..., :HIDDEN]), U)


class Relaxation:
    """Gradient descent in the energy."""

    def __init__(self, system):
        self.system = system

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def forget(self):
        """Every batch starts at s = 0."""

    def solve(self, values, features, nudging=None):
        W = np.zeros((UNITS, UNITS))
        W[np.triu_indices(UNITS, 1)] = values["pairs.weight"]
        W = W + W.T
        held = np.tile(values["units.bias"], (len(features), 1))
        held[:, :HIDDEN] += features @ values["inputs.weight"].reshape(HIDDEN, 2).T
        states = [self._settle(W, held, 0.0, np.zeros((len(features), UNITS)))]
        if nudging is not None:
            for force in nudging.drives(self.system.scores(states[0]), slice(None))[HeldForces.ADDRESS]:
                pull = np.hstack([np.zeros((len(force), HIDDEN)), force])
                states.append(self._settle(W, held, pull, states[0]))
        return Settled(self.system, values, np.stack(states), features)

    def _settle(self, W, held, pull, s):
        for _ in range(400):
            s = s - 0.3 * (s - (np.tanh(s) @ W + held + pull) / np.cosh(s) ** 2)
        return s


SYSTEM = Hopfield(seed=1)
FEATURES, TARGETS = np.array([[0.5, -0.4], [-0.3, 0.8], [0.9, 0.2]]), np.array([[0.4, -0.2], [-0.3, 0.1], [0.2, 0.3]])
COST = SquaredError()


@pytest.mark.parametrize("address", SYSTEM.parameters)
def test_its_gradient_is_exact(address):
    engine, step = Relaxation(SYSTEM), 1e-3
    values = {at: parameter.value for at, parameter in SYSTEM.parameters.items()}
    found = Centered(1e-4).estimate(engine, values, FEATURES, TARGETS, COST, np.random.default_rng(0))
    for k in range(len(values[address])):

        def loss(move, k=k):
            moved = values[address].copy()
            moved[k] += move * step
            return float(COST.value(engine.solve({**values, address: moved}, FEATURES).scores, TARGETS).mean())

        slope = (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * step)
        assert found.gradients[address][k] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_it_trains_in_the_loop_like_a_circuit():
    rng = np.random.default_rng(3)
    features = rng.uniform(-1, 1, (40, 2))
    data = Dataset(features, (features[:, 0] * features[:, 1] > 0).astype(int), ("odd", "even"))
    problem = Problem(Hopfield(seed=2), Split(data), CrossEntropy(0.5), Centered(1e-3), SGD(0.02), epochs=60, batch=10)
    done = train(problem, Relaxation(problem.system))
    assert done.records[-1].train.accuracy >= 0.9
    assert done.records[-1].train.loss < 0.7 * done.records[0].train.loss
