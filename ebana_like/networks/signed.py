"""How do conductances, which are positive, make weights of either sign? Three ways to lay out a whole network."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ebana_like.checks import shown
from ebana_like.elements import Wires
from ebana_like.errors import CircuitError
from ebana_like.networks.blocks import Amplifier, Block, Crossbar, Inputs, OutputPairs, Outputs
from ebana_like.networks.windows import Convolution
from ebana_like.signs import SIGNS


@dataclass(frozen=True)
class Span:
    """Ranges of a crossbar's conductances, siemens: the first ones, and the devices' limits."""

    initial: tuple[float, float]
    limits: tuple[float, float]


def signed_layers(
    weights: str,
    inputs: tuple[int, float],
    hidden: Sequence[int | tuple[int, int, int]],
    outputs: int,
    spans: Sequence[Span],
    neurons: Sequence[Block],
    wires: Wires | None = None,
    feeds: Sequence[Block] = (),
    paired: bool = True,
) -> list[Block]:
    """Return the layers of a network in one of the `SIGNS`, for `build_network`.

    inputs: number of features, and volts of the bias. hidden: neurons of each layer, or channels, pixels a side and
    stride of windows that see a square image, those of the layer before, and share their conductances. outputs: scores.
    spans: of each crossbar. neurons: blocks behind each but the last. feeds: behind every crossbar. paired: whether
    doubled weights are read at pairs of columns. Raises CircuitError for another way, and windows on what is no image.
    """
    if weights not in SIGNS:
        raise CircuitError(f"weights is {shown(weights)}; expected one of {', '.join(SIGNS)}")
    if weights == "mirrored":
        neurons = [replace(each, mirrored=True) if isinstance(each, Amplifier) else each for each in neurons]

    def crossbar(columns: int, span: Span) -> Crossbar:
        middle = sum(span.initial) / 2 if weights == "reference" else None
        return Crossbar(columns, span.initial, span.limits, wires, reference=middle)

    stack: list[Block] = [Inputs(*inputs, doubled=weights != "reference")]
    side = math.isqrt(inputs[0])
    image = 1, side, side
    for size, span in zip(hidden, spans, strict=False):
        block: Block
        if isinstance(size, int):
            block = crossbar(size, span)
        else:
            if side**2 != inputs[0]:
                raise CircuitError(f"windows see square images, and {inputs[0]} features are none; give hidden neurons")
            channels, window, stride = size
            block = Convolution(image, window, stride, channels, span.initial, span.limits)
            image = block.out
        stack += [block, *feeds, *neurons]
    columns, read = (2 * outputs, OutputPairs()) if weights == "doubled" and paired else (outputs, Outputs())
    return [*stack, crossbar(columns, spans[-1]), *feeds, read]
