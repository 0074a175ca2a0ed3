"""The currents that nudge: held, or following a target source."""

import numpy as np
import pytest

from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.learning.nudging import nudging_of
from ebana_like.networks import Crossbar, Currents, Inputs, OutputPairs, SwitchedTargets, build_network

LAYERS = [Inputs(1), Crossbar(4), OutputPairs()]
TARGETS = np.array([[1.0, 0.0], [0.0, 1.0]])
BETAS = np.array([[1e-7, 1e-7], [-1e-7, -2e-7]])
SCORES = np.array([[0.4, 0.1], [0.2, 0.3]])


@pytest.mark.parametrize("cost", [SquaredError(), CrossEntropy()])
def test_held_currents_are_the_costs_slope_at_the_free_scores(cost):
    rule = nudging_of(build_network(LAYERS, nudging=Currents()), cost, TARGETS, BETAS)
    assert np.array_equal(rule.loads, np.zeros((2, 2)))
    expected = -BETAS[:, :, None] * cost.gradient(SCORES, TARGETS)
    assert np.array_equal(rule.currents(SCORES, slice(None)), expected)


def test_target_sources_pull_with_the_same_current_at_the_free_scores():
    held = nudging_of(build_network(LAYERS, nudging=Currents()), SquaredError(), TARGETS, BETAS)
    rule = nudging_of(build_network(LAYERS, nudging=SwitchedTargets()), SquaredError(), TARGETS, BETAS)
    pulled = rule.currents(SCORES, slice(None)) - rule.loads[:, :, None] * SCORES
    assert pulled == pytest.approx(held.currents(SCORES, slice(None)), rel=1e-14)  # Y - s rounds


def test_part_of_a_batch_is_nudged_as_in_the_whole(nudging):
    rule = nudging_of(build_network(LAYERS, nudging=nudging), SquaredError(), TARGETS, BETAS)
    second = rule.part(slice(1, 2))
    assert np.array_equal(second.loads, rule.loads[:, 1:])
    assert np.array_equal(second.currents(SCORES[1:], slice(0, 1)), rule.currents(SCORES, slice(None))[:, 1:])


def test_target_sources_cannot_express_cross_entropy():
    with pytest.raises(SettingError, match="nudge with the squared error only"):
        nudging_of(build_network(LAYERS, nudging=SwitchedTargets()), CrossEntropy(), TARGETS, BETAS)
