"""`train-circuit bench`: times, side by side, on this machine."""

import os
from pathlib import Path

import click
from rich.console import Console

from ebana_like.bench.engines import CASES, bench_case, bench_engines
from ebana_like.bench.growth import Growth, measure_growth, plot_growth, require_plottable
from ebana_like.bench.ngspice import bench_ngspice
from ebana_like.bench.products import bench_products
from ebana_like.bench.record import Number, timed
from ebana_like.bench.scale import PRECISIONS, ROUNDS, Cost, bench_scale, exponents, grid
from ebana_like.bench.steps import NETWORKS, bench_steps
from ebana_like.bench.training import bench_training
from ebana_like.cli.display import TrainingDisplay
from ebana_like.cli.group import Commands
from ebana_like.cli.printer import Printer, terminal
from ebana_like.cli.recorded import recorded
from ebana_like.tasks import TASKS


@click.group(cls=Commands)
def bench() -> None:
    """Measure speed on this machine; ratios hold where absolute times do not."""


IN_SPICE = [name for name, task in TASKS.items() if task.settings.neurons == "pairs"]
"""All tasks but those of ideal diodes."""


@bench.command(short_help="ngspice as it trains, beside PySpice and a bare sweep")
@click.option("--task", metavar="TASK", type=click.Choice(IN_SPICE), multiple=True, default=IN_SPICE, show_default=True)
@recorded
def ngspice(task: tuple[str, ...]) -> list[Number]:
    """Time a point of ngspice: training phases, a bare sweep, and the usual ways of PySpice."""
    printer = Printer(terminal())
    numbers: list[Number] = []
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
        numbers += timed(name, result.timings)
        numbers.append(Number(f"{name}: training time outside the simulator", "%", 100 * result.overhead))
        numbers.append(Number(f"{name}: worker memory over 100,000 points", "MB", result.memory))
    return numbers


