"""`train-circuit TASK`: one command a task, with an option for every setting."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from ebana_like.analysis.answers import TRUTH_TABLE_ROWS, answer_table, answers
from ebana_like.analysis.verification import Verifier
from ebana_like.cli.display import Printer, TrainingDisplay, program, terminal
from ebana_like.tasks import Task, simulator_of
from ebana_like.training import (
    Interrupted,
    Problem,
    Progress,
    RunRecorder,
    Settings,
    create_run,
    decode,
    load_circuit,
    load_config,
    train,
)

INTERRUPTED = 130  # the exit status shells give to Ctrl-C


def train_command(task: Task) -> click.Command:
    """Return the command that trains a task."""
    options: list[click.Parameter] = [
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("runs"),
            show_default=True,
            help="Folder in which the run's folder is made.",
        ),
        click.Option(["--config"], type=click.Path(path_type=Path), help="TOML file of settings; options override it."),
        click.Option(
            ["--start"],
            type=click.Path(path_type=Path),
            help="Run folder or netlist whose conductances to go on from.",
        ),
        click.Option(["--verify"], type=int, default=0, help="Solve so many samples again in ngspice at the end."),
        click.Option(["--verify-epochs"], is_flag=True, help="Verify after every epoch too."),
        *(option(entry, getattr(task.settings, entry.name)) for entry in fields(Settings)),
    ]
    return click.Command(
        task.name,
        params=options,
        help=f"{task.summary[0].upper()}{task.summary[1:]}. Expect: {task.expect}.",
        short_help=task.summary,
        callback=lambda **given: run_task(task, **given),
    )


def option(entry: Any, default: Any) -> click.Option:
    """Return the option for one setting."""
    shown = ",".join(f"{part:g}" for part in default) if isinstance(default, tuple) else default
    choices = entry.metadata["choices"]
    return click.Option(
        [f"--{entry.name.replace('_', '-')}"],
        type=click.Choice(choices) if choices else str,
        metavar=None if choices else "VALUE",
        help=f"{entry.metadata['help']}  [default: {shown}]",
    )


def run_task(
    task: Task,
    out: Path,
    config: Path | None,
    start: Path | None,
    verify: int,
    verify_epochs: bool,
    **given: str | None,
) -> None:
    """Train, show, and say what was made and what to type next."""
    settings = task.settings
    if config is not None:
        table = load_config(config)
        settings = decode(table.get("settings", table), settings, str(config))
    settings = decode({name: value for name, value in given.items() if value is not None}, settings, "command line")
    problem = task.problem(settings, None if start is None else load_circuit(start).circuit)
    console = terminal()
    printer = Printer(console)
    printer.line(_headline(task, problem, settings))
    with simulator_of(problem.circuit, settings) as simulator:
        if simulator.reduced:
            printer.line("ngspice solves the circuit with its input crossbar reduced by Norton's theorem")
        run = create_run(out, task.name, settings, simulator.reduced)
        recorder = RunRecorder(run, task.name, problem, simulator)
        recorder.save(problem.start())
        verifiers = [Verifier(run, problem, simulator, verify, verify_epochs)] if verify else []
        try:
            with TrainingDisplay(problem, console) as display:
                progress = train(problem, simulator, callbacks=[recorder, *verifiers, display])
        except Interrupted as stopped:
            recorder.save(stopped.progress)
            printer.line(f"stopped in epoch {stopped.progress.epoch + 1}; the conductances are in {run.netlist}")
            printer.line(f"go on:    {program()} {task.name} --start {run.path}")
            raise SystemExit(INTERRUPTED) from None
        recorder.save(progress)
        for verifier in verifiers:
            found = verifier.verify(progress)
            printer.line(f"verified: ngspice differs by at most {found.deviation:.1e} V in {found.samples} samples")
        if len(problem.data.train) <= TRUTH_TABLE_ROWS:
            printer.show(answer_table(answers(simulator, progress.conductances, problem.data.train, problem.cost)))
    _farewell(printer, run.path, progress, recorder)


def _headline(task: Task, problem: Problem, settings: Settings) -> str:
    circuit = problem.circuit
    resistors = sum(map(len, circuit.trainable))
    return (
        f"{task.name}: {len(problem.data.train)} training samples, {len(circuit.nodes)} nodes, "
        f"{resistors} trainable resistors, {settings.engine}"
    )


def _farewell(printer: Printer, path: Path, progress: Progress, recorder: RunRecorder) -> None:
    records = recorder.records
    last = records[-1]
    seconds = sum(record.seconds for record in records)
    printer.line(
        f"trained {last.epoch} epochs in {seconds:.1f} s: loss {last.train.loss:.2e}, "
        f"train {last.train}" + (f", test {last.test}" if last.test else "")
    )
    printer.line(f"made:     {path}/  (netlist.cir, history.csv, config.toml)")
    printer.line(f"look:     {program()} inspect {path}")
    printer.line(f"report:   {program()} report {path}")
    printer.line(f"re-run:   ngspice -b {path}/netlist.cir")
