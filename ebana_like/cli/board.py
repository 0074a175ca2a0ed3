"""`train-circuit board TABLE`: where on a board of resistors do ports have to be, so that it learns a table?"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from ebana_like.analysis.places import Judged, Places, by_training, search_places
from ebana_like.cli.dotted import DottedCommand
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.cli.train import given_settings, setting_options
from ebana_like.data.table import read_table
from ebana_like.errors import SettingError
from ebana_like.files import write_atomically
from ebana_like.fitting.board import Board
from ebana_like.fitting.fit import prepare
from ebana_like.fitting.settings import FitSettings
from ebana_like.fitting.trainable import FIT
from ebana_like.networks.graph import Graph, lattice, random_graph
from ebana_like.training import Problem

OWN = ("netlist", "include_path", "data", "inputs", "outputs", "labels", "train", "epochs")
"""Settings of `fit` that a search answers itself, or asks for in its own words."""

BOARDS: Mapping[str, Callable[[int, int], Graph]] = {
    "diagonals": lambda rows, columns: lattice(rows, columns, diagonals=True),
    "square": lattice,
    "periodic": lambda rows, columns: lattice(rows, columns, periodic=True),
    "random": random_graph,
}
"""Graphs by name, of two whole numbers."""

SHOWN = 5
"""Places that are printed, the best first."""


def _run(
    table: Path,
    outputs: str,
    labels: str,
    held: str,
    graph: str,
    size: str,
    pairs: bool,
    draws: int,
    rounds: str,
    out: Path,
    **given: str | None,
) -> None:
    """Search places, and write the board of the best."""
    settings = given_settings(given)
    board = _board(table, outputs, labels, held, BOARDS[graph](*_numbers("size", size, 2)), settings)
    efforts, seed = _numbers("rounds", rounds), int(settings.get("seed", 0))

    def text_of(places: Places) -> str:
        return board.text(places.inputs, places.held, places.outputs, seed)

    with tempfile.TemporaryDirectory() as folder:
        candidate = Path(folder, "board.cir")

        def problem_of(places: Places) -> Problem:
            candidate.write_text(text_of(places))
            return prepare(candidate, given={"data": str(table)}, where="command line").problem

        counts = len(board.inputs), len(board.held), len(board.outputs)
        with patience("boards learn"):
            found = search_places(
                board.graph, *counts, by_training(problem_of), efforts, draws=draws, pairs=pairs, seed=seed
            )
    write_atomically(out, text_of(found[0].places))
    printer = Printer(terminal())
    printer.line(f"{board.graph.nodes} nodes, {len(board.graph.edges)} resistors; {draws} places drawn, by their loss")
    printer.line(f"after {', '.join(map(str, efforts))} epochs")
    printer.table(["inputs", "held", "outputs", "loss"], list(map(_row, found[:SHOWN])))
    printer.line(f"made:     {out}; go on by `train-circuit fit {out} --data {table}`")


def _row(judged: Judged) -> list[str]:
    places = judged.places
    read = [str(each) if isinstance(each, int) else "-".join(map(str, each)) for each in places.outputs]
    return [*(" ".join(map(str, part)) for part in (places.inputs, places.held, read)), f"{judged.worth:.4g}"]


def _board(table: Path, outputs: str, labels: str, held: str, graph: Graph, settings: Mapping[str, str]) -> Board:
    """Return the board that a table asks for. Raises SettingError for columns that are none, or none said."""
    if bool(outputs) == bool(labels):
        raise SettingError("give --outputs, columns of volts to answer with, or --labels, a column of classes")
    read = read_table(str(table))
    asked = tuple((outputs or labels).split(","))
    for name in asked:
        read.require(name)
    inputs = tuple(name for name in read.names if name not in asked)
    classes = tuple(dict.fromkeys(read.words(labels))) if labels else asked
    try:
        volts = tuple(float(word) for word in held.split(",") if word)
    except ValueError as error:
        raise SettingError(f"held is {held}; give volts, as in 0,0.5") from error
    return Board(graph, inputs, volts, classes, labels, settings=settings)


def _numbers(name: str, text: str, count: int = 0) -> list[int]:
    """Return whole numbers above zero, as many as asked for where that is said."""
    words = text.replace("x", ",").split(",")
    if not all(word.isdecimal() and int(word) for word in words) or count not in (0, len(words)):
        raise SettingError(f"{name} is {text}; give {f'{count} ' if count else ''}whole numbers, as in 3,3")
    return list(map(int, words))


board = DottedCommand(
    "board",
    params=[
        click.Argument(["table"], metavar="TABLE", type=click.Path(path_type=Path, exists=True, dir_okay=False)),
        click.Option(["--outputs"], default="", help="Columns of volts that are to be answered with."),
        click.Option(["--labels"], default="", help="Or a column of classes, an output each."),
        click.Option(["--held"], default="0", show_default=True, help="Volts of sources at nodes of their own."),
        click.Option(
            ["--graph"],
            type=click.Choice(list(BOARDS)),
            default="diagonals",
            show_default=True,
            help="A lattice with a diagonal in each cell, a square one, one that is closed to a torus, or a random "
            "graph.",
        ),
        click.Option(
            ["--size"],
            default="3,3",
            show_default=True,
            help="Rows and columns of a lattice; nodes and edges of a random graph.",
        ),
        click.Option(["--pairs"], is_flag=True, help="Outputs are pairs of nodes, whose difference is read."),
        click.Option(["--draws"], type=click.IntRange(1), default=32, show_default=True, help="Places tried at first."),
        click.Option(
            ["--rounds"],
            default="2,10,40",
            show_default=True,
            help="Epochs that each round trains for; the better quarter goes on to the next.",
        ),
        click.Option(
            ["--out"], type=click.Path(path_type=Path), default="board.cir", show_default=True, help="The netlist."
        ),
        *(option for option in setting_options(FitSettings, FIT.settings) if option.name not in OWN),
    ],
    help="Search where on a board of resistors a table's columns go in and answers are read, by training as `fit` "
    "does, and write that board as a netlist with which `fit` goes on.",
    callback=_run,
)
