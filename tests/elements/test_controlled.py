"""Controlled sources: voltage forward, current back."""

import numpy as np

from ebana_like.elements import CCCS, VCVS

GAINS = np.array([4.0, 0.5])
ENDS = np.array([3, 4]), np.array([0, 3])


def test_a_vcvs_holds_gain_times_the_control_voltage():
    bank = VCVS("forward", ("e0", "e1"), *ENDS, np.array([1, 2]), np.array([0, 1]), GAINS)
    voltages = np.array([[0.0, 0.1, 0.3, 9.0, 9.0], [0.0, -1.0, 1.0, 9.0, 9.0]])
    assert np.allclose(bank.voltage(voltages), [[0.4, 0.1], [-4.0, 1.0]], rtol=1e-15)
    assert bank.spice_lines(["0", "a", "b", "c", "d"]) == ["e0 c 0 a 0 4.0", "e1 d c b a 0.5"]


def test_a_cccs_carries_gain_times_the_copied_current():
    bank = CCCS("back", ("f0", "f1"), *ENDS, ("vmeter0", "vmeter1"), GAINS)
    assert bank.current(np.array([[1e-6, 4e-6]])).tolist() == [[4e-6, 2e-6]]
    assert bank.spice_lines(["0", "a", "b", "c", "d"]) == ["f0 c 0 vmeter0 4.0", "f1 d c vmeter1 0.5"]
