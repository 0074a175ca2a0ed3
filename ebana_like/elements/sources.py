"""What do independent sources contribute? Voltage sources pin nodes, current sources inject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Quantity
from ebana_like.elements.law import CurrentLaw, VoltageLaw
from ebana_like.elements.signal import Signal
from ebana_like.elements.term import Branch, Flow
from ebana_like.elements.views import AdjointView, PhasesView
from ebana_like.elements.written import Numbered, Written, numbers
from ebana_like.values import FloatArray


@dataclass(frozen=True, eq=False)
class VoltageSources(VoltageLaw):
    """Ideal voltage sources: V(positive) - V(negative) = voltage.

    voltage: (n,), volts. A source of 0 V is SPICE's ammeter.
    """

    kind: ClassVar[str] = "voltage_source"
    letter: ClassVar[str] = "v"
    role: ClassVar[str] = "sources"
    phases_tell: ClassVar[bool] = True
    quantities: ClassVar[Mapping[str, Quantity]] = {"voltage": Quantity("V")}

    voltage: FloatArray

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), numbers(elements))

    @property
    def term(self) -> Branch:
        return Branch(volts=self.voltage)

    def told_by_phases(self, quantity: str, phases: PhasesView) -> Signal:
        fed = phases.fed(self.name)
        return np.asarray(np.einsum("pb,pbn->n", phases.coefficients, fed - fed[:1]))

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return -view.adjoint_current(self.name)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        return _source_lines(self, nodes, self.voltage)


@dataclass(frozen=True, eq=False)
class CurrentSources(CurrentLaw):
    """Ideal current sources: `amperes` flow from the positive node through the source to the negative node.

    amperes: (n,), amperes.
    """

    kind: ClassVar[str] = "current_source"
    letter: ClassVar[str] = "i"
    role: ClassVar[str] = "sources"
    linear: ClassVar[bool] = True
    by_drops: ClassVar[bool] = True
    quantities: ClassVar[Mapping[str, Quantity]] = {"amperes": Quantity("A")}
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    amperes: FloatArray

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), numbers(elements))

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        return _source_lines(self, nodes, self.amperes)

    @property
    def term(self) -> Flow:
        return Flow(np.zeros(len(self)), amperes=self.amperes)

    def current(self, drop: FloatArray) -> FloatArray:
        return np.broadcast_to(self.amperes, drop.shape)

    def slope(self, drop: FloatArray) -> FloatArray:
        return np.zeros_like(drop)

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        return self.amperes * drop

    def pseudo_power_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        return drop

    def current_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        return np.ones_like(drop)


def _source_lines(bank: VoltageSources | CurrentSources, nodes: Sequence[str], values: FloatArray) -> list[str]:
    return [
        f"{label} {nodes[p]} {nodes[n]} {value!r}"
        for label, p, n, value in zip(
            bank.labels, bank.positive.tolist(), bank.negative.tolist(), values.tolist(), strict=True
        )
    ]
