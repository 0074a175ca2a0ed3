"""Which circuit does a list of layers describe?"""

from collections.abc import Sequence

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.errors import CircuitError
from ebana_like.networks.blocks import Block
from ebana_like.networks.nudging import Currents, SwitchedTargets
from ebana_like.networks.wiring import Wiring


def build_network(
    layers: Sequence[Block],
    title: str = "resistive network",
    seed: int | np.random.Generator = 0,
    nudging: Currents | SwitchedTargets | None = None,
) -> Circuit:
    """Return the circuit of a stack of layers.

    layers: from `Inputs` to `OutputPairs`, for example

        [Inputs(2), Crossbar(8), DiodePair(), Amplifier(gain=4), Crossbar(2), OutputPairs()]

    seed: of the initial conductances, or a generator to draw them from.
    nudging: `Currents()` unless given.

    Raises CircuitError naming the layer that does not fit.
    """
    wiring = Wiring(np.random.default_rng(seed))
    for layer in layers:
        layer.build(wiring)
    if wiring.inputs is None or wiring.outputs is None:
        raise CircuitError("a list of layers begins with Inputs and ends with OutputPairs")
    nudger = (nudging or Currents()).build(wiring, wiring.outputs)
    return Circuit(title, tuple(wiring.nodes), tuple(wiring.banks), wiring.inputs, wiring.outputs, nudger)
