"""Under which conditions does a circuit stand? Its temperature, that of its models' parameters, and SPICE's gmin."""

from dataclasses import dataclass

from ebana_like.elements.constants import BOLTZMANN, ELEMENTARY_CHARGE, GMIN
from ebana_like.errors import CircuitError
from ebana_like.units import NOMINAL_CELSIUS

ZERO_CELSIUS = 273.15
"""Kelvin."""

USUAL = NOMINAL_CELSIUS
"""Degrees Celsius, SPICE's nominal temperature."""

HOTTEST = 1e4
"""Degrees Celsius; no model goes on so far."""


@dataclass(frozen=True)
class Conditions:
    """What all of a circuit's laws share.

    celsius: temperature. nominal: what model parameters and resistances hold for, where a card says nothing.
    gmin: conductance across every junction, siemens.

    Raises CircuitError for temperatures at or below absolute zero, and a gmin below zero.
    """

    celsius: float = USUAL
    nominal: float = USUAL
    gmin: float = GMIN

    def __post_init__(self) -> None:
        for name, value in (("temp", self.celsius), ("tnom", self.nominal)):
            if not -ZERO_CELSIUS < value < HOTTEST:
                raise CircuitError(
                    f"{name} is {value:g} degrees Celsius; it must be above {-ZERO_CELSIUS} and below {HOTTEST:g}"
                )
        if not 0 <= self.gmin < 1:
            raise CircuitError(f"gmin is {self.gmin:g} S; it must not be below zero, nor a conductance of wires")

    @property
    def thermal_voltage(self) -> float:
        """kT/q, volts."""
        return BOLTZMANN * (self.celsius + ZERO_CELSIUS) / ELEMENTARY_CHARGE

    @property
    def options(self) -> str:
        """As words of SPICE's `.options` line, each after a blank; empty for the usual conditions."""
        usual = USUAL_CONDITIONS
        values = {
            "temp": (self.celsius, usual.celsius),
            "tnom": (self.nominal, usual.nominal),
            "gmin": (self.gmin, usual.gmin),
        }
        return "".join(f" {name}={float(value)!r}" for name, (value, other) in values.items() if value != other)


USUAL_CONDITIONS = Conditions()
"""Those of SPICE where nothing is said."""