@bench.command(short_help="what checkpoints, history and display cost")
@click.option("--task", metavar="TASK", type=click.Choice(list(TASKS)), default="digits", show_default=True)
@recorded
def training(task: str) -> list[Number]:
    """Time a task's epochs alone and as this program trains them: in a run folder, with a display, on this disk."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(file=nowhere, force_terminal=True)
        found = bench_training(task, lambda problem, start: TrainingDisplay(problem, console, start))
    printer, timings = Printer(terminal()), (found.bare, found.watched, found.ends)
    printer.table(
        ["what", "ms (median)", "quartiles"],
        [[timing.way, f"{timing.median:.2f}", " to ".join(f"{q:.2f}" for q in timing.quartiles)] for timing in timings],
        title=f"\n{task}: {len(found.bare.rounds)} pairs of epochs in {len(found.ends.rounds)} runs",
    )
    low, median, high = (f"{100 * share:.1f}" for share in found.overhead)
    printer.line(f"a run of {found.epochs} epochs takes {median} % beside training (quartiles {low} to {high} %)")
    quartiles = 100 * found.overhead[0], 100 * found.overhead[2]
    share = Number(f"{task}: beside training", "%", 100 * found.overhead[1], quartiles, len(found.bare.rounds))
    return [*timed(task, timings, "ms"), share]


@bench.command(short_help="training steps of the native engine")
@click.option("--network", type=click.Choice(list(NETWORKS)), multiple=True, default=list(NETWORKS), show_default=True)
@recorded
def steps(network: tuple[str, ...]) -> list[Number]:
    """Time epochs on random images of MNIST's size in alternating rounds, on all cores.

    By equilibrium propagation with one nudged phase in double precision, and by the adjoint in double and single.
    """
    printer = Printer(terminal())
    numbers: list[Number] = []
    for name in network:
        timings = bench_steps(name)
        printer.table(
            ["way", "us a sample (median)", "the first's time over this"],
            [[way.way, f"{1e3 * way.median:.1f}", f"{timings[0].over(way):.2f}"] for way in timings],
            title=f"\n{name}: {len(timings[0].rounds)} paired rounds",
        )
        numbers += timed(f"hidden {name}", timings, "ms a sample")
    return numbers


@bench.command(short_help="ngspice beside native, and how native's time grows")
@click.option("--case", type=click.Choice(CASES), multiple=True, default=CASES, show_default=True)
@click.option("--growth/--no-growth", default=True, help="Also vary hidden neurons, samples and layers.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="File (svg, png, pdf) to plot growth in.")
@recorded
def engines(case: tuple[str, ...], growth: bool, plot: Path | None) -> list[Number]:
    """Time a point of ngspice and of native on the same circuits and samples, free and nudged, and compare voltages.

    Times are those inside the engines, on one core each; conductances are not changed meanwhile.
    """
    if plot is not None:
        require_plottable(plot)
    printer = Printer(terminal())
    numbers: list[Number] = []
    for name in case:
        result = bench_engines(bench_case(name))
        native = result.timings[-1]
        printer.table(
            ["engine", "ms a point (median)", "ratio to native", "largest difference"],
            [
                [
                    timing.way,
                    f"{timing.median:.3f}",
                    f"{timing.over(native):.2f}",
                    f"{result.deviations[timing.way]:.1e} V" if timing.way in result.deviations else "",
                ]
                for timing in result.timings
            ],
            title=f"\n{name}: {len(native.rounds)} paired rounds",
        )
        numbers += timed(name, result.timings)
        numbers += [Number(f"{name}: {way}, largest difference", "V", v) for way, v in result.deviations.items()]
    if growth or plot is not None:
        measured = measure_growth()
        for one in measured:
            _print_growth(printer, one)
            columns = zip(one.sizes, one.batch_milliseconds, strict=True)
            numbers += [Number(f"{one.varied} {size}, {one.fixed}", "ms a batch", batch) for size, batch in columns]
            numbers.append(Number(f"growth with {one.varied}", "exponent", one.exponent))
        if plot is not None:
            plot_growth(measured, plot)
            printer.line(f"\nplot:     {plot}")
    return numbers


@bench.command(short_help="training beside its two matrix products")
@click.option("--hidden", type=int, multiple=True, default=(100, 1024), show_default=True, help="Hidden neurons.")
@click.option("--batch", type=int, multiple=True, default=(10, 20, 200), show_default=True, help="Samples an update.")
@recorded
def products(hidden: tuple[int, ...], batch: tuple[int, ...]) -> list[Number]:
    """Time training on images of MNIST's size, beside the two products of each batch with a weight matrix.

    One core each. Memory is the most the training process ever held, without the 55 MB of MNIST's own images.
    """
    rows, numbers = [], list[Number]()
    for neurons in hidden:
        for samples in batch:
            result = bench_products(neurons, samples)
            ours, alone = result.training, result.products
            times = f"{1e3 * ours.median:.0f}", f"{1e3 * alone.median:.0f}", f"{ours.over(alone):.1f}"
            rows.append([str(neurons), str(samples), *times, f"{result.memory:.0f} MB"])
            name = f"hidden {neurons}, batch {samples}"
            numbers += timed(name, (ours, alone), "ms a sample")
            numbers.append(Number(f"{name}: most memory", "MB", result.memory))
    Printer(terminal()).table(
        ["hidden", "batch", "us a sample (median)", "two matrix products", "ratio", "memory"],
        rows,
        title=f"native, {len(ours.rounds)} paired rounds",
    )
    return numbers


@bench.command(short_help="seconds, memory and joules a sample over the size")
@click.option("--width", type=int, multiple=True, default=(100, 400), show_default=True, help="Neurons a hidden layer.")
@click.option("--depth", type=int, multiple=True, default=(1, 2), show_default=True, help="Hidden layers.")
@click.option("--batch", type=int, multiple=True, default=(20,), show_default=True, help="Samples an update.")
@click.option("--precision", type=click.Choice(list(PRECISIONS)), multiple=True, default=PRECISIONS, show_default=True)
@click.option(
    "--devices", type=int, multiple=True, default=(1,), show_default=True, help="CPUs taken as so many, or GPUs."
)
@click.option("--samples", type=int, default=400, show_default=True, help="Samples of a round.")
@click.option("--rounds", type=int, default=ROUNDS, show_default=True)
@recorded
def scale(
    width: tuple[int, ...],
    depth: tuple[int, ...],
    batch: tuple[int, ...],
    precision: tuple[str, ...],
    devices: tuple[int, ...],
    samples: int,
    rounds: int,
) -> list[Number]:
    """Time training on images of MNIST's size for every combination of the options, each in a process of its own.

    In double precision by equilibrium propagation with one nudged phase, in single by the adjoint. Beside it the two
    matrix products of each batch with every crossbar, in the same precision on the same devices. Joules are the
    circuit's, phases held for a microsecond, and the machine's where it counts them and they may be read.
    """
    printer, numbers, costs = Printer(terminal()), list[Number](), list[Cost]()
    for shape in grid(width, depth, batch, precision, devices):
        cost = bench_scale(shape, samples, rounds)
        costs.append(cost)
        numbers += [*timed(shape.name, (cost.training, cost.products), "ms a sample"), *_alone(cost)]
    printer.table(
        ["network", "us a sample", "its products", "ratio", "memory", "circuit's", "machine's"],
        [
            [
                cost.shape.name,
                f"{1e3 * cost.training.median:.0f}",
                f"{1e3 * cost.products.median:.0f}",
                f"{cost.times_products:.1f}",
                f"{cost.memory:.0f} MB",
                f"{cost.joules:.2g} J",
                "not counted" if cost.machine is None else f"{cost.machine:.2g} J",
            ]
            for cost in costs
        ],
        title=f"native, {rounds} paired rounds of {samples} samples",
    )
    for name, power in exponents(costs).items():
        printer.line(f"{name}: time grows as the width to the power of {power:.2f}")
        numbers.append(Number(f"growth with the width, {name}", "exponent", power))
    return numbers


def _alone(cost: Cost) -> list[Number]:
    """Return what was measured of a shape beside its times."""
    name = cost.shape.name
    numbers = [
        Number(f"{name}: training", "times its products", cost.times_products),
        Number(f"{name}: most memory", "MB", cost.memory),
        Number(f"{name}: the circuit", "J a sample", cost.joules),
    ]
    return numbers if cost.machine is None else [*numbers, Number(f"{name}: the machine", "J a sample", cost.machine)]


def _print_growth(printer: Printer, growth: Growth) -> None:
    columns = zip(growth.sizes, growth.batch_milliseconds, growth.milliseconds, strict=True)
    printer.line(f"\nnative on 784 inputs and 10 output pairs, {growth.fixed}:")
    printer.line(f"a batch takes as long as {growth.varied} to the power of {growth.exponent:.2f}")
    printer.table(
        [growth.varied, "ms a batch (median)", "ms a point"],
        [[str(size), f"{batch:.2f}", f"{point:.4f}"] for size, batch, point in columns],
    )
