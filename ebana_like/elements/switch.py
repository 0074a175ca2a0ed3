"""What does a switch contribute? A conductance that a control voltage chooses: nearly open or nearly closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from ebana_like.elements.bank import EnergyLaw
from ebana_like.elements.term import Branch, Switching
from ebana_like.elements.written import Numbered, Written, one_card
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray

SWITCH_MODEL = ".model nudge_switch sw vt=0.5 ron=1e3 roff=1e18"
"""1 kOhm closed, as a transistor has; a switch of 1 mOhm would carry nudges of 1e-8 A by a voltage that drowns in
rounding (errors of 3e-10 V at the outputs)."""

CLOSED, OPEN = 1e-3, 1e-18  # siemens
THRESHOLD = 0.5  # volts


def behind_switch(beta: float) -> float:
    """Return the conductance (siemens) that makes beta in series with a closed switch; beta may be negative.

    Raises CircuitError where beta is more than the switch itself conducts.
    """
    if not beta or beta >= CLOSED:
        raise CircuitError(f"a nudging conductance of {beta:g} S cannot be switched; it must be below {CLOSED:g} S")
    return float(in_series(beta))


def in_series(beta: Any) -> Any:
    """Return what `behind_switch` does for numbers, or arrays of any library, that are known to be allowed."""
    return 1 / (1 / beta - 1 / CLOSED)


@dataclass(frozen=True, eq=False)
class Switches(EnergyLaw):
    """Voltage-controlled switches, closed where V(control+) - V(control-) is above 0.5 V.

    control_positive, control_negative: node indices, (n,).
    """

    kind: ClassVar[str] = "switch"
    letter: ClassVar[str] = "s"
    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative", "control_positive", "control_negative")

    control_positive: IntArray
    control_negative: IntArray

    @property
    def term(self) -> Branch:
        return Branch(
            between=(self.control_positive, self.control_negative), switching=Switching(THRESHOLD, CLOSED, OPEN)
        )

    def conductance(self, voltages: FloatArray) -> FloatArray:
        """Return the conductance at the given node voltages (..., nodes); (..., n), siemens."""
        control = voltages[..., self.control_positive] - voltages[..., self.control_negative]
        return np.where(control > THRESHOLD, CLOSED, OPEN)

    def own_current(self, voltages: FloatArray) -> FloatArray:
        return self.conductance(voltages) * self.drop(voltages)

    def own_pseudo_power(self, voltages: FloatArray) -> FloatArray:
        return self.conductance(voltages) * self.drop(voltages) ** 2 / 2

    def small_signal(self, voltages: FloatArray) -> FloatArray:
        return self.conductance(voltages)

    @property
    def many(self) -> str:
        return "switches"

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        first = one_card(name, cls.kind, elements)
        if first.card is None or first.card.card() != SWITCH_MODEL:
            raise first.error(f'switches must be of the model in "{SWITCH_MODEL}"')
        ends, controls = nodes.ends(elements), (nodes.column(elements, 2), nodes.column(elements, 3))
        return cls(name, tuple(e.label for e in elements), *ends, *controls)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = (self.positive, self.negative, self.control_positive, self.control_negative)
        return [
            f"{label} {nodes[p]} {nodes[n]} {nodes[cp]} {nodes[cn]} nudge_switch"
            for label, p, n, cp, cn in zip(self.labels, *(c.tolist() for c in columns), strict=True)
        ]
