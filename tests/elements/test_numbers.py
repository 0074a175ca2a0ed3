"""A conductance written as a resistance comes back bit for bit, and SPICE reads the same resistance."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ebana_like.elements.numbers import conductance, finite, resistances
from ebana_like.hardware.stock import series


@settings(max_examples=1000)
@given(st.floats(1e-15, 1e3))
@example(4.9e-6)  # one of the doubles for which 1/(1/g) is not g
def test_a_conductance_survives_its_text_bit_for_bit(g):
    (ohms,) = resistances(np.array([g]))
    assert conductance(ohms) == g
    # a SPICE program rounds the text to its double and inverts it: two roundings of 2^-53
    assert 1 / float(ohms) == pytest.approx(g, rel=2.3e-16)


def test_the_reciprocal_of_a_reciprocal_is_not_always_the_number():
    """Why the text sometimes needs more digits than a double has."""
    g = np.random.default_rng(0).uniform(1e-7, 1e-4, 1000)
    spoiled = 1 / (1 / g) != g
    assert spoiled.any()
    assert all(len(ohms) > 20 for ohms in np.array(resistances(g))[spoiled])


@pytest.mark.parametrize("text", ["0", "-5", "1e-320", "1e999", "nan", "inf", "1k", "1_000", "\u0661", ""])
def test_what_is_not_a_resistance_above_zero_is_refused(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        conductance(text)


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), ("-.5", -0.5), ("2.", 2.0), ("+1E-3", 1e-3)])
def test_plain_numbers_are_read(text, value):
    assert finite(text) == value


def test_what_can_be_bought_is_written_as_it_is_sold():
    sold = [float(f"{mantissa}e{decade}") for mantissa in series(96) + series(24) for decade in range(-4, 6)]
    assert [float(word) for word in resistances(1 / np.array(sold))] == sold
    assert resistances(1 / np.array([56e3, 8.2, 0.47])) == ["56000.0", "8.2", "0.47"]
