"""What does a switch contribute? A conductance that a control voltage chooses: nearly open or nearly closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from ebana_like.elements.law import EnergyLaw
from ebana_like.elements.term import Branch, Switching
from ebana_like.elements.written import Numbered, Written, one_card
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray

if TYPE_CHECKING:
    from ebana_like.elements.device import ModelCard


@dataclass(frozen=True)
class SwitchModel:
    """A switch's `.model` card.

    threshold: volts, from which on it is closed. closed, open: its resistances, ohms.
    """

    name: str
    threshold: float = 0.0
    closed: float = 1.0
    open: float = 1e12

    def __post_init__(self) -> None:
        if not (0 < self.closed < np.inf and 0 < self.open < np.inf):
            raise CircuitError(
                f"switch model {self.name} has ron={self.closed:g} roff={self.open:g}; both must be above zero"
            )

    @property
    def static(self) -> Self:
        """The same at DC."""
        return self

    def card(self) -> str:
        """Return the `.model` line."""
        return f".model {self.name} sw vt={self.threshold!r} ron={self.closed!r} roff={self.open!r}"

    @classmethod
    def of(cls, card: "ModelCard") -> Self:
        """Return what a card without hysteresis says. Raises CircuitError for values that cannot be."""
        given = {_WORDS[name]: value for name, value in card.parameters.items() if name in _WORDS}
        return cls(card.name, **{name: float(value) for name, value in given.items()})


_WORDS = {"vt": "threshold", "ron": "closed", "roff": "open"}

NUDGING = SwitchModel("nudge_switch", 0.5, 1e3, 1e18)
"""1 kOhm closed, as a transistor has; a switch of 1 mOhm would carry nudges of 1e-8 A by a voltage that drowns in
rounding (errors of 3e-10 V at the outputs)."""

THRESHOLD, CLOSED, OPEN = NUDGING.threshold, 1 / NUDGING.closed, 1 / NUDGING.open
"""Volts, siemens."""


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
    """Voltage-controlled switches of one model, closed where V(control+) - V(control-) is at its threshold or above.

    control_positive, control_negative: node indices, (n,).
    """

    kind: ClassVar[str] = "switch"
    letter: ClassVar[str] = "s"
    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative", "control_positive", "control_negative")

    control_positive: IntArray
    control_negative: IntArray
    model: SwitchModel = NUDGING

    @property
    def models(self) -> tuple[SwitchModel, ...]:
        return (self.model,)

    @property
    def summary(self) -> str:
        return f"{self.model.name}, {self.model.closed:g} Ohm from {self.model.threshold:g} V on"

    @property
    def term(self) -> Branch:
        switching = Switching(self.model.threshold, 1 / self.model.closed, 1 / self.model.open)
        return Branch(between=(self.control_positive, self.control_negative), switching=switching)

    def conductance(self, voltages: FloatArray) -> FloatArray:
        """Return the conductance at the given node voltages (..., nodes); (..., n), siemens."""
        control = voltages[..., self.control_positive] - voltages[..., self.control_negative]
        return np.where(control >= self.model.threshold, 1 / self.model.closed, 1 / self.model.open)

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
        try:
            model = SwitchModel.of(first.device_card())
        except CircuitError as error:
            raise first.error(str(error)) from error
        ends, controls = nodes.ends(elements), (nodes.column(elements, 2), nodes.column(elements, 3))
        return cls(name, tuple(e.label for e in elements), *ends, *controls, model)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = (self.positive, self.negative, self.control_positive, self.control_negative)
        return [
            f"{label} {nodes[p]} {nodes[n]} {nodes[cp]} {nodes[cn]} {self.model.name}"
            for label, p, n, cp, cn in zip(self.labels, *(c.tolist() for c in columns), strict=True)
        ]
