"""Where are the conductances between two stretches of training? On the device, until somebody asks for them.

Those of 51 million resistors take 0.4 GB: to copy them to the host and back after every stretch would take longer than
the steps.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from ebana_like.elements import FloatArray
from ebana_like.simulators.native.layered import LayeredCircuit
from ebana_like.simulators.native.network import Conductances
from ebana_like.simulators.native.runtime import doubles


class Resident(Mapping[str, FloatArray]):
    """Conductances by bank, siemens, as a training left them on the device."""

    def __init__(self, layered: LayeredCircuit, g: Conductances) -> None:
        self.layered, self.g = layered, g

    @cached_property
    def _joined(self) -> dict[str, FloatArray]:
        return self.layered.joined(self.g)

    def __getitem__(self, bank: str) -> FloatArray:
        return self._joined[bank]

    def __iter__(self) -> Iterator[str]:
        return iter(crossbar.bank.name for crossbar in self.layered.layers.crossbars)

    def at_ends(self) -> int:
        """Return how many stand at an end of their bank's range, as single or double precision has it."""
        first, *behind = [crossbar.bank for crossbar in self.layered.layers.crossbars]
        with doubles():
            return sum(
                int(((part == bank.low) | (part == bank.high)).sum())
                for bank, part in zip((first, first, first, *behind), self.layered.real(self.g), strict=True)
            )

    def __len__(self) -> int:
        return len(self.layered.layers.crossbars)


def split(layered: LayeredCircuit, conductances: Mapping[str, FloatArray]) -> Conductances:
    """Return conductances as the network takes them: those that are on the device for it as they stand."""
    if isinstance(conductances, Resident) and conductances.layered is layered:
        return conductances.g
    return layered.split(conductances)
