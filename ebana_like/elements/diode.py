"""What does a diode contribute? Shockley's law as SPICE computes it, and its integral."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from ebana_like.elements.bank import Quantity
from ebana_like.elements.conditions import ZERO_CELSIUS, Conditions
from ebana_like.elements.constants import GMIN
from ebana_like.elements.device import AREA, sizes_of
from ebana_like.elements.law import CurrentLaw
from ebana_like.elements.written import Numbered, Written, numbers, one_card
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray

LARGEST_EXPONENT, LARGEST_SINGLE = 700.0, 80.0
"""exp of more overflows a double, or a single; drops beyond it never survive a converged solve."""

OF_TEMPERATURE = frozenset({"eg", "xti", "tnom", "tref"})
"""Parameters of a card that say how IS changes with the temperature."""

XTI = "3"
"""SPICE's exponent of IS(T) where a card says none."""

Array = TypeVar("Array", bound=Any)


def junction(drop: Array, saturation: Any, scale: Any) -> tuple[Array, Array]:
    """Return a junction's current (amperes) and slope (siemens), of any library's arrays (array API: numpy, JAX).

    Forward, v >= -3 N Vt: i = IS (exp(v / (N Vt)) - 1) + gmin v. Further in reverse SPICE replaces the first
    term by -IS (1 + (3 N Vt / (e v))^3), which joins it smoothly.

    drop: volts. saturation, scale: IS, amperes, and N Vt, volts, of shapes that broadcast.
    """
    xp = drop.__array_namespace__()
    largest = LARGEST_EXPONENT if drop.dtype.itemsize > 4 else LARGEST_SINGLE
    exponential = xp.exp(xp.clip(drop / scale, -3.0, largest))
    ratio = 3 * scale / (xp.minimum(drop, -3 * scale) * math.e)
    cubed = ratio * ratio * ratio
    forward = drop >= -3 * scale
    current = saturation * xp.where(forward, exponential - 1, -1 - cubed)
    slope = saturation / scale * xp.where(forward, exponential, cubed * ratio * math.e)
    return current + GMIN * drop, slope + GMIN


@dataclass(frozen=True)
class DiodeModel:
    """A diode's `.model` card.

    saturation_current: IS, amperes.
    emission: N, the ideality factor.
    other: parameters without effect at DC (capacitances, transit time), and those that say how IS changes with the
        temperature (eg, xti, tnom), kept as written; these as numbers.
    conditions: under which the diode stands.
    """

    name: str
    saturation_current: float
    emission: float = 1.0
    other: Mapping[str, str] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        if not self.saturation_current > 0 or not self.emission > 0:
            raise CircuitError(
                f"diode model {self.name} has is={self.saturation_current:g} n={self.emission:g}; "
                "both must be above zero"
            )

    @property
    def scale(self) -> float:
        """N kT/q, volts: the current grows by e each time the voltage grows by this."""
        return self.emission * self.conditions.thermal_voltage

    @cached_property
    def saturation(self) -> float:
        """IS at the diode's temperature, amperes: SPICE's IS(T) of the energy gap EG and the exponent XTI."""
        gap, exponent = float(self.other.get("eg", "1.11")), float(self.other.get("xti", XTI))
        nominal = float(self.other.get("tnom", self.other.get("tref", repr(self.conditions.nominal))))
        ratio = (self.conditions.celsius + ZERO_CELSIUS) / (nominal + ZERO_CELSIUS)
        grown = (ratio - 1) * gap / self.scale + exponent / self.emission * math.log(ratio)
        return self.saturation_current * math.exp(grown)

    @property
    def static(self) -> "DiodeModel":
        """The same diode at DC: its law alone."""
        return replace(self, other={name: value for name, value in self.other.items() if name in OF_TEMPERATURE})

    def card(self) -> str:
        """Return the `.model` line."""
        other = "".join(f" {key}={value}" for key, value in self.other.items())
        saturation_current, emission = float(self.saturation_current), float(self.emission)
        return f".model {self.name} d is={saturation_current!r} n={emission!r}{other}"


