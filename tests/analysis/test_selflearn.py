"""A netlist learns by itself: gates move by the rule, XOR is learned by transistors and not by linear edges."""

import sys
from pathlib import Path

import numpy as np
import pytest

from ebana_like.analysis.selflearn import ask, learn_alone
from ebana_like.errors import CircuitError, SimulatorError
from ebana_like.networks.graph import Graph
from ebana_like.networks.selflearn import SelfLearner, self_learning_regression, self_learning_xor
from ebana_like.simulators.programs import run_text

NETLISTS = Path(__file__).parents[2] / "netlists"
BRIDGE = Graph(4, np.array([[0, 1], [1, 2], [0, 3], [3, 2]]))
GATES = np.array([1.2, 1.5, 1.9, 1.4])


def bridge(**settings):
    """Return two dividers between node 0, which is moved, and ground, whose difference is the answer."""
    return SelfLearner(BRIDGE, (0,), (1, 3), np.array([[0.4]]), np.array([0.05]), {2: 0.0}, **settings)


def test_gates_move_by_the_squares_of_their_drops():
    learner = bridge(channel="linear", charging=1e-6)
    learned = learn_alone(learner, GATES, 1, "bridge")
    g = 1e-3 * (GATES - 0.7)
    free = np.array([0.4 * g[0] / (g[0] + g[1]), 0.4 * g[2] / (g[2] + g[3])])
    held = free[0] - free[1] + 0.5 * (0.05 - free[0] + free[1])
    # the clamp's current flows from one divider into the other, so that the currents of all four sum to zero
    second = (0.4 * (g[0] + g[2]) - held * (g[0] + g[1])) / g.sum()
    clamped = np.array([second + held, second])
    squares = [np.array([0.4 - v[0], v[0], 0.4 - v[1], v[1]]) ** 2 for v in (free, clamped)]
    wanted = 1e-6 * 0.8e-3 / 1e-6 * (squares[0] - squares[1])
    assert learned.gates[-1] - GATES == pytest.approx(wanted, rel=1e-3)
    assert learned.answers[0, 0] == pytest.approx(free[0] - free[1], rel=1e-4)
    assert learned.frozen == pytest.approx(learned.answers[-1], rel=1e-4)


def test_frozen_transistors_conduct_by_their_law():
    learner = bridge()
    found = run_text(learner.frozen_netlist(GATES, "bridge"), 60)

    def half(gate, volts):
        return np.maximum(gate - 0.7 - volts, 0) ** 2 / 2

    for node, (above, below) in {"p0n1": GATES[:2], "p0n3": GATES[2:]}.items():
        volts = float(found[node][0])
        into, out = half(above, volts) - half(above, 0.4), half(below, 0) - half(below, volts)
        assert into == pytest.approx(out + volts / 1e8 / 1e-3, rel=1e-8)
        assert 0 < volts < 0.4
    assert ask(learner, GATES, "bridge") == pytest.approx(found["p0n1"] - found["p0n3"], rel=1e-12)


def test_gates_stay_between_their_limits():
    learner = bridge(charging=1e-9, low=1.3, high=1.8)
    learned = learn_alone(learner, GATES, 2, "bridge")
    assert learned.gates[-1] == pytest.approx([1.3, 1.5, 1.8, 1.4], abs=2e-3)  # from 1.2 and 1.9, in long steps


def test_transistors_learn_xor_and_linear_edges_cannot():
    learner = self_learning_xor()
    learned = learn_alone(learner, learner.start(2), 40, "xor")
    assert learned.rms[0] > 0.04
    assert learned.frozen_rms < 0.004
    assert learned.right == 4
    assert learned.frozen[-1] == pytest.approx(learned.answers[-1, -1], abs=1e-5)  # gates have not moved since
    linear = self_learning_xor("linear")
    failed = learn_alone(linear, linear.start(2), 20, "xor")
    assert failed.frozen_rms >= 0.015 * (1 - 1e-6)  # no linear function is closer to XOR than half its step


def test_a_hump_is_learned_beyond_what_a_line_can():
    learner = self_learning_regression(places=(14, 11, 2, 15, 7))  # slower in the end, faster at first
    line = np.polyval(np.polyfit(learner.patterns[:, 0], learner.targets, 1), learner.patterns[:, 0])
    best = np.sqrt(np.mean((learner.targets - line) ** 2))
    assert best == pytest.approx(8.367e-3, rel=1e-3)
    learned = learn_alone(learner, learner.start(0), 40, "hump")
    assert learned.frozen_rms < 0.7 * best


def test_the_netlist_kept_is_the_builders(monkeypatch):
    monkeypatch.syspath_prepend(str(NETLISTS))
    import make

    monkeypatch.delitem(sys.modules, "make")
    text = (NETLISTS / "selflearn_xor.cir").read_text()
    assert text == make.learns_alone()
    lines = text.splitlines()
    assert [sum(line.startswith(word) for line in lines) for word in ("mfe", "mce", "cg", "bg", "bclamp", ".tran")] == [
        32,
        32,
        32,
        32,
        1,
        1,
    ]
    assert max(map(len, lines)) < 500


def test_what_cannot_be_is_refused():
    with pytest.raises(CircuitError, match="4 edges"):
        bridge().learning_netlist(np.ones(3), 1, "bridge")
    with pytest.raises(CircuitError, match="nudge is 2"):
        bridge(nudge=2)
    with pytest.raises(CircuitError, match="different nodes"):
        SelfLearner(BRIDGE, (0,), (0, 3), np.ones((1, 1)), np.ones(1))
    with pytest.raises(CircuitError, match="patterns have shape"):
        SelfLearner(BRIDGE, (0,), (1, 3), np.ones((2, 1)), np.ones(1))


def test_an_ngspice_that_gives_up_says_why():
    with pytest.raises(SimulatorError, match="ngspice"):
        run_text("no such thing\nq1 a b\n.tran 1 2\n.end\n", 60)
