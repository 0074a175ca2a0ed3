"""Ranges of several decades are walked in shares of the value: the rule sees logarithms, devices the values."""

import numpy as np
import pytest

from ebana_like.elements import Range, Resistors
from ebana_like.errors import CircuitError
from ebana_like.learning.updates.catalog import update_named
from ebana_like.learning.updates.sign import Sign
from ebana_like.values import Parameter

WIDE = Range(1e-6, 1e-2, logarithmic=True)
AT = "r.conductance"


def parameter(values):
    return {AT: Parameter(np.array(values), "S", WIDE)}


def test_steps_of_one_size_are_steps_of_one_share():
    values = np.array([1e-5, 1e-3, 1.1e-6])
    moved, _ = Sign(0.05).step(parameter(values), {AT: values}, {AT: np.array([-1.0, 2.0, 3.0])}, {}, 1)
    share = (1e-2 / 1e-6) ** 0.05
    assert moved[AT] == pytest.approx([1e-5 * share, 1e-3 / share, 1e-6], rel=1e-12)  # the last one ends at the limit


@pytest.mark.parametrize("name", ["sgd", "adam", "momentum"])
def test_a_rule_does_to_logarithms_what_it_does_to_values(name):
    values, slopes = np.array([2e-5, 3e-4]), np.array([4e5, -3e4])
    rule, plain = update_named(name, 0.01), Range(*np.log([WIDE.low, WIDE.high]).tolist())
    logarithms = {AT: Parameter(np.log(values), "", plain)}
    state, same = rule.start(parameter(values)), rule.start(logarithms)
    here, there = {AT: values}, {AT: np.log(values)}
    for _ in range(3):
        gradient = slopes * (here[AT] - 1e-4)
        here, state = rule.step(parameter(values), here, {AT: gradient}, state, 1)
        there, same = rule.step(logarithms, there, {AT: np.exp(there[AT]) * gradient}, same, 1)
        assert np.log(here[AT]) == pytest.approx(there[AT], rel=1e-12)
    assert here[AT] != pytest.approx(values, rel=1e-6)


def test_a_range_that_begins_at_zero_has_no_logarithm():
    with pytest.raises(CircuitError, match="a logarithmic range begins at 0; give one that begins above zero"):
        Range(0.0, 1.0, logarithmic=True)
    ends = np.array([1]), np.array([0])
    assert Resistors("r", ("r1",), *ends, np.array([1.0]), trainable={"conductance": Range(0.1, 10.0, None, True)})
