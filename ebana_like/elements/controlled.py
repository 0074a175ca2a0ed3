"""What do controlled sources contribute? They carry voltage forward (VCVS) and current back (CCCS), or turn one into
the other (VCCS, CCVS)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from ebana_like.elements.bank import Bank, Links, Quantity
from ebana_like.elements.law import VoltageLaw
from ebana_like.elements.term import Branch, Flow
from ebana_like.elements.views import AdjointView
from ebana_like.elements.written import Numbered, Written, numbers
from ebana_like.errors import CircuitError
from ebana_like.values import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class VoltageControlled(Bank):
    """Sources controlled by the voltage between two other nodes.

    control_positive, control_negative: node indices, (n,).
    gain: (n,), volts per volt or siemens.
    """

    terminals: ClassVar[tuple[str, ...]] = ("positive", "negative", "control_positive", "control_negative")

    control_positive: IntArray
    control_negative: IntArray
    gain: FloatArray

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        ends, positive, negative = nodes.ends(elements), nodes.column(elements, 2), nodes.column(elements, 3)
        return cls(name, tuple(e.label for e in elements), *ends, positive, negative, numbers(elements))

    def watched(self) -> IntArray:
        return np.concatenate([self.control_positive, self.control_negative])

    def _response(self, voltages: FloatArray) -> FloatArray:
        return np.asarray(self.gain * self.control_drop(voltages))

    def control_drop(self, voltages: FloatArray) -> FloatArray:
        """Return the voltages between the controls, (..., n), given those of the nodes, (..., nodes)."""
        return np.asarray(voltages[..., self.control_positive] - voltages[..., self.control_negative])

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = (self.positive, self.negative, self.control_positive, self.control_negative, self.gain)
        return [
            f"{label} {nodes[p]} {nodes[n]} {nodes[cp]} {nodes[cn]} {gain!r}"
            for label, p, n, cp, cn, gain in zip(self.labels, *(c.tolist() for c in columns), strict=True)
        ]


@dataclass(frozen=True, eq=False)
class CurrentControlled(Bank):
    """Sources controlled by the current through a voltage source.

    control: label of the voltage source whose current is copied, one an element.
    gain: (n,), amperes per ampere or ohms.
    """

    control: tuple[str, ...]
    gain: FloatArray

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.control) != len(self):
            raise CircuitError(
                f'bank "{self.name}" has {len(self)} elements but {len(self.control)} controlling sources; '
                "give one for each element"
            )

    def renamed(self, names: Mapping[str, str]) -> Self:
        followed = tuple(names.get(label, label) for label in self.control)
        return replace(super().renamed(names), control=followed)

    @classmethod
    def read(cls, name: str, elements: Sequence[Written], nodes: Numbered) -> Self:
        control = tuple(e.control for e in elements)
        return cls(name, tuple(e.label for e in elements), *nodes.ends(elements), control, numbers(elements))

    def spice_lines(self, nodes: Sequence[str]) -> list[str]:
        columns = (self.positive.tolist(), self.negative.tolist(), self.control, self.gain.tolist())
        return [
            f"{label} {nodes[p]} {nodes[n]} {control} {gain!r}"
            for label, p, n, control, gain in zip(self.labels, *columns, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class VCVS(VoltageControlled, VoltageLaw):
    """Voltage-controlled voltage sources: V(positive) - V(negative) = gain (V(control+) - V(control-))."""

    kind: ClassVar[str] = "vcvs"
    letter: ClassVar[str] = "e"
    role: ClassVar[str] = "amplifiers"
    quantities: ClassVar[Mapping[str, Quantity]] = {"gain": Quantity("")}

    @property
    def term(self) -> Branch:
        return Branch(self.gain, (self.control_positive, self.control_negative))

    @property
    def follows(self) -> tuple[IntArray, IntArray, FloatArray]:
        return self.control_positive, self.control_negative, self.gain

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return -view.adjoint_current(self.name) * self.control_drop(view.voltages)

    def voltage(self, voltages: FloatArray) -> FloatArray:
        """Return the drop the sources hold at the given node voltages (..., nodes); (..., n), volts."""
        return self._response(voltages)


@dataclass(frozen=True, eq=False)
class VCCS(VoltageControlled):
    """Voltage-controlled current sources: gain (V(control+) - V(control-)) flows from positive to negative."""

    kind: ClassVar[str] = "vccs"
    letter: ClassVar[str] = "g"
    quantities: ClassVar[Mapping[str, Quantity]] = {"gain": Quantity("S")}
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    @property
    def term(self) -> Flow:
        return Flow(self.gain, (self.control_positive, self.control_negative))

    def links(self) -> Links:
        return Links(self.positive, self.negative, self.control_positive, self.control_negative)

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        return self.drop(view.adjoint) * self.control_drop(view.voltages)

    def current(self, voltages: FloatArray) -> FloatArray:
        """Return the current of each source at the given node voltages (..., nodes); (..., n), amperes."""
        return self._response(voltages)


@dataclass(frozen=True, eq=False)
class CCVS(CurrentControlled, VoltageLaw):
    """Current-controlled voltage sources: V(positive) - V(negative) = gain times the controlling current."""

    kind: ClassVar[str] = "ccvs"
    letter: ClassVar[str] = "h"
    quantities: ClassVar[Mapping[str, Quantity]] = {"gain": Quantity("Ohm")}

    @property
    def term(self) -> Branch:
        return Branch(self.gain, through=self.control)

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        copied = np.stack([view.current(label) for label in self.control], axis=-1)
        return np.asarray(-view.adjoint_current(self.name) * copied)

    def voltage(self, control_current: FloatArray) -> FloatArray:
        """Return the drop of each source for the controlling currents (..., n), volts."""
        return self.gain * control_current


@dataclass(frozen=True, eq=False)
class CCCS(CurrentControlled):
    """Current-controlled current sources: gain times the controlling current flows from positive to negative.

    The current does not follow from the drop, so a CCCS holds no pseudo-power of its own: beside its VCVS it
    weights the energy of one side of the amplifier against the other (`ebana_like.energy`).
    """

    kind: ClassVar[str] = "cccs"
    letter: ClassVar[str] = "f"
    role: ClassVar[str] = "amplifiers"
    quantities: ClassVar[Mapping[str, Quantity]] = {"gain": Quantity("")}
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    @property
    def term(self) -> Flow:
        return Flow(self.gain, through=self.control)

    def sensitivity(self, quantity: str, view: AdjointView) -> FloatArray:
        copied = np.stack([view.current(label) for label in self.control], axis=-1)
        return np.asarray(self.drop(view.adjoint) * copied)

    def current(self, control_current: FloatArray) -> FloatArray:
        """Return the current of each source for the controlling currents (..., n), amperes."""
        return self.gain * control_current
