"""What is a device whose law only SPICE knows, close to an operating point? A linear one: currents and their slopes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ebana_like.elements.controlled import VCCS
from ebana_like.values import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SmallSignal:
    """What flows into a bank's devices at some points, and by how much more for each volt.

    Of the terminals all count but the reference (`Devices.ends`): it gives back what flows into the others, and
    voltages are those above it.

    currents: (points, n, ends), amperes.
    slopes: di/dv, (points, n, ends, ends), siemens: of which current, by which voltage.
    by: di/dtheta of the quantities that are learned, (points, n, ends), amperes a unit, by name.
    """

    currents: FloatArray
    slopes: FloatArray
    by: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def flows(self) -> FloatArray:
        """The currents as `Bank.flows` names their nodes, (points, n x ends), amperes."""
        return self.currents.reshape(len(self.currents), -1)

    @property
    def gains(self) -> FloatArray:
        """The slopes as `Devices.links` has them, (points, n x ends x ends), siemens."""
        return self.slopes.reshape(len(self.slopes), -1)

    def take(self, points: IntArray | slice) -> "SmallSignal":
        """Return some of the points."""
        return SmallSignal(self.currents[points], self.slopes[points], {of: by[points] for of, by in self.by.items()})


@dataclass(frozen=True, eq=False)
class LinearDevices(VCCS):
    """Elements at one operating point: a transconductance for each of their links.

    To a direct current they are a way, as the elements themselves are.
    """

    kind: ClassVar[str] = "linear_device"
    programmed: ClassVar[str] = "gain"
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("control_positive", "negative"))
