"""How do conductances, which are positive, make weights of either sign? Three ways to lay out a whole network."""

from collections.abc import Sequence
from dataclasses import dataclass

from ebana_like.checks import shown
from ebana_like.elements import Wires
from ebana_like.errors import CircuitError
from ebana_like.networks.blocks import Amplifier, Block, Crossbar, DiodePair, Inputs, OutputPairs, Outputs
from ebana_like.signs import SIGNS


@dataclass(frozen=True)
class Span:
    """Ranges of a crossbar's conductances, siemens: the first ones, and the devices' limits."""

    initial: tuple[float, float]
    limits: tuple[float, float]


def signed_layers(
    weights: str,
    inputs: tuple[int, float],
    hidden: Sequence[int],
    outputs: int,
    spans: Sequence[Span],
    neuron: DiodePair,
    gains: tuple[float, float | None],
    wires: Wires | None = None,
) -> list[Block]:
    """Return the layers of a network in one of the `SIGNS`, for `build_network`.

    inputs: number of features, and volts of the bias. hidden: neurons of each layer. outputs: scores.
    spans: of each crossbar. neuron: its diodes. gains: of the amplifiers, A and B, None for 1/A.
    Raises CircuitError for another way.
    """
    if weights not in SIGNS:
        raise CircuitError(f"weights is {shown(weights)}; expected one of {', '.join(SIGNS)}")
    mirrored = weights == "mirrored"

    def crossbar(columns: int, span: Span) -> Crossbar:
        middle = sum(span.initial) / 2 if weights == "reference" else None
        return Crossbar(columns, span.initial, span.limits, wires, reference=middle)

    stack: list[Block] = [Inputs(*inputs, doubled=weights != "reference")]
    for size, span in zip(hidden, spans, strict=False):
        stack += [crossbar(size, span), neuron, Amplifier(*gains, mirrored=mirrored)]
    if weights == "doubled":
        return [*stack, crossbar(2 * outputs, spans[-1]), OutputPairs()]
    return [*stack, crossbar(outputs, spans[-1]), Outputs()]
