"""What does an ideal diode contribute? A bound: V(anode) <= V(cathode), with a current only where they are equal.

It is the limit of SPICE's diode for N -> 0: blocking it carries nothing, conducting it has no drop, whatever the
current: v <= 0, i >= 0, v i = 0. A circuit of resistors, sources and such diodes minimises a quadratic function of the
node voltages within bounds: beyond them the co-content is infinite.

SPICE has no such element. A netlist holds a steep diode in its place, whose drop is `deviation`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Quantity
from ebana_like.elements.conditions import Conditions
from ebana_like.elements.device import sizes_of
from ebana_like.elements.diode import DiodeModel, Diodes
from ebana_like.elements.law import CurrentLaw
from ebana_like.elements.written import Numbered, Written, one_card
from ebana_like.values import FloatArray

PERFECT = "perfect"
"""Name of the diode model that stands for no law, but for bounds."""

STAND_IN = DiodeModel(PERFECT, 1e-12, 1e-3)
"""What SPICE is given in its place: a tenth of a millivolt for each decade of current above 1 pA."""

WIRE, BREAK = 1e20, 1e-30
"""Slopes of one that conducts and of one that blocks, siemens: more and less than those of any other element."""


@dataclass(frozen=True, eq=False)
class IdealDiodes(CurrentLaw):
    """Ideal diodes, anode positive.

    model: the steep diode that a netlist has in the place of each.

    What one carries where it conducts does not follow from its own drop, but from Kirchhoff's law
    (`ebana_like.energy.currents`); `current` is what follows from the drop: nothing.
    """

    kind: ClassVar[str] = "ideal_diode"
    letter: ClassVar[str] = "d"
    quantities: ClassVar[Mapping[str, Quantity]] = {}

    model: DiodeModel

    @property
    def models(self) -> tuple[DiodeModel, ...]:
        return (self.model,)

    @property
    def summary(self) -> str:
        return f"in SPICE {self._stand_in}"

    @property
    def remark(self) -> str:
        return (
            f"SPICE has no ideal diodes: these have {self._stand_in}, and a drop of N Vt ln(1 + i/IS) instead of none"
        )

    @property
    def _stand_in(self) -> str:
        return f"N {self.model.emission:g}, IS {self.model.saturation_current:g} A"

    @property
    def steep(self) -> Diodes:
        """The diodes that stand in a netlist in their place."""
        return Diodes(self.name, self.labels, self.positive, self.negative, self.model)

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        first = one_card(name, cls.kind, elements)
        if (sized := next((element for element in elements if sizes_of(element.sizes)), None)) is not None:
            raise sized.error("an ideal diode has no size; leave out what stands behind its model")
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), first.diode_model())

    def under(self, conditions: Conditions) -> Self:
        return replace(self, model=replace(self.model, conditions=conditions))

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        return self.steep.spice_lines(nodes)

    def current(self, drop: FloatArray) -> FloatArray:
        return 0.0 * drop

    def slope(self, drop: FloatArray) -> FloatArray:
        return np.where(drop >= 0, WIRE, BREAK)

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        return np.where(drop > 0, np.inf, 0.0)

    def deviation(self, amperes: float) -> float:
        """Return the drop of the steep diode that carries so many amperes, volts."""
        return float(self.model.scale * np.log1p(amperes / self.model.saturation))
