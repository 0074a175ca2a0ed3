"""Ohm's law, and the learning signal v^2 / 2."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebana_like.elements import Range, Resistors
from ebana_like.errors import CircuitError


def resistor(conductance: float, **options) -> Resistors:
    return Resistors("synapses", ("r0",), np.array([1]), np.array([0]), np.array([conductance]), **options)


volts = st.floats(-5, 5)
siemens = st.floats(1e-9, 1)


@given(siemens, volts)
def test_current_is_the_derivative_of_pseudo_power_and_slope_that_of_current(g, v):
    bank, h = resistor(g), 0.5  # central differences of a parabola and a line are exact for any h
    below, at, above = np.array([v - h]), np.array([v]), np.array([v + h])
    rounding = 1e-14 * g * 30  # some ulps of the largest pseudo-power, g (5.5 V)^2 / 2
    power, current = bank.pseudo_power, bank.current
    assert power(above) - power(below) == pytest.approx(current(at), abs=rounding)
    assert current(above) - current(below) == pytest.approx(bank.slope(at), abs=rounding)


@given(siemens, volts)
def test_the_learning_signal_is_the_derivative_of_pseudo_power_by_conductance(g, v):
    drop = np.array([v])
    difference = resistor(2 * g).pseudo_power(drop) - resistor(g).pseudo_power(drop)
    expected = g * resistor(g).pseudo_power_by("conductance", drop)
    assert difference == pytest.approx(expected, rel=1e-14)  # linear in g: only rounding is left


def test_spice_line_states_ohms():
    assert resistor(1e-3).spice_lines(["0", "out"]) == ["r0 out 0 1000.0"]


@pytest.mark.parametrize("conductance", [0.0, -1e-6, np.nan, np.inf])
def test_a_conductance_must_be_finite_and_above_zero(conductance):
    with pytest.raises(CircuitError, match=r'resistor r0 of bank "synapses" has a conductance of'):
        resistor(conductance)


@pytest.mark.parametrize(("low", "high"), [(-1e-6, 1e-3), (1e-3, 1e-3), (1e-3, 1e-6), (np.nan, 1e-3)])
def test_a_conductance_range_must_rise_from_zero_or_above(low, high):
    with pytest.raises(CircuitError, match='bank "synapses" has the conductance range'):
        resistor(1e-4, trainable={"conductance": Range(low, high)})
