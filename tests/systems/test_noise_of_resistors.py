"""The noise of resistors themselves says nothing of their conductances; noise by capacitances does."""

import numpy as np
import pytest

from ebana_like.netlist import read_netlist
from ebana_like.simulators import NativeSimulator
from ebana_like.systems import Transient

FARADS, SAMPLES, STEPS = 1e-9, 200, 4000
KT = 1e-10  # joules: some 0.3 V on a nanofarad, far above what is real


def variance(siemens, density):
    """The mean of v^2 of a resistor and a capacitor that white noise shakes, by Euler's steps, and h g / C.

    density: amperes by the root of a second.
    """
    circuit = read_netlist(f"t\ni1 0 a 0\nr1 a 0 {1 / siemens!r}\nc1 a 0 {FARADS!r}\n.end\n").circuit
    share = 0.05
    h = share * FARADS / siemens
    drawn = np.random.default_rng(0).standard_normal((SAMPLES, STEPS + 1, 1)) * density / np.sqrt(h)
    with NativeSimulator(circuit) as simulator:
        analysis = Transient.even(h * STEPS, STEPS, "euler")
        course = simulator.follow({}, np.zeros((SAMPLES, 0)), analysis, {"current_sources.amperes": drawn})
    return float((course.of("a")[:, 400:] ** 2).mean()), share


@pytest.mark.parametrize("siemens", [1e-4, 1e-3])
def test_thermal_noise_gives_kt_by_c_whatever_the_conductance_and_noise_by_capacitance_t_by_g(siemens):
    temperature = 1e-4  # watts
    # 200 courses of 180 time constants, of v^2 every second counts: (2 / 18000)^(1/2) = 1.1 % is a standard error
    thermal, share = variance(siemens, np.sqrt(2 * KT * siemens))
    assert thermal == pytest.approx(KT / FARADS / (1 + share / 2), rel=0.033)
    ours, share = variance(siemens, np.sqrt(2 * temperature * FARADS))
    assert ours == pytest.approx(temperature / siemens / (1 + share / 2), rel=0.033)