@dataclass(frozen=True, eq=False)
class Diodes(CurrentLaw):
    """Diodes of one model, anode positive: the nonlinearity of the network. Their law is `junction`.

    area: how many of the model each is, (n,), or (1,) for all: SPICE's factor on IS. gmin lies across each once.
    """

    kind: ClassVar[str] = "diode"
    letter: ClassVar[str] = "d"
    quantities: ClassVar[Mapping[str, Quantity]] = {AREA: Quantity("", floor=0.0)}

    model: DiodeModel
    area: FloatArray = field(default_factory=lambda: np.ones(1))

    def __post_init__(self) -> None:
        if isinstance(self.area, np.ndarray) and self.area.shape == (1,):
            object.__setattr__(self, "area", np.full(len(self), self.area[0]))
        super().__post_init__()

    @property
    def models(self) -> tuple[DiodeModel, ...]:
        return (self.model,)

    @property
    def saturation(self) -> FloatArray:
        """IS of each at its temperature, (n,), amperes."""
        return self.model.saturation * self.area

    @property
    def steepness(self) -> tuple[FloatArray, float]:
        return self.saturation, self.model.scale

    @property
    def summary(self) -> str:
        areas = f", area {super().summary}" if (self.area != 1).any() else ""
        return f"{self.model.name}, IS {self.model.saturation_current:g} A, N {self.model.emission:g}{areas}"

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        first = one_card(name, cls.kind, elements)
        sized = next((e for e in elements if not alone_in_size(e.sizes)), None)
        if sized is not None:
            raise sized.error(
                "a diode with another size than its area has another law; its bank is of kind spice_diode"
            )
        area = numbers(elements, text=lambda element: sizes_of(element.sizes).get(AREA, "1"))
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), first.diode_model(), area)

    def under(self, conditions: Conditions) -> Self:
        return replace(self, model=replace(self.model, conditions=conditions))

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        return [
            f"{label} {nodes[p]} {nodes[n]} {self.model.name}{'' if area == 1 else f' {AREA}={area!r}'}"
            for label, p, n, area in zip(
                self.labels, self.positive.tolist(), self.negative.tolist(), self.area.tolist(), strict=True
            )
        ]

    def current(self, drop: FloatArray) -> FloatArray:
        return junction(drop, self.saturation, self.model.scale)[0]

    def slope(self, drop: FloatArray) -> FloatArray:
        return junction(drop, self.saturation, self.model.scale)[1]

    def current_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        return np.asarray(junction(drop, self.model.saturation, self.model.scale)[0] - GMIN * drop)

    def pseudo_power_by(self, quantity: str, drop: FloatArray) -> FloatArray:
        return self.model.saturation * self._integral(drop)

    def pseudo_power(self, drop: FloatArray) -> FloatArray:
        return self.saturation * self._integral(drop) + GMIN * drop**2 / 2

    def _integral(self, drop: FloatArray) -> FloatArray:
        """Return the junction's pseudo-power for an IS of 1 A, watts."""
        scale = self.model.scale
        edge = -3 * scale
        reverse_drop = np.minimum(drop, edge)
        at_edge = scale * np.expm1(-3.0) - edge
        # integral of -(1 + (3 scale / (e v))^3) from the edge to v
        cubed = (-edge / (reverse_drop * math.e)) ** 3
        beyond = at_edge - (reverse_drop - edge) + (cubed * reverse_drop - edge * -np.exp(-3.0)) / 2
        forward = scale * np.expm1(np.clip(drop / scale, -3.0, LARGEST_EXPONENT)) - drop
        return np.where(drop >= edge, forward, beyond)


def alone_in_size(text: str) -> bool:
    """Whether what stands behind a diode's model says nothing but its area."""
    return set(sizes_of(text)) <= {AREA}
