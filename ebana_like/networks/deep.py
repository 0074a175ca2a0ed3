"""Which circuit does a list of layers describe?"""

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from ebana_like.checks import require_number, shown
from ebana_like.circuit import Circuit
from ebana_like.errors import CircuitError, SettingError
from ebana_like.limits import require_at_most
from ebana_like.networks.blocks import Block
from ebana_like.networks.skip import Skip
from ebana_like.nudges import Currents, Nudge
from ebana_like.wiring import Wiring


def build_network(
    layers: Sequence[Block],
    title: str = "resistive network",
    seed: int | np.random.Generator = 0,
    nudging: Nudge | None = None,
) -> Circuit:
    """Return the circuit of a stack of layers.

    layers: from `Inputs` to `OutputPairs`, for example

        [Inputs(2), Crossbar(8), DiodePair(), Amplifier(gain=4), Crossbar(2), OutputPairs()]

    seed: of the initial conductances, or a generator to draw them from.
    nudging: `Currents()` unless given.

    Raises CircuitError naming the layer that does not fit, and at once for more elements than can be meant;
    SettingError for another argument.
    """
    if not isinstance(seed, np.random.Generator):
        require_number("seed", seed, whole=True, low=0, fix="or a numpy generator")
    if not (nudging is None or isinstance(nudging, Nudge)):
        raise SettingError(f"nudging is {shown(nudging)}; expected Currents() or SwitchedTargets(beta)")
    _require_size(layers)
    wiring = Wiring(np.random.default_rng(seed))
    for before, layer in zip([None, *layers], layers, strict=False):
        depth = wiring.depth
        layer.build(wiring)
        if isinstance(before, Skip) and not isinstance(layer, Skip) and wiring.depth == depth:
            _refuse_skip(before, type(layer).__name__)
    if layers and isinstance(layers[-1], Skip):
        _refuse_skip(layers[-1], "nothing")
    if wiring.inputs is None or wiring.outputs is None:
        raise CircuitError("a list of layers begins with Inputs and ends with OutputPairs")
    driven = (nudging or Currents()).wire(wiring, wiring.outputs)
    return wiring.circuit(title, driven)


def _refuse_skip(skip: Skip, behind: str) -> NoReturn:
    raise CircuitError(
        f"behind Skip({skip.layer}) stands {behind}; its rows are for a crossbar, put it right before one"
    )


def _require_size(layers: Sequence[Block]) -> None:
    """Raise CircuitError where something is no layer, or the layers together are larger than can be meant."""
    if not isinstance(layers, Sequence):
        raise CircuitError(f"the layers are {shown(layers)}; expected a list of layers from Inputs to OutputPairs")
    require_at_most("layers", len(layers), f"there are {len(layers):,} layers", CircuitError)
    rows = elements = 0
    for number, layer in enumerate(layers, start=1):
        if not isinstance(layer, Block):
            raise CircuitError(f"layer {number} is {shown(layer)}; expected one such as Crossbar(10), made with ()")
        rows, added = layer.size(rows)
        elements += added
    require_at_most("elements", elements, f"the layers have {elements:,} elements", CircuitError)
