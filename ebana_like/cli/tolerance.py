"""`train-circuit tolerance`: what do the tolerances of its elements do to a circuit?"""

from pathlib import Path

import click

from ebana_like.analysis.spread import DISTRIBUTIONS
from ebana_like.analysis.tolerance import csv_texts, subject
from ebana_like.analysis.tolerance import tolerance as looked_at
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT, RUN_OR_FILE
from ebana_like.cli.clusters import cluster_of, on_clusters, shown
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import counted
from ebana_like.files import place, write_atomically
from ebana_like.pages.page import render
from ebana_like.pages.tolerance import ranked, summary, tolerance_page

RANKED = 10
"""Elements that are listed."""


@reads_netlists
@reads_data
@on_clusters("copies")
@click.command()
@click.argument("path", metavar="RUN|FILE", type=RUN_OR_FILE)
@click.option(
    "--tolerance",
    "text",
    metavar="NAME=AMOUNT,...",
    required=True,
    help="What may differ by how much: names or patterns of elements, or of banks, as in 'r*=1%,V1=2%,I1=10u'.",
)
@click.option("--count", type=int, default=1000, show_default=True, help="Copies to draw.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
@click.option(
    "--distribution",
    type=click.Choice(DISTRIBUTIONS),
    default=DISTRIBUTIONS[0],
    show_default=True,
    help="Within the tolerance alike, or normal with the tolerance as three standard deviations.",
)
@click.option("--data", type=click.Path(path_type=Path), help="CSV file: look at every row of it.")
@click.option("--inputs", metavar="NAMES", default="", help="Columns of the inputs, as of `predict`.")
@click.option(
    "--outputs", metavar="NAMES", default="", help="Nodes or pairs, as in a-b,c, of a netlist from elsewhere."
)
@click.option("--engine", type=ENGINE, help="What solves it.  [default: native where it can]")
@click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: RUN, or FILE's]")
def tolerance(
    path: Path,
    text: str,
    count: int,
    seed: int,
    distribution: str,
    data: Path | None,
    inputs: str,
    outputs: str,
    engine: str | None,
    out: Path | None,
    workers: int,
    cluster: str,
) -> None:
    """Show what tolerances do to a circuit's outputs, loss and answers: copies drawn at random, and the worst corner.

    Elements are ranked by how far each alone moves them, from the adjoint. A run is looked at for the samples it is
    judged on, a netlist for its own operating point or the rows of a table. For a whole chip, where every element of a
    kind differs and which then may learn, see `train-circuit chips`.
    """
    files = place(path, out)
    printer = Printer(terminal())
    on = cluster_of(workers, cluster, printer)
    with shown("solving copies", "copy", count, printer) as watch:
        of = subject(path, data, inputs, outputs)
        found = looked_at(of, text, count, seed, distribution, engine or "", on, watch)
    printer.line(f"{of.title}: {counted(found.spread.count, 'element')} may differ; {of.samples}")
    printer.show(summary(found))
    printer.show(ranked(found, 0, RANKED))
    if found.unsolved:
        printer.line(f"warning: {counted(found.unsolved, 'copy has', 'copies have')} no operating point")
    texts = {**csv_texts(found), "tolerance.html": render(tolerance_page(found))}
    for name, content in texts.items():
        write_atomically(files.file(name), content, root=files.root)
    printer.line(f"made:     {', '.join(str(files.file(name)) for name in texts)}")
