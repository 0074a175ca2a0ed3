"""What does a diode contribute? Shockley's law as SPICE computes it, and its integral."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ebana_like.elements.bank import CurrentLaw, FloatArray
from ebana_like.elements.constants import GMIN, THERMAL_VOLTAGE
from ebana_like.errors import CircuitError

LARGEST_EXPONENT = 700.0
"""exp of more overflows a double; drops beyond it never survive a converged solve."""


@dataclass(frozen=True)
class DiodeModel:
    """A diode's `.model` card.

    saturation_current: IS, amperes.
    emission: N, the ideality factor.
    other: parameters without effect at DC (capacitances, transit time), kept as written.
    """

    name: str
    saturation_current: float
    emission: float = 1.0
    other: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.saturation_current > 0 or not self.emission > 0:
            raise CircuitError(
                f"diode model {self.name} has is={self.saturation_current:g} n={self.emission:g}; "
                "both must be above zero"
            )

    @property
    def scale(self) -> float:
        """N kT/q, volts: the current grows by e each time the voltage grows by this."""
        return self.emission * THERMAL_VOLTAGE

    def card(self) -> str:
        """Return the `.model` line."""
        other = "".join(f" {key}={value}" for key, value in self.other.items())
        saturation_current, emission = float(self.saturation_current), float(self.emission)
        return f".model {self.name} d is={saturation_current!r} n={emission!r}{other}"


@dataclass(frozen=True, eq=False)
class Diodes(CurrentLaw):
    """Diodes of one model, anode positive: the nonlinearity of the network.

    Forward, v >= -3 N Vt: i = IS (exp(v / (N Vt)) - 1) + gmin v. Further in reverse SPICE replaces the first
    term by -IS (1 + (3 N Vt / (e v))^3), which joins it smoothly.
    """

    kind: ClassVar[str] = "diode"
    letter: ClassVar[str] = "d"

    model: DiodeModel

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        return [
            f"{label} {nodes[p]} {nodes[n]} {self.model.name}"
            for label, p, n in zip(self.labels, self.positive.tolist(), self.negative.tolist(), strict=True)
        ]

    def current(self, drop: FloatArray) -> FloatArray:
        forward, cubed, _ = self._regions(drop)
        law = np.where(drop >= -3 * self.model.scale, np.expm1(forward), -(1 + cubed))
        return self.model.saturation_current * law + GMIN * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        forward, cubed, reverse_drop = self._regions(drop)
        law = np.where(drop >= -3 * self.model.scale, np.exp(forward) / self.model.scale, 3 * cubed / reverse_drop)
        return self.model.saturation_current * law + GMIN

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        scale = self.model.scale
        forward, cubed, reverse_drop = self._regions(drop)
        edge = -3 * scale
        at_edge = scale * np.expm1(-3.0) - edge
        # integral of -(1 + (3 scale / (e v))^3) from the edge to v
        beyond = at_edge - (reverse_drop - edge) + (cubed * reverse_drop - edge * -np.exp(-3.0)) / 2
        law = np.where(drop >= edge, scale * np.expm1(forward) - drop, beyond)
        return self.model.saturation_current * law + GMIN * drop**2 / 2

    def _regions(self, drop: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Exponent of the forward law, cubed term of the reverse law, and the drop it is taken at."""
        scale = self.model.scale
        reverse_drop = np.minimum(drop, -3 * scale)
        cubed = (3 * scale / (reverse_drop * np.e)) ** 3
        return np.clip(drop / scale, -3.0, LARGEST_EXPONENT), cubed, reverse_drop
