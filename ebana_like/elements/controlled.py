"""What do controlled sources contribute? They carry voltage forward (VCVS) and current back (CCCS), or turn one into
the other (VCCS, CCVS)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ebana_like.elements.bank import Bank, FloatArray, IntArray, VoltageLaw
from ebana_like.errors import CircuitError


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

    def _response(self, voltages: FloatArray) -> FloatArray:
        control = voltages[..., self.control_positive] - voltages[..., self.control_negative]
        return np.asarray(self.gain * control)

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

    def voltage(self, voltages: FloatArray) -> FloatArray:
        """Return the drop the sources hold at the given node voltages (..., nodes); (..., n), volts."""
        return self._response(voltages)


@dataclass(frozen=True, eq=False)
class VCCS(VoltageControlled):
    """Voltage-controlled current sources: gain (V(control+) - V(control-)) flows from positive to negative."""

    kind: ClassVar[str] = "vccs"
    letter: ClassVar[str] = "g"
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    def current(self, voltages: FloatArray) -> FloatArray:
        """Return the current of each source at the given node voltages (..., nodes); (..., n), amperes."""
        return self._response(voltages)


@dataclass(frozen=True, eq=False)
class CCVS(CurrentControlled, VoltageLaw):
    """Current-controlled voltage sources: V(positive) - V(negative) = gain times the controlling current."""

    kind: ClassVar[str] = "ccvs"
    letter: ClassVar[str] = "h"

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
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()

    def current(self, control_current: FloatArray) -> FloatArray:
        """Return the current of each source for the controlling currents (..., n), amperes."""
        return self.gain * control_current
