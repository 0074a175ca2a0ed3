"""The currents that nudge: held, or following a target source."""

import numpy as np
import pytest

from ebana_like.elements.switch import CLOSED
from ebana_like.errors import SettingError
from ebana_like.learning import CrossEntropy, SquaredError
from ebana_like.networks import Crossbar, Currents, Inputs, OutputPairs, SwitchedTargets, build_network
from ebana_like.nudges import nudging_of

LAYERS = [Inputs(1), Crossbar(4), OutputPairs()]
TARGETS = np.array([[1.0, 0.0], [0.0, 1.0]])
BETAS = np.array([[1e-7, 1e-7], [-1e-7, -2e-7]])
SCORES = np.array([[0.4, 0.1], [0.2, 0.3]])


@pytest.mark.parametrize("cost", [SquaredError(), CrossEntropy()])
def test_held_currents_are_the_costs_slope_at_the_free_scores(cost):
    rule = nudging_of(build_network(LAYERS, nudging=Currents()), cost, TARGETS, BETAS)
    expected = -BETAS[:, :, None] * cost.gradient(SCORES, TARGETS)
    assert np.array_equal(rule.drives(SCORES, slice(None))["nudge.amperes"], expected)


def test_target_sources_pull_with_the_same_current_at_the_free_scores():
    held = nudging_of(build_network(LAYERS, nudging=Currents()), SquaredError(), TARGETS, BETAS)
    rule = nudging_of(build_network(LAYERS, nudging=SwitchedTargets()), SquaredError(), TARGETS, BETAS)
    volts, conductance, close = rule.drives(SCORES, slice(None)).values()
    pulled = (volts - SCORES) / (1 / conductance + 1 / CLOSED)
    assert (close == 1).all()
    assert pulled == pytest.approx(held.drives(SCORES, slice(None))["nudge.amperes"], rel=1e-14)


def test_part_of_a_batch_is_nudged_as_in_the_whole(nudging):
    rule = nudging_of(build_network(LAYERS, nudging=nudging), SquaredError(), TARGETS, BETAS)
    whole = rule.drives(SCORES, slice(None))
    for address, value in rule.part(slice(1, 2)).drives(SCORES[1:], slice(0, 1)).items():
        assert np.array_equal(value, whole[address][:, 1:])


def test_target_sources_cannot_express_cross_entropy():
    with pytest.raises(SettingError, match="nudge with the squared error only"):
        nudging_of(build_network(LAYERS, nudging=SwitchedTargets()), CrossEntropy(), TARGETS, BETAS)
