"""`train-circuit resume RUN`: go on where a run was interrupted, or train it longer."""

import shlex
from dataclasses import replace
from pathlib import Path

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.arguments import RUN
from ebana_like.cli.dotted import DottedCommand
from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.cli.session import Extras, headline, train_in
from ebana_like.cli.train import EXTRAS, given_settings, setting_options
from ebana_like.errors import counted
from ebana_like.files import locked, remove_temporaries
from ebana_like.runs import Run, Settings, agreed_settings, engine_of, load_newest, progress_of
from ebana_like.tasks import trained_in
from ebana_like.training import finished_by


def resume_run(
    path: Path, verify: int, verify_epochs: bool, tensorboard: bool, export_levels: str, **given: str | None
) -> None:
    """Go on at the newest whole checkpoint, unless another process trains in the run."""
    run, extras = Run(path), Extras(verify, verify_epochs, tensorboard, export_levels)
    run.config()
    with locked(path):
        _resume(run, extras, given_settings(given))


def _resume(run: Run, extras: Extras, given: dict[str, str]) -> None:
    printer = Printer(terminal())

    def warn(text: str) -> None:
        printer.line(f"warning: {text}")

    task = trained_in(run)
    config = run.settings(type(task.settings))
    checkpoint = load_newest(run.checkpoints, warn)
    settings = agreed_settings(config, checkpoint, given)
    run.require_files_allowed(settings, given=[*given, *([] if checkpoint is None else ["start"])])
    # a run without checkpoint begins with what its settings say, the others with the conductances they have reached
    problem = task.problem(settings if checkpoint is None else replace(settings, start=""), run.path)
    if checkpoint is None and run.history.exists():
        warn("there is no checkpoint to go on at; it begins again, with the first epoch")
    start = problem.start() if checkpoint is None else progress_of(checkpoint, task.name, settings, problem, warn)
    for folder in (run.path, run.checkpoints):
        remove_temporaries(folder, run.path)
    run.record(settings)
    printer.line(headline(task, problem, settings))
    if ended := finished_by(problem, start):
        longer = "train it longer with --epochs"
        if ended != "epochs":
            again = f"{program()} {shlex.join(task.command(settings))} --config {run.path}/config.toml"
            without = f"--start {run.path} --{ended.replace('_', '-')} 0"
            longer = f"{ended} ended it; train on from there without: {again} {without}"
        printer.line(f"nothing is left to do after {counted(start.epoch, 'epoch')}; {longer}")
    else:
        printer.line(
            f"goes on in epoch {start.epoch + 1} of {problem.epochs}, after {counted(start.steps, 'batch', 'batches')}"
        )
    with engine_of(problem, settings) as simulator:
        train_in(run, task, settings, problem, simulator, start, extras)


resume = DottedCommand(
    "resume",
    params=[
        ALLOW,
        click.Argument(["path"], metavar="RUN", type=RUN),
        *EXTRAS,
        *setting_options(Settings),
    ],
    help="Go on with an interrupted run; it ends with the same bits as if it had not been interrupted. A finished run "
    "is trained longer with --epochs. Other settings are those the run began with: giving another value is an error.",
    callback=resume_run,
)
