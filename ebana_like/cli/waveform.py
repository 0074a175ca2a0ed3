"""`train-circuit waveform`: a netlist learns to answer to waveforms with waveforms, as filters and delays do."""

from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import click
import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.data.table import read_table
from ebana_like.elements import FloatArray, IntArray, Range
from ebana_like.errors import SettingError
from ebana_like.figures.waveforms import waveforms
from ebana_like.files import csv_text, place, write_atomically
from ebana_like.fitting.columns import columns, input_columns, output_columns
from ebana_like.fitting.ports import with_ports
from ebana_like.learning import update_named
from ebana_like.learning.in_time import CAPACITANCE, IN_TIME_RULES, INDUCTANCE, InTimeTask
from ebana_like.learning.schedules import Exponential
from ebana_like.netlist import Netlist, save_netlist
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.read import foreign_circuit
from ebana_like.simulators import engine_for
from ebana_like.simulators import simulator as simulator_named
from ebana_like.training.in_time import InTimeEpoch, learn_in_time
from ebana_like.units import si

SHOWN = 8
"""Epochs that are printed."""

LAST = 0.1
"""Share of the rate that is left at the end."""


@reads_netlists
@reads_data
@click.command()
@click.argument("netlist", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="CSV: time, inputs, targets.")
@click.option("--inputs", required=True, help="Voltage sources that carry columns: v1,v2 or v1=x.")
@click.option("--outputs", required=True, help="Nodes, or pairs as in a-b, with their columns of targets: out=y.")
@click.option("--train", "wanted", default="r*,c*,l*", show_default=True, help="What learns: patterns of names.")
@click.option(
    "--rule",
    type=click.Choice(list(IN_TIME_RULES)),
    default="backwards",
    show_default=True,
    help="; ".join(f"{name}: {rule.summary}" for name, rule in IN_TIME_RULES.items()),
)
@click.option("--epochs", type=click.IntRange(1), default=200, show_default=True)
@click.option("--update", default="adam", show_default=True, help="Update rule; see `train-circuit rules`.")
@click.option("--lr", type=float, default=0.005, show_default=True, help="Learning rate; it falls to a tenth.")
@click.option("--engine", type=ENGINE, help="What follows the circuit.  [default: native where it can]")
@click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: beside NETLIST]")
def waveform(
    netlist: Path,
    data: Path,
    inputs: str,
    outputs: str,
    wanted: str,
    rule: str,
    epochs: int,
    update: str,
    lr: float,
    engine: str | None,
    out: Path | None,
) -> None:
    """Train resistors, capacitors and inductors until a netlist answers to waveforms with waveforms.

    The table has a column of times, evenly spaced, one for every input and one for every output. The circuit begins
    at rest; the cost is the integral of the squared error. `train-circuit learners` says which rule goes with which
    circuit.
    """
    place_of = place(netlist, out)
    deck = read_deck(read_text(netlist)[0], str(netlist), netlist.parent)
    circuit = _learning(with_ports(foreign_circuit(deck), deck, inputs, outputs)[0])
    task = _task(data, inputs, outputs)
    trained = _trained(circuit, wanted)
    printer, engine = Printer(terminal()), engine or engine_for(circuit)
    step = learn_in_time(
        circuit,
        task,
        rule,
        update_named(update, lr, Exponential(LAST ** (1 / epochs))),
        epochs,
        lambda of: simulator_named(engine, of),
        trained,
    )
    with patience("learning"):
        seen = list(step)
    printer.line(f"{circuit.title}: {len(task.times)} times to {si(float(task.times[-1]), 's')}; {engine}, {rule}")
    whole = task.cost(np.zeros_like(task.targets)) or 1.0
    picked = sorted({*np.linspace(0, epochs - 1, min(SHOWN, epochs)).round().astype(int).tolist()})
    rows = [[str(seen[k].number), f"{seen[k].cost / whole:.3e}"] for k in picked]
    printer.table(["epoch", "squared error, share of the targets'"], rows)
    best = min(seen, key=lambda epoch: epoch.cost)
    _print_values(printer, circuit, best.circuit, trained)
    files = {kind: place_of.file(f"waveform.{kind}") for kind in ("cir", "csv", "png")}
    save_netlist(Netlist(best.circuit), files["cir"])
    write_atomically(files["csv"], _csv(task, best, outputs))
    volts: dict[str, FloatArray] = {}
    for k, (_, column) in enumerate(columns(outputs)):
        volts |= {column: best.scores[..., k], f"{column}, wanted": task.targets[..., k]}
    picture = waveforms(task.times, volts, [f"epoch {best.number}"], np.full(1, np.nan))
    picture.save(files["png"], files["png"].parent)
    printer.line(f"made:     {', '.join(str(path) for path in files.values())}")


