"""What does a turbulent pipe contribute? A flow that grows with the square root of the pressure drop.

In the words of circuits: pressures are volts (Pa), flows are amperes (m^3/s), and a laminar pipe is a resistor. Where
a flow is turbulent q = k sgn(v) sqrt|v|; near v = 0, where that has no slope, every pipe is laminar again:

    q = k v / (v^2 + e^2)^(1/4),   p = 2/3 k [(v^2 + e^2)^(3/4) - e^(3/2)],   dp/dk = p / k

A network of pipes minimises the sum of p over its free pressures (thesis, section 2.5). The power q v that it
dissipates is least there too only where all pipes are of one kind: 3/2 of the sum of p where all are turbulent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from ebana_like.elements.bank import Quantity
from ebana_like.elements.law import CurrentLaw
from ebana_like.elements.written import Numbered, Written, numbers
from ebana_like.values import FloatArray

LAMINAR = 1e-3
"""e, volts: drop below which a pipe is laminar."""

_WRITTEN = re.compile(r"i\s*=\s*([^ *]+)\s*\*")


@dataclass(frozen=True, eq=False)
class Pipes(CurrentLaw):
    """Turbulent pipes; a check valve is a diode beside or behind one.

    capacity: k, (n,), A/V^(1/2), above zero.
    """

    kind: ClassVar[str] = "pipe"
    letter: ClassVar[str] = "b"
    quantities: ClassVar[Mapping[str, Quantity]] = {"capacity": Quantity("A/V^0.5", floor=0.0)}

    capacity: FloatArray

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        found: FloatArray = 2 / 3 * self.capacity * ((drop**2 + LAMINAR**2) ** 0.75 - LAMINAR**1.5)
        return found

    def current(self, drop: FloatArray) -> FloatArray:
        flow: FloatArray = self.capacity * drop * (drop**2 + LAMINAR**2) ** -0.25
        return flow

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        capacity = numbers(elements, _capacity, "a capacity")
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), capacity)

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        ends = zip(self.labels, self.positive.tolist(), self.negative.tolist(), self.capacity.tolist(), strict=True)
        return [
            f"{label} {nodes[p]} {nodes[n]} i={k!r}*v({nodes[p]},{nodes[n]})"
            f"/sqrt(sqrt(v({nodes[p]},{nodes[n]})*v({nodes[p]},{nodes[n]})+{LAMINAR**2!r}))"
            for label, p, n, k in ends
        ]


def _capacity(text: str) -> float:
    found = _WRITTEN.match(text)
    if found is None:
        raise ValueError("no capacity")
    return float(found[1])
