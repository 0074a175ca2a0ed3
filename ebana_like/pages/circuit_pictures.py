"""Which pictures show a circuit: what its crossbars hold, how its neurons bend, and how it is wired?"""

from dataclasses import dataclass

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray, Synapses
from ebana_like.figures import NOT_DRAWN, NOTHING, Beside, heat_map, histogram, is_small, schematic, transfer_curve
from ebana_like.figures import Picture as Drawing
from ebana_like.pages.page import PagePicture, Section
from ebana_like.simulators.crossbars import SOURCES
from ebana_like.simulators.layers import Bounds, Layers
from ebana_like.simulators.structure import find_layers
from ebana_like.values import Values, address


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture with what it shows, for a page or for a file.

    name: tells it from others of its kind.
    """

    name: str
    caption: str
    drawing: Drawing

    def on_page(self) -> PagePicture:
        """Return the picture as a page has it."""
        return PagePicture(self.caption, self.drawing.svg)


def heat_maps(circuit: Circuit) -> list[Drawn]:
    """Return a heat map of each trainable crossbar."""
    return [
        Drawn(bank.name, f"{bank.name}: a row for each node it is driven by", heat_map(bank, circuit.nodes))
        for bank in circuit.of_kind(Synapses)
        if bank.trainable and bank.grid is not None
    ]


def histograms(circuit: Circuit, before: Values | None = None) -> list[Drawn]:
    """Return the distribution of each trainable bank's conductances; before: the values before training."""
    return [
        Drawn(
            bank.name,
            f"{bank.name}: how often each conductance occurs",
            histogram(bank, None if before is None else before[address(bank.name, "conductance")]),
        )
        for bank in circuit.of_kind(Synapses)
        if bank.trainable
    ]


def transfers(circuit: Circuit) -> list[Drawn]:
    """Return the transfer curve of one neuron a layer; none for a circuit without layers."""
    layers = find_layers(circuit)
    if layers is None:
        return []
    drawn = []
    for k, (hidden, linear) in enumerate(zip(layers.hidden, linear_conductances(layers), strict=True)):
        if isinstance(hidden.clamps, Bounds):
            continue  # its curve has two straight pieces
        middle = int(np.argsort(linear)[len(linear) // 2])
        title = f"transfer curve of {circuit.nodes[hidden.nodes[middle]]}"
        up, down = ((clamp.of(middle), float(clamp.rails[middle])) for clamp in hidden.clamps)
        caption = f"layer {k + 1}: {title}, the neuron whose linear part is the median; dotted: without diodes"
        drawn.append(Drawn(f"layer{k + 1}", caption, transfer_curve(float(linear[middle]), up, down, title)))
    return drawn


def linear_conductances(layers: Layers) -> list[FloatArray]:
    """Return what of each neuron's node is linear, one (neurons,) array a layer, siemens.

    D_j = sum_i g_l[i, j] + A B sum_k g_l+1[j, k]: the crossbar before it, and the one behind its amplifier; with what
    wires put beside both, and with every crossbar that sees the layer beyond others.
    """
    counts = [len(hidden.nodes) for hidden in layers.hidden]
    sums = [crossbar.sums(count) for crossbar, count in zip(layers.crossbars, [0, *counts], strict=True)]
    linear = [own for own, _ in sums[:-1]]
    for k, (crossbar, (_, of_rows)) in enumerate(zip(layers.crossbars[1:], sums[1:], strict=True)):
        seen = {k: slice(counts[k])} | (crossbar.skipping.places(counts[k]) if crossbar.skipping else {})
        for number, rows in seen.items():
            if number != SOURCES:
                hidden = layers.hidden[number]
                linear[number] = linear[number] + hidden.forward * hidden.back * of_rows[rows]
    return linear


def schematic_section(circuit: Circuit, more: Beside = NOTHING) -> list[Section]:
    """Return the section with the schematic, or why there is none.

    more: what the circuit does not know itself.
    """
    svg = schematic(circuit, more)
    if svg is None:
        return [Section("Schematic", [f"The circuit {NOT_DRAWN}."])]
    if find_layers(circuit) is None:
        caption = (
            "what is trained is orange, inputs and outputs are blue; wires that end at the same name are connected"
        )
    elif is_small(circuit):
        caption = "resistances in ohms; i is the ammeter's current, v the neuron's voltage"
    else:
        caption = "signals go from left to right, currents both ways"
    wires = [f"{bank.name} {bank.wires}" for bank in circuit.of_kind(Synapses) if bank.wires]
    caption += f"; ohms of wires that are not drawn: {', '.join(wires)}" if wires else ""
    return [Section("Schematic", pictures=[PagePicture(caption, svg, wide=True)])]


def pictured(title: str, drawn: list[Drawn]) -> list[Section]:
    """Return a section of pictures; none where there is no picture."""
    return [Section(title, pictures=[one.on_page() for one in drawn])] if drawn else []
