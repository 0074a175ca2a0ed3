"""What is a device whose law only SPICE knows, close to an operating point? A linear one: currents and their slopes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ebana_like.elements.controlled import VCCS
from ebana_like.elements.device import Devices
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
        """The slopes as `transposed` has them for gains, (points, n x ends x ends), siemens."""
        return self.slopes.reshape(len(self.slopes), -1)

    def take(self, points: IntArray | slice) -> "SmallSignal":
        """Return some of the points."""
        return SmallSignal(self.currents[points], self.slopes[points], {of: by[points] for of, by in self.by.items()})


@dataclass(frozen=True, eq=False)
class LinearDevices(VCCS):
    """Devices at one operating point: a transconductance from every end to every end.

    To a direct current they are a way, as the devices themselves are.
    """

    kind: ClassVar[str] = "linear_device"
    paths: ClassVar[tuple[tuple[str, str], ...]] = (("positive", "negative"), ("control_positive", "negative"))


def transposed(devices: Devices, labels: tuple[str, ...], gains: FloatArray) -> LinearDevices:
    """Return devices whose matrix of slopes is the transposed one: what drove a current draws at its own terminals.

    labels, gains: one an element, end and end, (n x ends x ends,).
    """
    ends = np.stack([devices.nodes_of(end) for end in devices.ends], axis=-1)
    count = ends.shape[1]
    reference = np.repeat(devices.negative, count * count)
    flowed, drove = np.repeat(ends, count, axis=1).ravel(), np.tile(ends, (1, count)).ravel()
    return LinearDevices(devices.name, labels, drove, reference, flowed, reference, gains)
