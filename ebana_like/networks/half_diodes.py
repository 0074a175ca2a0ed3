"""Which blocks make a deep resistive network as in Scellier 2024? One diode a neuron, bias currents, plain outputs."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.elements import CurrentSources, Range
from ebana_like.elements.ideal_diode import PERFECT
from ebana_like.errors import CircuitError
from ebana_like.netlist import diode_model
from ebana_like.networks.blocks import Block, diodes_between
from ebana_like.wiring import Wiring, grounds, labels


@dataclass(frozen=True)
class HalfDiodes(Block):
    """The neuron with one diode to ground: the first half of them are never negative, the second half never positive.

    They are the excitatory and inhibitory units of Scellier 2024; where their number is odd the second half is larger.

    model: as that of `DiodePair`.
    """

    model: str = PERFECT

    def __post_init__(self) -> None:
        diode_model(self.model)

    def size(self, rows: int) -> tuple[int, int]:
        return rows, rows

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("HalfDiodes")
        layer, half, model = wiring.depth, len(nodes) // 2, diode_model(self.model)
        above, below = nodes[:half].copy(), nodes[half:].copy()
        wiring.banks += [
            diodes_between(f"floor{layer}", grounds(half), above, model),
            diodes_between(f"ceiling{layer}", below, grounds(len(below)), model),
        ]


@dataclass(frozen=True)
class BiasCurrents(Block):
    """A trainable source of current into each node of the layer before, from ground; it begins with none.

    limit: largest current that it can be set to in either direction, amperes.
    """

    limit: float = 1e-4

    def __post_init__(self) -> None:
        require_number("BiasCurrents: limit", self.limit, above=0, fix="in amperes", error=CircuitError)

    def size(self, rows: int) -> tuple[int, int]:
        return rows, rows

    def build(self, wiring: Wiring) -> None:
        nodes = wiring.require_rows("BiasCurrents")
        name, count = f"bias{wiring.depth}", len(nodes)
        ranges = {"amperes": Range(-self.limit, self.limit)}
        ends = grounds(count), nodes.copy()
        wiring.banks.append(CurrentSources(name, labels("i", name, count), *ends, np.zeros(count), trainable=ranges))
