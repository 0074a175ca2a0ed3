"""Independent sources: a voltage source holds no pseudo-power, a current source I v."""

import numpy as np

from ebana_like.elements import CurrentLaw, CurrentSources, VoltageSources

ENDS = np.array([1, 0]), np.array([0, 2])
DROPS = np.array([[0.5, -2.0], [0.0, 1.0]])


def test_a_current_source_carries_the_same_at_every_voltage():
    bank = CurrentSources("nudge", ("i0", "i1"), *ENDS, np.array([1e-6, -2e-6]))
    assert bank.current(DROPS).tolist() == [[1e-6, -2e-6], [1e-6, -2e-6]]
    assert not bank.slope(DROPS).any()
    assert bank.pseudo_power(DROPS).tolist() == [[0.5e-6, 4e-6], [0.0, -2e-6]]


def test_a_voltage_source_has_no_current_law():
    assert not issubclass(VoltageSources, CurrentLaw)


def test_spice_lines_keep_every_digit():
    nodes = ["0", "a", "b"]
    assert VoltageSources("x", ("v0", "v1"), *ENDS, np.array([0.1 + 0.2, -1.0])).spice_lines(nodes) == [
        "v0 a 0 0.30000000000000004",
        "v1 0 b -1.0",
    ]
    assert CurrentSources("n", ("i0", "i1"), *ENDS, np.array([1e-7, 0.0])).spice_lines(nodes) == [
        "i0 a 0 1e-07",
        "i1 0 b 0.0",
    ]
