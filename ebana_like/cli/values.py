"""`train-circuit values`: a trained circuit's resistances are rounded to what can be bought, the rest trained on."""

import re
from dataclasses import replace
from pathlib import Path

import click

from ebana_like.analysis.buildable import Buildable, buildable
from ebana_like.analysis.programmed import save_solved
from ebana_like.analysis.trained import Trained, read_trained
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import RUN
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import counted
from ebana_like.files import csv_text, write_atomically
from ebana_like.fitting import NetlistSystem
from ebana_like.hardware.stock import stock
from ebana_like.runs import simulator_of, update_of
from ebana_like.simulators import Simulator
from ebana_like.training import evaluate
from ebana_like.units import si

LISTED = 24
"""Resistances that are listed."""

RATE = 0.1
"""Of the run's own learning rate, with which the rest is trained on."""


@reads_netlists
@reads_data
@click.command()
@click.argument("path", metavar="RUN", type=RUN)
@click.option(
    "--values",
    "text",
    metavar="VALUES",
    required=True,
    help="What can be bought: E3, E6, E12, E24, E48, E96, E192, a list as in 100,220,4.7k, or a digital potentiometer, "
    "digipot:STEPS:OHMS[:WIPER]; or levels:64 for conductances evenly spaced over their range.",
)
@click.option("--epochs", type=click.IntRange(1), default=20, show_default=True, help="After each step of rounding.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=RATE,
    show_default=True,
    help="Learning rate meanwhile, over that of the run.",
)
def values(path: Path, text: str, epochs: int, rate: float) -> None:
    """Round a trained circuit's resistances to what can be bought, and train the rest on so that the loss recovers.

    The closest are rounded first, the others trained on with them as they are, and so on until all are rounded; at the
    end each is tried at its neighbours in stock, up to six together. Written are the circuit, the netlist that was
    fitted, and a table.
    """
    goods = stock(text)
    with patience("reading the run"):
        trained = read_trained(path)
    settings, problem = trained.settings, trained.problem
    rule = update_of(replace(settings, schedule="constant", schedule_options="", decay=1.0), rate * settings.lr[0])
    with patience("rounding and training on"), simulator_of(problem.circuit, settings) as simulator:
        found = buildable(problem, trained.circuit.values(), goods, simulator, rule, epochs)
        printer = Printer(terminal())
        resistances = counted(len(found.places), "resistance")
        printer.line(f"{trained.task.called(settings)}: {resistances} from {goods.spelled}")
        _print(printer, found)
        _print_parts(printer, trained, found, simulator)
        files = _save(trained, found, simulator)
    printer.line(f"made:     {', '.join(map(str, files))}")


def _print(printer: Printer, found: Buildable) -> None:
    steps = bool(found.stock.steps)
    rows = []
    for place, *ohms in zip(found.places, found.trained, found.rounded, found.built, strict=True):
        rows.append([place.name, *(si(each, "Ω") for each in ohms), *([found.stock.called(ohms[-1])] if steps else [])])
    heads = ["name", "trained", "nearest", "chosen", *(["set to"] if steps else [])]
    printer.table(heads, rows[:LISTED], title="\nresistances")
    if len(rows) > LISTED:
        printer.line(f"and {len(rows) - LISTED} more in the table")
    printer.table(["training loss", ""], [[stage, f"{loss:.3e}"] for stage, loss in found.losses], title="\nrounding")


def _print_parts(printer: Printer, trained: Trained, found: Buildable, simulator: Simulator) -> None:
    """Print loss and answers on what was not learned, as trained and as built; nothing where nothing was held out."""
    data, rows = trained.problem.data, []
    for name, part in (("validation", data.validation), ("test", data.test)):
        if part is not None:
            was, built = (
                evaluate(simulator, each, part, trained.problem.cost)
                for each in (trained.circuit.values(), found.values)
            )
            rows.append([name, f"{was.loss:.3e}", f"{built.loss:.3e}", str(was), str(built)])
    if rows:
        heads = ["data", "loss as trained", "and built", "answers as trained", "and built"]
        printer.table(heads, rows, title="\nheld out")


def _save(trained: Trained, found: Buildable, simulator: Simulator) -> list[Path]:
    """Write the circuit, the netlist that was fitted, and the table; return their paths."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", found.stock.spelled)[:40]
    run, problem = trained.run, trained.problem
    files = [run.path / f"netlist_{name}.cir"]
    words = {"task": trained.task.name, "values": found.stock.spelled}
    save_solved(problem, found.values, words, simulator, files[0])
    system = problem.system
    if isinstance(system, NetlistSystem):
        source = system.source
        files.append(run.path / f"{source.path.stem}_{name}{source.path.suffix}")
        write_atomically(files[-1], system.fitted(found.values), durable=True, encoding=source.encoding, root=run.path)
    files.append(run.path / f"values_{name}.csv")
    write_atomically(files[-1], _table(found), root=run.path)
    return files


def _table(found: Buildable) -> str:
    rows = [
        [place.name, *(repr(float(each)) for each in ohms), found.stock.called(float(ohms[-1]))]
        for place, *ohms in zip(found.places, found.trained, found.rounded, found.built, strict=True)
    ]
    return csv_text(["name", "trained_ohms", "nearest_ohms", "chosen_ohms", "set_to"], rows)
