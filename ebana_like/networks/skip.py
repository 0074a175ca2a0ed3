"""How does a layer reach beyond the next one? Rows of an earlier layer stand beside those that it sees."""

from dataclasses import dataclass

import numpy as np

from ebana_like.checks import require_number
from ebana_like.errors import CircuitError
from ebana_like.networks.blocks import Block
from ebana_like.wiring import Wiring


@dataclass(frozen=True)
class Skip(Block):
    """Leaves the rows of an earlier layer to the next crossbar, beside those of the layer before it.

    layer: 0 for the inputs, with their bias, k for the neurons or amplifiers behind the k-th crossbar.

    From the inputs equilibrium propagation stays exact whatever amplifiers do. From a hidden layer it is where the
    layers skipped have feedback B = A: only then do both ways to the same column weigh alike in the co-content; the
    amplifier that keeps it from being so is named where training begins. Networks without wires, windows, mirrored
    rows and reference columns are solved layer by layer, others by all of Kirchhoff's equations.
    """

    layer: int = 0

    def __post_init__(self) -> None:
        require_number("Skip: layer", self.layer, whole=True, low=0, fix="0 for the inputs", error=CircuitError)

    def build(self, wiring: Wiring) -> None:
        own = wiring.require_rows("Skip")
        earlier = wiring.led.get(self.layer)
        if earlier is None or self.layer >= wiring.depth:
            last = wiring.depth - 1
            raise CircuitError(
                f"Skip({self.layer}) stands behind layer {wiring.depth}; "
                + (f"it reaches layers 0 to {last}" if last >= 0 else "it has no earlier layer, put it behind another")
            )
        if np.isin(earlier.rows, own).any():
            raise CircuitError(f"Skip({self.layer}): the rows of layer {self.layer} are there already; give it once")
        wiring.rows = np.concatenate([own, earlier.rows])
        wiring.mirrored = np.concatenate([wiring.mirrored, earlier.mirrored])
        wiring.constant = np.concatenate([wiring.constant, earlier.constant])
