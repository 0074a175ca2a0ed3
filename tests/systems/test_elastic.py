"""Elastic networks: springs learn from their own lengths, the gradient of finite differences."""

import numpy as np
import pytest

from ebana_like.data import RegressionDataset, Split
from ebana_like.errors import SettingError
from ebana_like.learning import SGD, Centered, HigherOrder, SquaredError
from ebana_like.simulators.elastic import ElasticEngine
from ebana_like.systems.elastic import LENGTH, STIFFNESS, Elastic
from ebana_like.training import Problem, train

POINTS = np.array([[0, 0], [1, 0.1], [2, -0.1], [0.1, 1], [1.1, 0.9], [1.9, 1.1]])
SPRINGS = np.array([[0, 1], [1, 2], [0, 3], [1, 3], [1, 4], [0, 4], [2, 4], [2, 5], [3, 4], [4, 5], [1, 5]])
COST = SquaredError()
X, Y = np.array([[0.05], [-0.03]]), np.array([[0.02, 0.01], [-0.02, 0.0]])


def network():
    return Elastic(POINTS, SPRINGS, held=[0, 2], driven=[(2, 0)], read=[(3, 0), (5, 1)])


def cost(system, values):
    return float(COST.value(ElasticEngine(system).solve(values, X).scores, Y).mean())


def test_springs_learn_by_their_own_lengths():
    system = network()
    values = {at: each.value * np.linspace(0.95, 1.05, len(SPRINGS)) for at, each in system.parameters.items()}
    asked = ElasticEngine(system), values, X, Y, COST, np.random.default_rng(0)
    estimate = HigherOrder(0.02).estimate(*asked)
    for at in (STIFFNESS, LENGTH):
        for k in (0, 4, 8):
            moves = {}
            for multiple in (1, -1, 2, -2):
                changed = values[at].copy()
                changed[k] += 1e-3 * multiple
                moves[multiple] = cost(system, {**values, at: changed})
            expected = (8 * (moves[1] - moves[-1]) - (moves[2] - moves[-2])) / 12e-3
            assert estimate.gradients[at][k] == pytest.approx(expected, abs=1e-8)
            assert abs(expected) > 1e-6


def test_it_learns_a_response_and_its_points_are_in_balance():
    system = network()
    data = Split(RegressionDataset(X, Y, ("near", "far")))
    rates = SGD({STIFFNESS: 0.1, LENGTH: 1e-4})
    problem = Problem(system, data, COST, Centered(0.01), rates, epochs=30, batch=2)
    done = train(problem, ElasticEngine(system))
    assert done.records[-1].train.loss < 0.6 * done.records[0].train.loss
    states = ElasticEngine(system).solve(done.values, X).states[0]
    forces = system.forces(done.values, states).reshape(2, -1, 2)
    assert abs(forces[:, [1, 3, 4, 5]]).max() < 1e-9
    assert abs(forces[:, [0, 2]]).max() > 1e-4


def test_points_that_are_none_are_refused():
    with pytest.raises(SettingError, match="driven but not held"):
        Elastic(POINTS, SPRINGS, held=[0], driven=[(2, 0)], read=[(3, 0)])
    with pytest.raises(SettingError, match="read but held"):
        Elastic(POINTS, SPRINGS, held=[0, 2], driven=[(2, 0)], read=[(0, 0)])
