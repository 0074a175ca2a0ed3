"""What every bank promises: one value an element, held still; voltage drops run from positive to negative."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebana_like.elements import CCCS, CurrentSources, Resistors, VoltageSources, index_of
from ebana_like.errors import CircuitError

ENDS = np.array([1, 2]), np.array([0, 0])


def test_drop_runs_from_positive_to_negative_for_every_sample():
    bank = VoltageSources("v", ("v0", "v1"), np.array([1, 2]), np.array([2, 0]), np.zeros(2))
    voltages = np.array([[0.0, 5.0, 3.0], [0.0, -1.0, 1.0]])
    assert bank.drop(voltages).tolist() == [[2.0, 3.0], [-2.0, 1.0]]


@pytest.mark.parametrize(
    ("bank", "field"),
    [
        (lambda: VoltageSources("rails", ("v0", "v1"), *ENDS, np.zeros(3)), "voltage"),
        (lambda: CurrentSources("rails", ("i0", "i1"), *ENDS, np.zeros((2, 1))), "amperes"),
        (lambda: Resistors("rails", ("r0", "r1"), *ENDS, np.ones(1)), "conductance"),
        (lambda: Resistors("rails", ("r0", "r1"), ENDS[0][:1], ENDS[1], np.ones(2)), "positive"),
        (lambda: CCCS("rails", ("f0", "f1"), *ENDS, ("v0",), np.ones(2)), "controlling sources"),
    ],
)
def test_a_bank_with_too_few_or_too_many_values_is_refused_by_name(bank, field):
    with pytest.raises(CircuitError, match=rf'bank "rails" has 2 elements but .*{field}'):
        bank()


def test_values_cannot_be_changed_behind_the_circuits_back():
    bank = Resistors("g", ("r0", "r1"), *ENDS, np.ones(2))
    for array in bank.arrays().values():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7


@given(st.lists(st.integers(0, 30), max_size=4), st.integers(0, 20), st.integers(1, 5), st.integers(1, 6))
def test_an_index_selects_what_its_positions_select(any_positions, first, step, count):
    values = np.arange(60)
    for positions in (np.array(any_positions, dtype=np.intp), np.arange(first, first + step * count, step)):
        assert np.array_equal(values[index_of(positions)], values[positions])
    assert isinstance(index_of(np.arange(first, first + step * count, step)), slice)
