"""What does a switch contribute? A conductance that a control voltage chooses: nearly open or nearly closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements.bank import Bank, FloatArray, IntArray

SWITCH_MODEL = ".model nudge_switch sw vt=0.5 ron=1e-3 roff=1e18"
"""1 mOhm closed and 1e-18 S open: nine decades away from the conductances it connects, on either side."""

CLOSED, OPEN = 1e3, 1e-18  # siemens
THRESHOLD = 0.5  # volts


@dataclass(frozen=True, eq=False)
class Switches(Bank):
    """Voltage-controlled switches, closed where V(control+) - V(control-) is above 0.5 V.

    control_positive, control_negative: node indices, (n,).
    """

    kind: ClassVar[str] = "switch"
    letter: ClassVar[str] = "s"

    control_positive: IntArray
    control_negative: IntArray

    def conductance(self, voltages: FloatArray) -> FloatArray:
        """Return the conductance at the given node voltages (..., nodes); (..., n), siemens."""
        control = voltages[..., self.control_positive] - voltages[..., self.control_negative]
        return np.where(control > THRESHOLD, CLOSED, OPEN)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = (self.positive, self.negative, self.control_positive, self.control_negative)
        return [
            f"{label} {nodes[p]} {nodes[n]} {nodes[cp]} {nodes[cn]} nudge_switch"
            for label, p, n, cp, cn in zip(self.labels, *(c.tolist() for c in columns), strict=True)
        ]
