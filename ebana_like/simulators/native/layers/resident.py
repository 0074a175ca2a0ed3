"""Where are the conductances between two stretches of training? On the device, until somebody asks for them.

Those of 51 million resistors take 0.4 GB: to copy them to the host and back after every stretch would take longer than
the steps.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ebana_like.elements import FloatArray
from ebana_like.simulators.native.layers.layered import LayeredCircuit
from ebana_like.simulators.native.layers.network import Conductances
from ebana_like.simulators.native.runtime import doubles
from ebana_like.values import Values


class Resident(Mapping[str, FloatArray]):
    """Conductances by address, siemens, as a training left them on the device."""

    def __init__(self, layered: LayeredCircuit, g: Conductances) -> None:
        self.layered, self.g = layered, g

    @cached_property
    def _joined(self) -> dict[str, FloatArray]:
        return self.layered.joined(self.g)

    def __getitem__(self, address: str) -> FloatArray:
        return self._joined[address]

    def __iter__(self) -> Iterator[str]:
        return iter(self.layered.learned)

    def at_ends(self) -> int:
        """Return how many stand at an end of their range, as single or double precision has it."""
        parameters = self.layered.circuit.parameters
        first, *behind = [parameters[address] for address in self.layered.learned]
        ends = [np.array([each.low, each.high]) for each in (first, first, first, *behind)]
        with doubles():
            return int(_at_ends(self.layered.real(self.g), ends))

    def __len__(self) -> int:
        return len(self.layered.learned)


def split(layered: LayeredCircuit, values: Values) -> Conductances:
    """Return conductances as the network takes them: those that are on the device for it as they stand."""
    if isinstance(values, Resident) and values.layered is layered:
        return values.g
    return layered.split(values)


@jax.jit
def _at_ends(parts: list[Array], ends: list[Array]) -> Array:
    """Return how many numbers of all arrays are one of their array's two ends."""
    total = jnp.zeros((), int)
    for part, end in zip(parts, ends, strict=True):
        low, high = end.astype(part.dtype)
        total += ((part == low) | (part == high)).sum()
    return total
