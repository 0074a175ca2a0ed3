"""`train-circuit bench`: times, side by side, on this machine."""

import click

from ebana_like.analysis.ngspice_bench import bench_ngspice
from ebana_like.cli.display import Printer, terminal
from ebana_like.cli.group import Commands
from ebana_like.tasks import TASKS


@click.group(cls=Commands, short_help="measure speed on this machine")
def bench() -> None:
    """Measure speed on this machine; ratios hold where absolute times do not."""


@bench.command(short_help="ngspice as it trains, beside PySpice and a bare sweep")
@click.option("--task", type=click.Choice(list(TASKS)), multiple=True, default=list(TASKS), show_default=True)
def ngspice(task: tuple[str, ...]) -> None:
    """Time a point of ngspice: training phases, a bare sweep, and the usual ways of PySpice."""
    printer = Printer(terminal())
    for name in task:
        result = bench_ngspice(name)
        ours = result.timings[0]
        printer.table(
            ["way", "ms a point (median)", "ratio to the first"],
            [[timing.way, f"{timing.median:.3f}", f"{timing.over(ours):.2f}"] for timing in result.timings],
            title=f"\n{name}: {len(ours.rounds)} paired rounds",
        )
        bare = result.timings[1].median
        printer.line(
            f"inside ngspice: {result.solving:.3f} ms a point in {result.iterations:.1f} Newton iterations of "
            f"{1e3 * result.solving / result.iterations:.1f} us; bare sweep: 2 iterations of {1e3 * bare / 2:.1f} us"
        )
        printer.line(f"training time outside the simulator: {100 * result.overhead:.0f} %")
        printer.line(f"worker memory over 100,000 points: {result.memory:+.1f} MB")
