"""What does a circuit look like from inside? The page that `train-circuit inspect --html` writes."""

from ebana_like.analysis.sample import SamplePhases
from ebana_like.circuit import Circuit
from ebana_like.energy import symmetry
from ebana_like.figures import NOTHING, Beside
from ebana_like.netlist import Netlist
from ebana_like.pages.circuit_pictures import heat_maps, histograms, pictured, schematic_section, transfers
from ebana_like.pages.inspection import (
    bank_table,
    current_table,
    draws,
    flow_table,
    has_ports,
    port_table,
    voltage_table,
)
from ebana_like.pages.page import Page, PageTable, Section
from ebana_like.pages.warnings import warnings
from ebana_like.units import si


def inspection_page(
    netlist: Netlist, phases: SamplePhases, answers: list[PageTable], sheet: tuple[Circuit, Beside] | None = None
) -> Page:
    """Return the page of a circuit.

    answers: tables of what the circuit answers, where that is known. sheet: what is drawn in place of it.
    """
    circuit = netlist.circuit
    settings = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in netlist.settings.items())
    resistors = sum(len(parameter.value) for parameter in circuit.parameters.values())
    power = sum(phases.free.heat.values())
    sections = [
        *schematic_section(*(sheet or (circuit, NOTHING))),
        Section("Elements", tables=[bank_table(circuit), *([port_table(circuit)] if has_ports(circuit) else [])]),
        *pictured("Conductances", [*heat_maps(circuit), *histograms(circuit)]),
        *pictured("Neurons", transfers(circuit)),
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
            (si(power, "W"), f"{draws(circuit)} for {phases.which}"),
        ],
        warnings(circuit, phases.free),
        sections,
    )


def _sample(phases: SamplePhases) -> Section:
    target = f", whose class is {phases.target}" if phases.target else ""
    text = f"Solved for {phases.which}{target}."
    if phases.nudged is not None:
        text += f" In the nudged phase the outputs are pulled towards their targets with beta = {phases.beta:g} S."
    tables = [flow_table(phases), voltage_table(phases), current_table(phases)]
    return Section("One sample", [text], tables=tables)
