"""Generalized recirculation: half of contrastive Hebbian learning, and the gradient of the weights up alone."""

import numpy as np
import pytest

from ebana_like.learning import Contrastive, GeneRec, SquaredError
from ebana_like.simulators.hopfield import HopfieldEngine
from ebana_like.systems.hopfield import Hopfield

RNG = np.random.default_rng(2)
FEATURES, TARGETS, COST = RNG.uniform(0, 1, (5, 4)), RNG.uniform(0.1, 0.9, (5, 3)), SquaredError()


def estimated(system, estimator):
    return estimator.estimate(HopfieldEngine(system), {}, FEATURES, TARGETS, COST, RNG)


def test_with_the_same_rule_from_above_it_makes_up_contrastive_hebbian_learning():
    """s'x' - s x = (s' - s)(x' + x) / 2 + (s' + s)(x' - x) / 2: plus and minus at the other unit in turn."""
    system = Hopfield((4, 6, 3), "tanh", "clamped", seed=1)
    found, whole = estimated(system, GeneRec(1.0)), estimated(system, Contrastive())
    free, clamped = found.points.states
    (below, above) = system.parts
    moved, lower = clamped - free, (clamped + free) / 2
    up = -moved[:, above].T @ lower[:, below] / 5
    down = -lower[:, above].T @ moved[:, below] / 5
    assert (up + down).ravel() == pytest.approx(whole.gradients["layer2.weight"], abs=1e-12)
    first = -moved[:, above].T @ free[:, below] / 5
    assert found.gradients["layer2.weight"] == pytest.approx(first.ravel(), abs=1e-12)
    for at in ("layer1.weight", "layer1.bias", "layer2.bias"):  # what leads up from what does not move is the same
        assert found.gradients[at] == pytest.approx(whole.gradients[at], abs=1e-12)


def test_under_small_forces_it_is_the_gradient_of_weights_up_alone():
    system = Hopfield((4, 6, 3), "tanh", seed=1, spread=0.5)
    (W1, _), (W2, _) = system.matrices({at: each.value for at, each in system.parameters.items()})

    def cost(up):
        hidden, out = np.zeros((5, 6)), np.zeros((5, 3))
        for _ in range(200):
            hidden, out = np.tanh(FEATURES @ W1.T + out @ W2), np.tanh(hidden @ up.T)
        return float(COST.value(out, TARGETS).mean())

    found = {beta: estimated(system, GeneRec(beta)).gradients["layer2.weight"] for beta in (1e-4, 2e-4)}
    limit = 2 * found[1e-4] - found[2e-4]  # its bias is of order beta
    for k in (0, 7, 17):
        step = 1e-4 * np.eye(18)[k].reshape(3, 6)
        slope = (8 * (cost(W2 + step) - cost(W2 - step)) - cost(W2 + 2 * step) + cost(W2 - 2 * step)) / 12e-4
        assert limit[k] == pytest.approx(slope, abs=1e-7 * abs(limit).max())
