"""What does a circuit look like from inside? The page that `train-circuit inspect --html` writes."""

import numpy as np

from ebana_like.analysis.inspection import bank_table, current_table, flow_table, port_table, voltage_table
from ebana_like.analysis.page import Page, Picture, Section, Table
from ebana_like.analysis.sample import Phases
from ebana_like.analysis.units import si
from ebana_like.analysis.warnings import warnings
from ebana_like.circuit import Circuit
from ebana_like.elements import FloatArray
from ebana_like.energy import symmetry
from ebana_like.figures import heat_map, histogram, is_small, schematic, transfer_curve
from ebana_like.netlist import Netlist
from ebana_like.simulators.newton.layers import Layers
from ebana_like.simulators.newton.structure import find_layers


def inspection_page(netlist: Netlist, phases: Phases, answers: list[Table]) -> Page:
    """Return the page of a circuit.

    answers: tables of what the circuit answers, where that is known.
    """
    circuit = netlist.circuit
    settings = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in netlist.settings.items())
    resistors = sum(map(len, circuit.trainable))
    power = sum(phases.free.heat.values())
    sections = [
        *_schematic(circuit),
        Section("Elements", tables=[bank_table(circuit), port_table(circuit)]),
        Section("Conductances", pictures=_crossbars(circuit)),
        *_neurons(circuit),
        _sample(phases),
        *([Section("Answers", tables=answers)] if answers else []),
    ]
    return Page(
        circuit.title,
        f"{settings or 'a netlist without settings'}; equilibrium propagation: {symmetry(circuit)}",
        [
            (str(len(circuit.nodes) - 1), "nodes"),
            (str(sum(map(len, circuit.banks))), "elements"),
            (str(resistors), "trainable resistors"),
            (si(power, "W"), f"drawn for {phases.which}"),
        ],
        warnings(circuit, phases.free),
        sections,
    )


def _schematic(circuit: Circuit) -> list[Section]:
    svg = schematic(circuit)
    if svg is None:
        return []
    every_element = "resistances in ohms; i is the ammeter's current, v the neuron's voltage"
    caption = every_element if is_small(circuit) else "signals go from left to right, currents both ways"
    return [Section("Schematic", pictures=[Picture(caption, svg, wide=True)])]


def _crossbars(circuit: Circuit) -> list[Picture]:
    pictures = []
    for bank in circuit.trainable:
        if bank.grid is not None:
            pictures.append(Picture(f"{bank.name}: a row for each node it is driven by", heat_map(bank, circuit.nodes)))
        pictures.append(Picture(f"{bank.name}: how often each conductance occurs", histogram(bank)))
    return pictures


def _neurons(circuit: Circuit) -> list[Section]:
    layers = find_layers(circuit)
    if layers is None:
        return []
    pictures = []
    for k, (hidden, linear) in enumerate(zip(layers.hidden, linear_conductances(layers), strict=True)):
        middle = int(np.argsort(linear)[len(linear) // 2])
        title = f"transfer curve of {circuit.nodes[hidden.nodes[middle]]}"
        up, down = ((clamp.model, float(clamp.rails[middle])) for clamp in (hidden.up, hidden.down))
        curve = transfer_curve(float(linear[middle]), up, down, title)
        caption = f"layer {k + 1}: {title}, the neuron whose linear part is the median; dotted: without diodes"
        pictures.append(Picture(caption, curve))
    return [Section("Neurons", pictures=pictures)]


def linear_conductances(layers: Layers) -> list[FloatArray]:
    """Return what of each neuron's node is linear, one (neurons,) array a layer, siemens.

    D_j = sum_i g_l[i, j] + A B sum_k g_l+1[j, k]: the crossbar before it, and the one behind its amplifier.
    """
    matrices = [crossbar.matrix(crossbar.bank.conductance) for crossbar in layers.crossbars]
    return [
        matrices[k].sum(axis=1) + hidden.forward * hidden.back * matrices[k + 1].sum(axis=0)
        for k, hidden in enumerate(layers.hidden)
    ]


def _sample(phases: Phases) -> Section:
    target = f", whose class is {phases.target}" if phases.target else ""
    text = f"Solved for {phases.which}{target}."
    if phases.nudged is not None:
        text += f" In the nudged phase the outputs are pulled towards their targets with beta = {phases.beta:g} S."
    tables = [flow_table(phases), voltage_table(phases), current_table(phases)]
    return Section("One sample", [text], tables=tables)
