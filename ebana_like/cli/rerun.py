"""`train-circuit rerun`: does another SPICE program find the same voltages?"""

from collections.abc import Mapping
from pathlib import Path

import click

from ebana_like.analysis.rerun import Comparison, Deviation, compare
from ebana_like.cli.arguments import RUN_OR_FILE
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError, counted
from ebana_like.files import write_given
from ebana_like.netlist import DIALECTS, Dialect, Netlist, write_netlist
from ebana_like.runs import load_circuit
from ebana_like.simulators.programs import find_program, run_program

NODES_SHOWN = 20
RUNNABLE = ", ".join(dialect.name for dialect in DIALECTS.values() if dialect.programs)


@reads_netlists
@click.command()
@click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE)
@click.option("--with", "program", metavar="PROGRAM", help=f"What to run it in: {RUNNABLE}, or the path of one.")
@click.option(
    "--export",
    nargs=2,
    type=(click.Choice(list(DIALECTS)), click.Path(path_type=Path, dir_okay=False)),
    metavar="DIALECT FILE",
    help=f"Write the netlist for a program that is not here: {', '.join(DIALECTS)}.",
)
@click.option(
    "--equal-vt",
    is_flag=True,
    help="Set the program's temperature so that its thermal voltage kT/q is the one used here.",
)
@click.option("--limit", type=click.FloatRange(min=0, min_open=True), default=120.0, show_default=True, help="Seconds.")
def rerun(path: Path, program: str | None, export: tuple[str, Path] | None, equal_vt: bool, limit: float) -> None:
    """Run the netlist of a run folder, or a netlist file, in another SPICE program and compare node by node.

    The voltages are compared with what the netlist records, and with the circuit solved here: first as it is, then
    with what the program is known to compute differently, so that the deviation has a reason.
    """
    if program is None and export is None:
        raise SettingError(f"nothing to do; give --with PROGRAM ({RUNNABLE}) or --export DIALECT FILE")
    netlist, printer = load_circuit(path), Printer(terminal())
    if export is not None:
        dialect, file = DIALECTS[export[0]], export[1]
        write_given(file, write_netlist(netlist, dialect, _celsius(dialect, equal_vt)))
        printer.line(f"made:     {file}  (for {dialect.name})")
    if program is not None:
        found = find_program(program)
        celsius = _celsius(found.dialect, equal_vt)
        with patience(f"running {found.executable}"):
            run = run_program(found, netlist, celsius, limit)
        heat = "" if celsius is None else f" at {celsius:.6f} degrees Celsius"
        printer.line(
            f"{found.executable}: {counted(len(netlist.circuit.nodes) - 1, 'node')} in {run.seconds:.2f} s{heat}"
        )
        _print_nodes(printer, netlist, found.dialect.name, run.voltages)
        with patience("comparing"):
            comparison = compare(netlist, run.voltages, found.dialect, celsius)
        _print_comparison(printer, netlist, comparison, found.dialect.name)


def _celsius(dialect: Dialect, equal_vt: bool) -> float | None:
    """Return the temperature to give the program, or None for its own 27 degrees."""
    if not equal_vt:
        return None
    if dialect.laws is None:
        raise SettingError(f"the constants of {dialect.name} are not known here; leave out --equal-vt")
    return dialect.laws.matching_temperature()


def _print_nodes(printer: Printer, netlist: Netlist, name: str, theirs: Mapping[str, float]) -> None:
    recorded = list(netlist.recorded.items())
    if not recorded:
        return
    printer.table(
        ["node", "recorded", name, "difference"],
        [
            [node, f"{volts:+.12f} V", f"{theirs[node]:+.12f} V", f"{theirs[node] - volts:+.1e} V"]
            for node, volts in recorded[:NODES_SHOWN]
        ],
    )
    if len(recorded) > NODES_SHOWN:
        printer.line(f"and {len(recorded) - NODES_SHOWN} more nodes")


def _print_comparison(printer: Printer, netlist: Netlist, comparison: Comparison, name: str) -> None:
    heads, rows = [f"{name} beside", "outputs", "all nodes"], []
    if comparison.recorded is not None:
        rows.append(["the record", _deviation(comparison.recorded), ""])
    for step in comparison.steps:
        what = f"  {step.law}" if step.law else "the circuit solved here"
        rows.append([what, _deviation(step.outputs), _deviation(step.everywhere)])
    if not netlist.circuit.outputs.count:
        heads, rows = [heads[0], heads[2]], [[row[0], row[2]] for row in rows]
    printer.line("\nlargest deviations, its laws taken over one by one")
    printer.table(heads, rows)
    printer.line(f"reason:   {comparison.reason}")


def _deviation(found: Deviation) -> str:
    return f"{found.volts:.1e} V at {found.node}"
