"""`train-circuit voltages` and `train-circuit predict`: at which voltages is a circuit, and what does it answer?"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from ebana_like.analysis.readout import Predictions, node_voltages
from ebana_like.analysis.readout import predict as predictions_of
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, RUN_OR_FILE
from ebana_like.cli.group import FAILED
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, complain, terminal
from ebana_like.elements import FloatArray
from ebana_like.errors import counted, visible
from ebana_like.files import csv_text, write_given

NAMED = 10
"""Unsolved samples that are named."""


def _shared(command: Any) -> Any:
    """Add what both commands take."""
    options = [
        click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE),
        click.option("--csv", "table", metavar="FILE|-", help="Write a CSV file with all digits; - for stdout."),
        click.option(
            "--inputs",
            metavar="NAMES",
            default="",
            help="Columns in the order of the inputs; for a netlist from elsewhere its sources, v1=x,-v2=x.",
        ),
        click.option(
            "--engine",
            type=ENGINE,
            help="What solves it.  [default: what the run was trained with; ngspice for a file]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@reads_netlists
@reads_data
@click.command()
@_shared
@click.option("--data", type=click.Path(path_type=Path), help="CSV file: solve every row of it.")
def voltages(path: Path, table: str | None, inputs: str, engine: str | None, data: Path | None) -> None:
    """Show the node voltages of a run folder or a netlist file, as it stands or for every row of a table.

    Columns of the table are the features a run was trained on, or volts of a netlist's inputs. Nodes have the names
    that their netlist gives them.
    """
    with patience("solving"):
        found = node_voltages(path, data, inputs, engine or "")
    if table is not None:
        _write(table, found.nodes, [_exact(row) for row in found.volts])
    elif len(found.volts) == 1:
        rows = zip(found.nodes, _rounded(found.volts[0]), strict=True)
        Printer(terminal()).table(["node", "voltage (V)"], [list(row) for row in rows])
    else:
        rows = [[str(number), *_rounded(row)] for number, row in zip(found.rows, found.volts, strict=True)]  # type: ignore[assignment]
        Printer(terminal()).table(["row", *found.nodes], list(rows), title="node voltages (V)")
    _end(found.unsolved, found.rows, found.notes)


@reads_netlists
@reads_data
@click.command()
@_shared
@click.option("--data", type=click.Path(path_type=Path), required=True, help="CSV file with a row for each sample.")
@click.option(
    "--outputs", metavar="NAMES", default="", help="Nodes or pairs, as in a-b,c, of a netlist from elsewhere."
)
def predict(path: Path, table: str | None, inputs: str, engine: str | None, data: Path, outputs: str) -> None:
    """Show what a run folder or a netlist file answers to every row of a table.

    Scores are volts. A run knows what they stand for, and where the table has what is right beside the features, how
    many answers are. Columns of the table are the features a run was trained on, or volts of a netlist's inputs.
    """
    with patience("solving"):
        found = predictions_of(path, data, inputs, outputs, engine or "")
    printer = Printer(terminal())
    if table is not None:
        _write(table, *_exact_table(found))
    else:
        labelled = len(found.labels) > 0
        heads = ["row", *found.outputs, *(["answer"] if found.answers else []), *(["label"] if labelled else [])]
        rows = [
            [
                str(found.rows[k]),
                *_rounded(scores),
                *([found.answers[k]] if found.answers else []),
                *([found.labels[k]] if labelled else []),
            ]
            for k, scores in enumerate(found.scores)
        ]
        printer.table(heads, rows, title="scores (V)")
    if found.measure:
        said = f"accuracy: {100 * found.value:.1f} %" if found.measure == "accuracy" else f"R²: {found.value:.4f}"
        line = f"{said} of {counted(len(found.scores), 'sample')}"
        if table == "-":
            complain(line)
        else:
            printer.line(line)
    _end(found.unsolved, found.rows, found.notes)


def _exact_table(found: Predictions) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows with all digits."""
    heads = [f"score_{name}" for name in found.outputs]
    rows = [_exact(scores) for scores in found.scores]
    if found.quantities is not None:
        heads += list(found.outputs)
        rows = [[*row, *_exact(told)] for row, told in zip(rows, found.quantities, strict=True)]
    elif found.answers:
        heads.append("answer")
        rows = [[*row, answer] for row, answer in zip(rows, found.answers, strict=True)]
    if found.labels:
        heads.append("label")
        rows = [[*row, label] for row, label in zip(rows, found.labels, strict=True)]
    return heads, rows


def _write(to: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write CSV to a file or to stdout, and say what was made."""
    text = csv_text(heads, rows)
    if to == "-":
        click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)
        return
    write_given(Path(to), text)
    Printer(terminal()).line(f"made:     {to}  ({counted(len(rows), 'row')})")


def _exact(values: FloatArray) -> list[str]:
    """Return numbers that read back as the same doubles; nothing for NaN."""
    return ["" if np.isnan(value) else repr(value) for value in values.tolist()]


def _rounded(values: FloatArray) -> list[str]:
    return ["" if np.isnan(value) else f"{value:+.9g}" for value in values.tolist()]


def _end(unsolved: Mapping[int, str], rows: Sequence[int], notes: Sequence[str]) -> None:
    """Say on stderr what to know of the points, name those not solved, and exit with a status that says so."""
    for note in notes[:NAMED]:
        complain(f"warning: {note}")
    if not unsolved:
        return
    for k, why in list(unsolved.items())[:NAMED]:
        complain(f"not solved: {f'row {rows[k]}' if rows else 'the operating point'}: {why}")
    if len(unsolved) > NAMED:
        complain(f"not solved: and {len(unsolved) - NAMED} more of {counted(len(rows), 'row')}")
    raise SystemExit(FAILED)
