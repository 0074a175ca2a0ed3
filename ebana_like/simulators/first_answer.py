"""What should be said with an engine's first answer, and not again? What holds for every answer of its circuit."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ebana_like.elements import Devices, SmallSignal
from ebana_like.energy import stability
from ebana_like.errors import SimulatorError
from ebana_like.systems import OperatingPoints

MOST_DEVICES = 100
"""Devices only SPICE knows up to which an engine is asked for their slopes, so that stability is known."""


class FirstAnswer:
    """Adds to the first operating points that are solved what is to be said once.

    note: of the engine, empty for nothing; beside it stands whether the first point is stable.
    """

    def __init__(self, note: str = "") -> None:
        self._note = note
        self._over = False

    def heard(self, points: OperatingPoints) -> OperatingPoints:
        """Return the points of a batch, with what is to be said of its first one that was solved."""
        solved = np.flatnonzero(points.converged[0])
        if self._over or not solved.size:
            return points
        self._over, first = True, int(solved[0])
        found = stability(points.solved, points.voltages[0, first], _devices(points.take(solved[:1])))
        said = "; ".join(filter(None, [self._note, found.warning if found else "", points.messages.get(first, "")]))
        return replace(points, messages={**points.messages, first: said}) if said else points


def _devices(point: OperatingPoints) -> Mapping[str, SmallSignal] | None:
    """Return the slopes of devices only SPICE knows; None where they are many or cannot be had."""
    if sum(map(len, point.circuit.of_kind(Devices))) > MOST_DEVICES:
        return None
    try:
        return point.devices
    except SimulatorError:
        return None
