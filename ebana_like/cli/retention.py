"""`train-circuit retention`: what does a trained circuit answer an hour, a day, a year after it was written?"""

from pathlib import Path
from typing import Any

import click

from ebana_like.analysis.retention import aged
from ebana_like.analysis.trained import read_trained
from ebana_like.cli.allow import reads_data
from ebana_like.cli.arguments import ENGINE, OUT, RUN
from ebana_like.cli.clusters import shown
from ebana_like.cli.netlists import reads_netlists
from ebana_like.cli.printer import Printer, terminal
from ebana_like.errors import SettingError
from ebana_like.files import place, write_atomically
from ebana_like.pages.retention import SECONDS, retention_drawn, retention_table


class Times(click.ParamType):  # type: ignore[type-arg] # generic since click 8.2
    """Times with commas between: 1s,90min,1d."""

    name = "times"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        return value if isinstance(value, tuple) else tuple(self._one(each, param, ctx) for each in value.split(","))

    def _one(self, word: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        unit = next((unit for unit in SECONDS if word.strip().endswith(unit)), "")
        try:
            found = float(word.strip().removesuffix(unit)) * SECONDS[unit]
        except (ValueError, KeyError):
            self.fail(f'"{word}" is no time; expected a number and one of {", ".join(SECONDS)}, as in 1d', param, ctx)
        if not 0 < found < float("inf"):
            self.fail(f'"{word}" is no time to come; give one above zero', param, ctx)
        return found


@reads_netlists
@reads_data
@click.command()
@click.argument("path", metavar="RUN", type=RUN)
@click.option("--after", type=Times(), default="1s,1h,1d,1y", show_default=True, help="Times since the last write.")
@click.option("--count", type=int, default=10, show_default=True, help="Chips, whose devices differ.")
@click.option("--technology", default="", help="What the trained values are written into; the run's own unless given.")
@click.option("--technology-options", default="", help="Its options, as in drift=0.05.")
@click.option("--engine", type=ENGINE, help="What solves them.  [default: native where it can]")
@click.option("--out", type=OUT, help="Folder for files, made where there is none.  [default: RUN]")
def retention(
    path: Path,
    after: tuple[float, ...],
    count: int,
    technology: str,
    technology_options: str,
    engine: str | None,
    out: Path | None,
) -> None:
    """Show how well a trained run answers some time after its devices were written.

    Devices drift, leak and wander as their technology was measured to do; each chip has devices of its own. A run that
    was trained with ideal devices is written into others by --technology, errors of the write included.
    """
    files = place(path, out)
    if technology_options and not technology:
        raise SettingError("technology-options are given without a technology; name it with --technology")
    printer = Printer(terminal())
    with shown("ageing chips", "chip", count, printer) as watch:
        found = aged(read_trained(path), after, count, technology, technology_options, engine or "", watch)
    printer.line(f"{found.title}: {found.technology}; {found.judged}")
    printer.show(retention_table(found))
    csv, picture = files.file("retention.csv"), files.file("retention.png")
    write_atomically(csv, found.csv(), root=files.root)
    retention_drawn(found).save(picture, picture.parent)
    printer.line(f"made:     {csv}, {picture}")
