"""What does a large layered network look like? A chain of blocks, each with what it holds."""

import schemdraw
import schemdraw.elements as elm
from schemdraw import flow

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.nudges import NUDGES
from ebana_like.simulators.crossbars import SOURCES, AnyCrossbar
from ebana_like.simulators.layers import Bounds, Hidden, Layers

WIDTH, HEIGHT, GAP = 5.2, 2.6, 1.0


def draw_blocks(drawing: schemdraw.Drawing, circuit: Circuit, layers: Layers) -> None:
    """Draw inputs, crossbars, neurons, amplifiers, outputs and nudging as a chain."""
    texts = [_inputs(circuit, layers)]
    for crossbar, hidden in zip(layers.crossbars, (*layers.hidden, None), strict=True):
        texts.append(_crossbar(crossbar))
        if hidden is not None:
            texts += _neurons(hidden)
    texts.append(_outputs(circuit))
    for k, text in enumerate(texts):
        at = (k * (WIDTH + GAP), 0.0)
        drawing += flow.Box(w=WIDTH, h=HEIGHT).at(at).anchor("W").label(text, fontsize=8)
        if k:
            drawing += elm.Arrow(headwidth=0.2).at((at[0] - GAP, 0.0)).to(at)


def _inputs(circuit: Circuit, layers: Layers) -> str:
    bias = f"\nbias {', '.join(f'{volts:g} V' for volts in layers.biases)}" if layers.biases.size else ""
    return f"inputs\n{circuit.inputs.count} features{', each ±' if (circuit.inputs.polarity < 0).any() else ''}{bias}"


def _crossbar(crossbar: AnyCrossbar) -> str:
    bank, columns = crossbar.bank, crossbar.columns
    low, high = 1e6 * bank.conductance.min(), 1e6 * bank.conductance.max()
    what = "cells, with wires" if bank.wires else "resistors"
    return f"{bank.name}\n{len(bank) // columns} x {columns} {what}\n{low:.3g} to {high:.3g} µS{_seen_too(crossbar)}"


def _seen_too(crossbar: AnyCrossbar) -> str:
    """Return which layers a crossbar sees beside the one before it."""
    layers = () if crossbar.skipping is None else crossbar.skipping.layers
    named = ("the inputs" if number == SOURCES else f"layer {number + 1}" for number in layers)
    return f"\nsees {', '.join(named)} too" if layers else ""


def _neurons(hidden: Hidden) -> list[str]:
    texts = [f"{len(hidden.nodes)} neurons\n{_diodes(hidden)}"]
    if len(hidden.driven):
        gains = f"voltage x {_span(hidden.forward)}\ncurrent x {_span(hidden.back)}"
        texts.append(f"{len(hidden.nodes)} amplifiers\n{gains}")
    return texts


def _diodes(hidden: Hidden) -> str:
    if isinstance(hidden.clamps, Bounds):
        low, high = hidden.clamps.low.max(), hidden.clamps.high.min()
        return f"ideal diodes\nto {low:g} and {high:g} V" if low != high else f"ideal diodes\nto {low:g} V"
    up, down = hidden.clamps
    rails = f"{down.rails[0]:g} and {up.rails[0]:g} V" if up.rails.any() else "ground"
    return f"two {up.model.name} diodes\nto {rails}"


def _span(gains: FloatArray) -> str:
    """Return a layer's gain, or from which to which they are."""
    low, high = gains.min(), gains.max()
    return f"{low:g}" if low == high else f"{low:.3g} to {high:.3g}"


def _outputs(circuit: Circuit) -> str:
    what = "output pairs" if circuit.outputs.negative.any() else "outputs"
    return f"{circuit.outputs.count} {what}\nnudged by\n{NUDGES[circuit.driven.way].phrase}"
