"""`train-circuit fit`: a netlist of one's own learns a table."""

from dataclasses import replace
from pathlib import Path

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.display import TrainingDisplay
from ebana_like.cli.netlists import READING
from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.cli.signals import Stops
from ebana_like.cli.train import given_settings, setting_options
from ebana_like.errors import counted
from ebana_like.files import append, require_file_or_nothing, write_atomically
from ebana_like.fitting import Fit, FitSettings, prepare
from ebana_like.runs import history_text, simulator_of
from ebana_like.training import Callback, EpochRecord, Interrupted, Progress, evaluate, train


class _History(Callback):
    """The callback that keeps the history beside the fitted netlist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_epoch(self, progress: Progress, record: EpochRecord) -> None:
        """Write one line more; the first one in place of an earlier history."""
        line = history_text([record], head=record.epoch == 1)
        if record.epoch == 1:
            write_atomically(self.path, line)
        else:
            append(self.path, line)


def _run(netlist: Path, out: Path | None, config: Path | None, **given: str | None) -> None:
    """Train, show, and say what was made and what to type next."""
    prepared = prepare(netlist, config, given_settings(given), "command line")
    out = out or netlist.with_name(f"{netlist.stem}_fitted{netlist.suffix}")
    require_file_or_nothing(out)  # before it trains
    history = _History(out.with_suffix(".csv"))
    problem, settings, console = prepared.problem, prepared.settings, terminal()
    printer = Printer(console)
    printer.line(
        f"{netlist}: {counted(len(problem.data.train), 'training sample')}, "
        f"{counted(len(problem.circuit.nodes) - 1, 'node')}, {counted(len(prepared.trained), 'trained value')}, "
        f"{settings.engine}, {settings.estimator}"
        + ("" if settings.estimator == "adjoint" else f" with beta {settings.beta:.3g} S")
    )
    with simulator_of(problem.circuit, settings) as simulator, Stops() as stops:
        try:
            with TrainingDisplay(problem, console, problem.start()) as display:
                progress = train(problem, simulator, callbacks=[history, display, stops])
        except Interrupted as stopped:
            _save(printer, replace(prepared, progress=stopped.progress), out)
            raise SystemExit(stops.status) from None
        parts = {"train": problem.data.train, "validation": problem.data.validation, "test": problem.data.test}
        rows = []
        for name, part in parts.items():
            if part is not None:
                before = evaluate(simulator, problem.start().values, part, problem.cost)
                after = evaluate(simulator, progress.values, part, problem.cost)
                losses = [f"{before.loss:.3e}", f"{after.loss:.3e}"]
                rows.append([name, str(len(part)), *losses, str(before), str(after)])
    printer.table(["data", "samples", "loss before", "and after", "answers before", "and after"], rows)
    _save(printer, replace(prepared, progress=progress), out)


def _save(printer: Printer, done: Fit, out: Path) -> None:
    done.save(out)
    printer.line(
        f"made:     {out}  ({done.path} with {counted(len(done.trained), 'value')} changed), {out.with_suffix('.csv')}"
    )
    printer.line(f"look:     diff {done.path} {out}")
    printer.line(f"on:       {program()} fit {out} ...")


fit = click.Command(
    "fit",
    params=[
        click.Argument(["netlist"], metavar="NETLIST", type=click.Path(path_type=Path, exists=True)),
        click.Option(
            ["--out"], type=click.Path(path_type=Path, dir_okay=False), help="File to write; NAME_fitted beside it."
        ),
        click.Option(["--config"], type=click.Path(path_type=Path), help="TOML file of settings; options override it."),
        ALLOW,
        *READING,
        *setting_options(FitSettings, FitSettings()),
    ],
    help="Train values of a SPICE netlist (KiCad, LTspice, PySpice ...) on a table.\n\n"
    "Settings may also stand in the netlist, as comment lines `* @fit inputs v1,v2`. The netlist written differs from "
    "the one read in the trained values alone.",
    callback=_run,
)
