"""`train-circuit transient`: what do nodes do in time, when has a circuit settled, and what has it taken by then?"""

from pathlib import Path

import click
import numpy as np

from ebana_like.analysis.in_time import Settling, Setup, settle_in_time, setup
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT, QUANTITY, RUN_OR_FILE
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError, counted, meant
from ebana_like.figures.waveforms import waveforms
from ebana_like.files import csv_text, write_atomically
from ebana_like.simulators import engine_for
from ebana_like.simulators import simulator as simulator_named
from ebana_like.units import si

MOST_NODES = 8
"""Nodes that are shown where nobody chose them."""

LISTED = 12
"""Samples that are listed one by one."""


@reads_netlists
@reads_data
@click.command()
@click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE)
@click.option("--node", "nodes", default="", metavar="NAMES", help="Nodes to show, as in out,h1.  [default: outputs]")
@click.option("--stop", type=QUANTITY, help="Seconds.  [default: of the .tran line, or 12 time constants]")
@click.option(
    "--step",
    type=QUANTITY,
    help="Seconds.  [default: of the .tran line, or as the course asks for]",
)
@click.option("--capacitance", type=QUANTITY, help="Farads at every node.  [default: the netlist's; 1p for a run]")
@click.option("--samples", type=int, default=4, show_default=True, help="Training samples of a run.")
@click.option(
    "--within", type=float, default=0.01, show_default=True, help="Share of its way that a settled output may be off."
)
@click.option("--method", type=click.Choice(["trapezoid", "euler"]), default="trapezoid", show_default=True)
@click.option("--engine", type=ENGINE, help="What solves the circuit.  [default: native where it can]")
@click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: RUN, or FILE's]")
def transient(
    path: Path,
    nodes: str,
    stop: float | None,
    step: float | None,
    capacitance: float | None,
    samples: int,
    within: float,
    method: str,
    engine: str | None,
    out: Path | None,
) -> None:
    """Follow a circuit in time: a run's circuit when inputs arrive, a netlist as its sources say.

    Shows when outputs have settled, when answers are right, and what sources and amplifiers have delivered by then;
    writes the course of the nodes as a picture and as CSV. Between two operating points a circuit is as fast as the
    capacitances that are stated: by default 1 pF at every node that no ideal source holds.
    """
    given = setup(path, samples, capacitance, out)
    printer = Printer(terminal())
    engine = engine or engine_for(given.circuit)
    shown = _shown(given, nodes)
    with patience("following the circuit"), simulator_named(engine, given.circuit) as simulator:
        found = settle_in_time(simulator, given, stop, step, method, within)
    printer.line(f"{given.circuit.title}: {given.origin}; {engine}, {method}")
    if path.is_dir() and len(given.names) < samples:
        printer.line(f"samples is {samples}, but the run has {counted(len(given.names), 'training sample')} in all")
    _print_pace(printer, given, found)
    _print_samples(printer, given, found, within)
    for sample, text in found.course.messages.items():
        printer.line(f"{given.names[sample]}: {text}")
    volts = {given.circuit.nodes[node]: found.course.voltages[..., node] for node in shown}
    picture = waveforms(found.course.times, volts, given.names, found.settled)
    for name in ("transient.png", "transient.csv"):
        if name.endswith("csv"):
            write_atomically(given.place.file(name), _csv(given, found, shown))
        else:
            picture.save(given.place.file(name), given.place.file(name).parent)
    printer.line(f"made:     {given.place.file('transient.png')}, {given.place.file('transient.csv')}")


def _shown(given: Setup, names: str) -> list[int]:
    """Return the nodes to show. Raises SettingError for a name that is none."""
    circuit = given.circuit
    found = []
    for name in filter(None, (name.strip().lower() for name in names.split(","))):
        if name not in circuit.nodes:
            raise SettingError(f'there is no node "{name}"; {meant(name, circuit.nodes[1:], "it has")}')
        found.append(circuit.nodes.index(name))
    if found:
        return found
    ports = circuit.outputs
    ends = [*ports.positive.tolist(), *ports.negative.tolist()] or range(len(circuit.nodes))
    return [node for node in dict.fromkeys(ends) if node][:MOST_NODES]


def _print_pace(printer: Printer, given: Setup, found: Settling) -> None:
    capacitors, times = given.circuit.storage.capacitors, found.course.times
    if len(capacitors):
        low, high = capacitors.capacitance.min(), capacitors.capacitance.max()
        span = si(low, "F") if low == high else f"{si(low, 'F')} to {si(high, 'F')}"
        coils = len(given.circuit.storage.inductors)
        printer.line(f"{counted(len(capacitors), 'capacitor')} of {span}, {counted(coils, 'inductor')}")
    steps = np.diff(times)
    low, high = (si(float(step), "s") for step in (steps.min(), steps.max()))
    length = low if steps.max() < 1.001 * steps.min() else f"{low} to {high}, as the course asks for, up"
    printer.line(f"{len(steps)} steps of {length} to {si(float(times[-1]), 's')}")
    if found.pace is not None:
        own = found.pace
        span = " to ".join(dict.fromkeys((si(own.fastest, "s"), si(own.slowest, "s"))))
        printer.line(f"time constants close to where it settles: {span}")
        if steps.min() > own.fastest:
            printer.line("the fastest is shorter than a step: what it moves is damped, not followed; see --step")


def _print_samples(printer: Printer, given: Setup, found: Settling, within: float) -> None:
    """Print when each sample has settled, and what it took; their means where there are several."""
    columns = [(f"within {100 * within:g} %\nfrom", found.settled, "s")]
    if given.credit is not None:
        columns.append(("right\nfrom", found.right, "s"))
    if np.isfinite(found.settled).any():
        columns.append(("energy\nby then", found.spent(), "J"))
    columns.append(("energy\nat the end", found.joules[:, -1], "J"))
    shown = [column for column in columns if np.isfinite(column[1]).any()]
    if not shown:
        return
    rows = [[name, *(_said(values[k], unit) for _, values, unit in shown)] for k, name in enumerate(given.names)]
    if len(rows) > LISTED:
        rows = [*rows[:LISTED], ["...", *("" for _ in shown)]]
    if len(given.names) > 1:
        rows.append(["mean", *(_said(_mean(values), unit) for _, values, unit in shown)])
        rows.append(["largest", *(_said(_largest(values), unit) for _, values, unit in shown)])
    printer.table(["", *(head for head, _, _ in shown)], rows, title="\nfrom rest" if given.arrives else "")


def _mean(values: FloatArray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _largest(values: FloatArray) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")


def _said(value: float, unit: str) -> str:
    return si(float(value), unit) if np.isfinite(value) else "not in time"


def _csv(given: Setup, found: Settling, shown: list[int]) -> str:
    """Return the course as CSV: sample, time (s), nodes (V), energy delivered (J)."""
    course = found.course
    rows = [
        [str(k), repr(float(time)), *(repr(float(v)) for v in course.voltages[k, at, shown]), _joules(found, k, at)]
        for k in range(len(given.names))
        for at, time in enumerate(course.times)
    ]
    return csv_text(["sample", "time", *(given.circuit.nodes[node] for node in shown), "joules"], rows)


def _joules(found: Settling, sample: int, at: int) -> str:
    value = float(found.joules[sample, at])
    return repr(value) if np.isfinite(value) else ""
