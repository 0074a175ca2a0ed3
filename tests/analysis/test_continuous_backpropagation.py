"""A weight that is the voltage of a capacitor follows its gradient: one capacitor and one behavioural source."""

import numpy as np
import pytest

from ebana_like.netlist import read_netlist
from ebana_like.simulators import NgspiceSimulator
from ebana_like.systems import Start, Transient

FARADS, ETA, FIRST = 1e-6, 1e-3, 0.8

# C dtheta/dt = -eta dL/dtheta, L = theta^4 / 2; a product, for ngspice takes the absolute value of the base of a power
NETLIST = f"""theta to the fourth
c1 theta 0 {FARADS}
b1 theta 0 i={2 * ETA}*v(theta)*v(theta)*v(theta)
.end
"""


def test_theta_to_the_fourth_decays_with_the_constant_four():
    circuit = read_netlist(NETLIST).circuit
    times = np.linspace(0, 5e-3, 4001)
    start = Start(np.array([[0.0, FIRST]]), np.zeros((1, 0)))
    with NgspiceSimulator(circuit) as simulator:
        found = simulator.follow({}, np.zeros((1, 0)), Transient(times, start=start)).of("theta")[0]
    eta = ETA / FARADS

    def exact(constant):
        return FIRST / np.sqrt(1 + constant * eta * FIRST**2 * times)

    assert found == pytest.approx(exact(4), abs=1e-5)  # of which two first steps of Euler's leave 6e-6
    assert np.abs(found - exact(6)).max() > 0.05  # the constant that was printed once
