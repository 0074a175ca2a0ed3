"""What does a resistor contribute? Current g v, pseudo-power g v^2 / 2, and the learning signal v^2 / 2."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements.bank import CurrentLaw, FloatArray
from ebana_like.elements.numbers import resistances
from ebana_like.errors import CircuitError


@dataclass(frozen=True, eq=False)
class Resistors(CurrentLaw):
    """Resistors, trainable where `trainable` is set: the synapses of the network.

    conductance: (n,), siemens, above zero.
    low, high: the range the programmable device can hold, siemens; every trained value is clamped to it.
    """

    kind: ClassVar[str] = "resistor"
    letter: ClassVar[str] = "r"

    conductance: FloatArray
    trainable: bool = False
    low: float = 0.0
    high: float = np.inf

    def __post_init__(self) -> None:
        super().__post_init__()
        bad = np.flatnonzero(~(np.isfinite(self.conductance) & (self.conductance > 0)))
        if bad.size:
            k = int(bad[0])
            raise CircuitError(
                f'resistor {self.labels[k]} of bank "{self.name}" has a conductance of {self.conductance[k]:g} S; '
                "it must be finite and above zero"
            )
        if not 0 <= self.low < self.high:
            raise CircuitError(
                f'bank "{self.name}" has the conductance range {self.low:g} to {self.high:g} S; '
                "give a range that begins at or above zero and ends above its beginning"
            )

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        positive, negative = self.positive.tolist(), self.negative.tolist()
        return [
            f"{label} {nodes[p]} {nodes[n]} {ohms}"
            for label, p, n, ohms in zip(self.labels, positive, negative, resistances(self.conductance), strict=True)
        ]

    def current(self, drop: FloatArray) -> FloatArray:
        return self.conductance * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        return np.broadcast_to(self.conductance, drop.shape)

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        return self.conductance * drop**2 / 2

    def pseudo_power_gradient(self, drop: FloatArray) -> FloatArray:
        """Return dp/dg = v^2 / 2, volts squared: all that equilibrium propagation reads of a resistor."""
        return drop**2 / 2