def _learning(circuit: Circuit) -> Circuit:
    """Return a circuit all of whose resistors may learn."""
    banks = [
        replace(bank, trainable={bank.programmed: Range(0.0, np.inf)}) if bank.programmed else bank
        for bank in circuit.banks
    ]
    return replace(circuit, banks=tuple(banks))


def _task(data: Path, inputs: str, outputs: str) -> InTimeTask:
    table = read_table(str(data))
    features = np.stack([table.numbers(name) for name in input_columns(table, inputs)], axis=1)
    targets = np.stack([table.numbers(name) for name in output_columns(table, outputs)], axis=1)
    return InTimeTask(table.numbers("time"), features[None], targets[None])


def _trained(circuit: Circuit, wanted: str) -> dict[str, IntArray]:
    """Return the numbers of the elements that patterns name, by address. Raises SettingError where there are none."""
    patterns = [word.strip().lower() for word in wanted.split(",") if word.strip()]
    banks = {f"{bank.name}.conductance": bank.labels for bank in circuit.banks if bank.programmed}
    banks |= {CAPACITANCE: circuit.storage.capacitors.labels, INDUCTANCE: circuit.storage.inductors.labels}
    # an inductor "l1" is named after the wire "vl1" that it is at direct current
    called = {at: [label.removeprefix("lv") if at == INDUCTANCE else label for label in of] for at, of in banks.items()}
    found = {
        at: np.flatnonzero([any(fnmatch(label, pattern) for pattern in patterns) for label in labels])
        for at, labels in called.items()
    }
    if not any(len(which) for which in found.values()):
        some = ", ".join(label for labels in called.values() for label in labels[:4])
        raise SettingError(f"train is {wanted}, which names no resistor, capacitor or inductor; there are {some}")
    return {at: which for at, which in found.items() if len(which)}


def _print_values(printer: Printer, before: Circuit, after: Circuit, trained: dict[str, IntArray]) -> None:
    rows = []
    for at, which in trained.items():
        for k in which.tolist():
            rows.append([*_value(before, at, k), _value(after, at, k)[1]])
    printer.table(["", "before", "learned"], rows)


def _value(circuit: Circuit, at: str, k: int) -> tuple[str, str]:
    storage = circuit.storage
    if at == CAPACITANCE:
        return storage.capacitors.labels[k], si(float(storage.capacitors.capacitance[k]), "F")
    if at == INDUCTANCE:
        return storage.inductors.labels[k].removeprefix("lv"), si(float(storage.inductors.inductance[k]), "H")
    return circuit.addressed(at).labels[k], si(1 / float(circuit.value(at)[k]), "Ohm")


def _csv(task: InTimeTask, epoch: InTimeEpoch, outputs: str) -> str:
    names = [column for _, column in columns(outputs)]
    seen: FloatArray = np.concatenate([task.times[:, None], epoch.scores[0], task.targets[0]], axis=1)
    heads = ["time", *names, *(f"{name}_wanted" for name in names)]
    return csv_text(heads, [[repr(float(value)) for value in row] for row in seen])
