"""`train-circuit report`, `plot` and `compare`: what came out of a training, and how do trainings compare?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ebana_like.analysis.trained import read_history, read_trained
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import RUN
from ebana_like.cli.patience import patience
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError
from ebana_like.figures import DRAWABLE, compared, require_drawable, save_schematic
from ebana_like.files import write_atomically, write_given
from ebana_like.pages.comparison import difference_table, outcome_table
from ebana_like.pages.fit import as_drawn
from ebana_like.pages.page import render
from ebana_like.pages.report import report as report_page
from ebana_like.pages.run_pictures import PICTURES, draw
from ebana_like.runs import Run
from ebana_like.simulators import engine_for
from ebana_like.simulators import simulator as simulator_named

SCHEMATIC = "schematic"

_RUN = click.argument("path", metavar="RUN", type=RUN)


def _out(default: str) -> Callable[[Any], Any]:
    kinds = ", ".join(DRAWABLE)
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"File to draw into ({kinds}).  [default: {default}]",
    )


@reads_data
@click.command()
@_RUN
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.  [default: report.html in RUN]"
)
def report(path: Path, out: Path | None) -> None:
    """Write a page about a run: curves, answers, conductances, gradient, power, settings, and how to repeat it.

    The page holds its pictures itself and fetches nothing. The trained circuit is solved again, by the native
    engine where it can.
    """
    with patience("reading the run"):
        trained = read_trained(path)
    with patience("solving and drawing"), simulator_named(engine_for(trained.circuit), trained.circuit) as simulator:
        page = render(report_page(trained, simulator))
    if out is None:
        out = path / "report.html"
        write_atomically(out, page)
    else:
        write_given(out, page)
    Printer(terminal()).line(f"made:     {out}")


@reads_data
@click.command()
@_RUN
@click.option("--what", type=click.Choice([*PICTURES, SCHEMATIC]), required=True, help="The picture.")
@_out("WHAT.svg in RUN")
def plot(path: Path, what: str, out: Path | None) -> None:
    """Draw one of the pictures of a run's report into a file.

    Where there are several, one a crossbar or layer, each file has its name: FILE-crossbar1.svg.
    """
    trained, printer = read_trained(path), Printer(terminal())
    root = path if out is None else None
    out = out or path / f"{what}.svg"
    if what == SCHEMATIC:
        circuit, more = as_drawn(trained)
        save_schematic(circuit, out, root, more)
        printer.line(f"made:     {out}")
        return
    require_drawable(out)
    with patience("solving and drawing"), simulator_named(engine_for(trained.circuit), trained.circuit) as simulator:
        drawn = draw(trained, simulator, what)
    for one in drawn:
        file = out if len(drawn) == 1 else out.with_name(f"{out.stem}-{one.name}{out.suffix}")
        one.drawing.save(file, root)
        printer.line(f"made:     {file}")


@click.command()
@click.argument("paths", metavar="RUN RUN...", nargs=-1, type=RUN)
@_out("compare.svg")
def compare(paths: tuple[Path, ...], out: Path | None) -> None:
    """Draw the loss and accuracy curves of several runs into one picture, and list them with what differs."""
    if len(paths) < 2:
        raise SettingError(f"{len(paths)} run came to compare; give at least two run folders")
    out = out or Path("compare.svg")
    require_drawable(out)
    names = [path.resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    runs = {name: (Run(path), read_history(Run(path))) for name, path in zip(names, paths, strict=True)}
    printer = Printer(terminal())
    printer.show(outcome_table(runs))
    differences = difference_table(runs)
    if differences.rows:
        printer.show(differences)
    compared({name: history for name, (_, history) in runs.items()}).save(out)
    printer.line(f"made:     {out}")
