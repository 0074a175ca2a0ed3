"""`train-circuit chips`: what becomes of a training on chips that differ from its design?"""

from dataclasses import fields
from pathlib import Path

import click

from ebana_like.analysis.chips import chips as drawn
from ebana_like.analysis.trained import read_trained
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT, RUN
from ebana_like.cli.clusters import cluster_of, on_clusters, shown
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import counted
from ebana_like.files import place, write_atomically
from ebana_like.hardware import Mismatch, mismatch
from ebana_like.pages.chips import chips_drawn, chips_table, defect_words

DEVIATIONS = "; ".join(f"{entry.name}: {entry.metadata['what']}" for entry in fields(Mismatch))


@reads_netlists
@reads_data
@on_clusters("chips")
@click.command(epilog=f"Deviations are standard deviations. {DEVIATIONS}.")
@click.argument("path", metavar="RUN", type=RUN)
@click.option(
    "--mismatch",
    "text",
    metavar="NAME=DEVIATION,...",
    required=True,
    help="How far chips differ from the design, as in saturation=0.4,gain=5%,offset=10m.",
)
@click.option("--count", type=int, default=100, show_default=True, help="Chips to draw.")
@click.option("--first", type=int, default=0, show_default=True, help="Number, and seed, of the first; others follow.")
@click.option("--retrain", type=int, default=0, show_default=True, help="Epochs that each chip learns for, by itself.")
@click.option("--engine", type=ENGINE, help="What solves them.  [default: native where it can]")
@click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: RUN]")
def chips(
    path: Path,
    text: str,
    count: int,
    first: int,
    retrain: int,
    engine: str | None,
    out: Path | None,
    workers: int,
    cluster: str,
) -> None:
    """Draw chips of a trained run, and show how well they answer: as made, and after learning on the chip.

    Every element of a chip is a little other than the design has it, as a process makes it, and the trained
    conductances are moved there. With --retrain each goes on learning from there, at the rates of the run's last
    epochs. Chip N is always the same: `train-circuit TASK --mismatch ... --chip N` trains on it from the start. For
    tolerances of named parts, with their worst corner and which of them is to blame, see `train-circuit tolerance`.
    """
    files = place(path, out)
    printer = Printer(terminal())
    on = cluster_of(workers, cluster, printer)
    with shown("drawing chips", "chip", count, printer) as watch:
        found = drawn(read_trained(path), mismatch(text), count, first, retrain, engine or "", on, watch)
    printer.line(f"{found.title}: {counted(count, 'chip')} with {found.mismatch}; {found.judged}")
    printer.show(chips_table(found))
    if words := defect_words(found):
        printer.line(words)
    csv, picture = files.file("chips.csv"), files.file("chips.png")
    write_atomically(csv, found.csv(), root=files.root)
    chips_drawn(found).save(picture, picture.parent)
    printer.line(f"made:     {csv}, {picture}")
