"""`train-circuit inspect`: what is in a run or a netlist?"""

from dataclasses import replace
from pathlib import Path

import click

from ebana_like.analysis.examples import examples_of
from ebana_like.analysis.joules import joules
from ebana_like.analysis.movement import movement
from ebana_like.analysis.power import power_of_sample
from ebana_like.analysis.sample import present_sample, training_sample
from ebana_like.analysis.trained import read_trained
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import RUN_OR_FILE
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.printer import Printer, terminal
from ebana_like.elements import Devices
from ebana_like.energy import symmetry
from ebana_like.errors import SettingError, counted
from ebana_like.figures import DRAWABLE, NOTHING, drawn_netlist, require_drawable, save_schematic
from ebana_like.files import Place, write_given
from ebana_like.fitting import NetlistSystem
from ebana_like.netlist.deck.include import read_text
from ebana_like.pages.answers import answer_tables
from ebana_like.pages.energy import energy_table
from ebana_like.pages.fit import as_drawn
from ebana_like.pages.fit_tables import clamped
from ebana_like.pages.inspection import bank_table, flow_table, has_ports, port_table, recorded_table, voltage_table
from ebana_like.pages.inspection_page import inspection_page
from ebana_like.pages.page import render
from ebana_like.pages.sensors import sensor_table, sensor_words
from ebana_like.pages.warnings import warnings
from ebana_like.runs import Run, load_circuit
from ebana_like.simulators import referee
from ebana_like.tasks import problem_of_run

ROWS_SHOWN = 24

POWER_SAMPLES = 4
"""Samples that energy is the mean of."""


@reads_netlists
@reads_data
@click.command()
@click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE)
@click.option("--sample", type=int, help="Training sample of a run to look at, free and nudged.  [default: 0]")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write it all as a page, with pictures.")
@click.option(
    "--schematic",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Draw the circuit into a file ({', '.join(DRAWABLE)}).",
)
def inspect(path: Path, sample: int | None, html: Path | None, schematic: Path | None) -> None:
    """Show the elements, ports and conductances of a run folder or a netlist file, and what the circuit answers.

    The netlist is solved again in ngspice, or by the native engine where it has ideal diodes. For a run that is one of
    its training samples, free and nudged, and its truth table or its accuracies; for a file the sample it stands at.
    """
    if schematic is not None:
        require_drawable(schematic)
    netlist = load_circuit(path)
    circuit, printer = netlist.circuit, Printer(terminal())
    shown, more = (circuit, NOTHING) if has_ports(circuit) else drawn_netlist(read_text(path)[0], path)
    if sample is not None and not path.is_dir():
        raise SettingError(f"{path} is a netlist with one sample of its own; --sample needs a run folder")
    problem = problem_of_run(Run(path)) if path.is_dir() else None
    nodes, elements = len(circuit.nodes) - 1, sum(map(len, circuit.banks))
    printer.line(f"{circuit.title}: {counted(nodes, 'node')}, {counted(elements, 'element')}")
    printer.prose(f"equilibrium propagation: {symmetry(shown)}")
    printer.show(bank_table(circuit))
    if has_ports(circuit):
        printer.show(port_table(circuit), ROWS_SHOWN)
    with referee(circuit) as simulator:
        if netlist.recorded:
            printer.show(recorded_table(netlist, simulator), ROWS_SHOWN)
        if problem is None:
            phases = present_sample(circuit, simulator)
            phases = replace(
                phases, free=replace(phases.free, circuit=phases.free.circuit if shown is circuit else shown)
            )
        else:
            phases = training_sample(circuit, simulator, problem, sample or 0)
        printer.show(voltage_table(phases), ROWS_SHOWN)
        printer.show(flow_table(phases))
        sensors, energy = None, None
        if problem is not None:
            batch = examples_of(circuit, problem, problem.batch, "", Place(path))
            sensors = movement(simulator, batch)
            if batch.estimator is not None and not circuit.of_kind(Devices):
                some = range(min(POWER_SAMPLES, len(batch.features)))
                energy = joules(circuit, [power_of_sample(simulator, batch, k) for k in some], problem.batch)
        said = [] if problem is None else answer_tables(simulator, circuit.values(), problem)
    if sensors:
        printer.show(sensor_table(sensors))
        for sentence in sensor_words(sensors):
            printer.prose(sentence)
    if energy:
        printer.show(energy_table(energy))
    for table in said:
        printer.show(table)
    own = clamped(problem.system, circuit.values()) if problem and isinstance(problem.system, NetlistSystem) else None
    odd = [*(own or []), *warnings(shown, phases.free, ranges=own is None)]
    printer.line("")
    for warning in odd or ["nothing odd: no floating nodes, no source loops, no dangling nodes, few values at a clamp"]:
        printer.prose(f"warning: {warning}" if odd else warning)
    sheet = shown, more
    if own is not None and (schematic is not None or html is not None):
        sheet = as_drawn(read_trained(path))
    if schematic is not None:
        save_schematic(sheet[0], schematic, more=sheet[1])
        printer.line(f"made:     {schematic}")
    if html is not None:
        write_given(html, render(inspection_page(replace(netlist, circuit=shown), phases, said, sheet)))
        printer.line(f"made:     {html}")
