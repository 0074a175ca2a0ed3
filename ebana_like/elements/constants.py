"""Which physical constants do SPICE programs share? ngspice's values, so that other engines agree to the digit."""

BOLTZMANN = 1.38064852e-23
"""J/K, as in ngspice (CODATA 2014)."""

ELEMENTARY_CHARGE = 1.6021766208e-19
"""C, as in ngspice (CODATA 2014)."""

TEMPERATURE = 300.15
"""K; SPICE's nominal 27 degrees Celsius."""

THERMAL_VOLTAGE = BOLTZMANN * TEMPERATURE / ELEMENTARY_CHARGE
"""kT/q, 0.0258649 V."""

GMIN = 1e-12
"""S; the conductance SPICE adds across every diode junction."""
