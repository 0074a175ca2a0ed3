"""One copy of a network learns by signs: gates go their way in steps of one size, droop and injection are seen."""

import numpy as np
import pytest

from ebana_like.analysis.selflearn import learn_alone
from ebana_like.errors import CircuitError
from ebana_like.networks.graph import Graph
from ebana_like.networks.sampled import SampleAndHold
from ebana_like.networks.selflearn import SelfLearner, self_learning_xor
from ebana_like.networks.selflearn_sign import SignLearner

BRIDGE = Graph(4, np.array([[0, 1], [1, 2], [0, 3], [3, 2]]))
GATES = np.array([1.2, 1.5, 1.9, 1.4])
HOLD = SampleAndHold.of(1e-9, 1e3, 0.0)


def bridge(hold=HOLD, target=0.05):
    """Two dividers between node 0, which is moved, and ground, whose difference is the answer."""
    learner = SelfLearner(BRIDGE, (0,), (1, 3), np.array([[0.4]]), np.array([target]), {2: 0.0}, channel="linear")
    return SignLearner.of(learner, 1e-5, hold)


def test_gates_go_steps_of_one_size_where_their_drops_send_them():
    learned = learn_alone(bridge(), GATES, 1, "bridge")
    g = 1e-3 * (GATES - 0.7)
    free = np.array([0.4 * g[0] / (g[0] + g[1]), 0.4 * g[2] / (g[2] + g[3])])
    held = free[0] - free[1] + 0.5 * (0.05 - free[0] + free[1])
    second = (0.4 * (g[0] + g[2]) - held * (g[0] + g[1])) / g.sum()
    clamped = np.array([second + held, second])
    squares = [np.array([0.4 - v[0], v[0], 0.4 - v[1], v[1]]) ** 2 for v in (free, clamped)]
    size = 1e-5 * 0.35e-3 / 1e-6  # the current, while the clock is high, on the gate's capacitor
    assert learned.gates[-1] - GATES == pytest.approx(size * np.sign(squares[0] - squares[1]), rel=0.03)
    assert learned.answers[0, 0] == pytest.approx(free[0] - free[1], abs=2e-4)


def test_what_is_held_droops_and_what_switches_inject_cancels_in_a_pair():
    right = learn_alone(bridge(), GATES, 1, "bridge").answers[0, 0]
    drooping = learn_alone(bridge(SampleAndHold.of(1e-9, 1e-3, 0.0)), GATES, 1, "bridge").answers[0, 0]
    assert drooping / right == pytest.approx(np.exp(-0.55), abs=0.02)  # from 0.4 to 0.95 of a millisecond
    both = bridge(SampleAndHold.of(1e-9, 1e3, 2e-3))  # both ends of the answer fall alike
    assert learn_alone(both, GATES, 1, "bridge").answers[0, 0] == pytest.approx(right, abs=2e-4)


def test_transistors_come_closer_to_xor_by_signs():
    learner = SignLearner.of(self_learning_xor(), 2e-5, HOLD)
    learned = learn_alone(learner, learner.start(2), 30, "xor")
    assert learned.rms[0] > 0.08
    assert learned.frozen_rms < 0.025


def test_gates_rest_where_comparators_see_nothing():
    learner = SignLearner.of(bridge(), 1e-5, HOLD, dead=0.05)
    assert learn_alone(learner, GATES, 1, "bridge").gates[-1] == pytest.approx(GATES, abs=1e-6)


def test_a_current_is_needed():
    with pytest.raises(CircuitError, match="current is 0"):
        SignLearner.of(self_learning_xor(), 0.0, HOLD)
