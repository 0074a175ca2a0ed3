"""A switch is open below 0.5 V and closed above."""

import numpy as np
import pytest

from ebana_like.elements import Switches
from ebana_like.elements.switch import CLOSED, NUDGING, behind_switch
from ebana_like.errors import CircuitError

SWITCH = Switches("switches", ("s0",), np.array([1]), np.array([0]), np.array([2]), np.array([0]))


@pytest.mark.parametrize(("control", "ohms"), [(0.0, 1e18), (0.49, 1e18), (0.51, 1e3), (1.0, 1e3)])
def test_conductance_follows_the_control_voltage(control, ohms, ngspice):
    assert SWITCH.conductance(np.array([0.0, 0.0, control])) == 1 / ohms
    # ngspice on the same lines: the switch carries 1 A from a source into its node
    lines = ["switch", "*# set numdgt=16", "i0 0 a 1", f"v0 c 0 {control}", NUDGING.card(), ".op", ".end\n"]
    lines[4:4] = SWITCH.spice_lines(["0", "a", "c"])
    solved = ngspice("\n".join(lines))
    assert solved["a"] == pytest.approx(ohms, rel=1e-15)  # an ulp


@pytest.mark.parametrize("beta", [1e-9, 1e-6, 0.9 * CLOSED, -1e-6])
def test_a_resistor_behind_the_closed_switch_makes_beta_in_series(beta):
    series = 1 / (1 / behind_switch(beta) + 1 / CLOSED)
    assert series == pytest.approx(beta, rel=1e-14)  # four roundings, a factor of ten lost to cancellation


@pytest.mark.parametrize("beta", [0.0, CLOSED, 1.0])
def test_more_than_the_switch_conducts_cannot_be_switched(beta):
    with pytest.raises(CircuitError, match=r"cannot be switched; it must be below 0\.001 S"):
        behind_switch(beta)
