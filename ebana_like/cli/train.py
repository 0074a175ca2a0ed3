"""`train-circuit TASK`: one command a task, with an option for every setting."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.arguments import Choice
from ebana_like.cli.dotted import DottedCommand
from ebana_like.errors import SettingError
from ebana_like.runs import (
    TrainingSettings,
    decode,
    load_config,
    require_files_allowed,
    settings_in,
    with_files_found,
)
from ebana_like.runs.settings import AnySettings
from ebana_like.tasks import Trainable

EXTRAS: list[click.Parameter] = [
    click.Option(["--verify"], type=int, default=0, help="Solve so many samples again in ngspice at the end."),
    click.Option(["--verify-epochs"], is_flag=True, help="Do so after every epoch too, in a simulator of its own."),
    click.Option(
        ["--export-levels"],
        metavar="N|SERIES",
        default="",
        help="Write the trained netlist once more, its conductances rounded to N evenly spaced ones, or to what can be "
        "bought (E24 ...; see `train-circuit values`, which trains on in between).",
    ),
    click.Option(["--tensorboard"], is_flag=True, help="Write the history for TensorBoard too, in RUN/tensorboard."),
]
"""Options of every command that trains. They are no settings: not a bit of what is learned depends on them."""


METAVARS = {int: "N", float: "X", str: "NAME", tuple[int, ...]: "N,N", tuple[float, ...]: "X,X"}
"""What help calls the value of a setting of each type."""


class OfCommand(Trainable, Protocol):
    """What has a command of its own. expect: what the default settings reach."""

    @property
    def expect(self) -> str: ...


def train_command(task: OfCommand) -> click.Command:
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
        ALLOW,
        *EXTRAS,
        *setting_options(type(task.settings), task.settings),
    ]
    return DottedCommand(
        task.command(task.settings)[-1],
        params=options,
        help=f"{task.summary[0].upper()}{task.summary[1:]}. Expect: {task.expect}.",
        short_help=task.summary,
        callback=lambda **given: run_task(task, **given),
    )


LONGEST_METAVAR = 60
"""Characters of choices that stand behind an option in its help; more are listed in its text, where lines break."""


def setting_options(kind: type[TrainingSettings], defaults: TrainingSettings | None = None) -> list[click.Parameter]:
    """Return an option for every setting of a kind, whose value comes as text; None where it is not given."""
    return [_option(entry, defaults and getattr(defaults, entry.name)) for entry in fields(kind)]


def given_settings(options: Mapping[str, str | None]) -> dict[str, str]:
    """Return the settings that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _option(entry: Any, default: Any) -> click.Option:
    name = f"--{entry.name.replace('_', '-')}"
    if entry.type is bool:
        return click.Option([name], flag_value="true", default=None, help=entry.metadata["help"])
    shown = ",".join(f"{part:g}" for part in default) if isinstance(default, tuple) else default
    choices = entry.metadata["choices"]
    many = len("|".join(choices)) > LONGEST_METAVAR
    return click.Option(
        [name],
        type=Choice(choices, entry.metadata["former"]) if choices else str,
        metavar="NAME" if many else None if choices else METAVARS[entry.type],
        help=entry.metadata["help"]
        + (f" One of {', '.join(choices)}." if many else "")
        + ("" if shown in (None, "") else f"  [default: {shown}]"),
    )


def run_task(
    task: OfCommand,
    out: Path,
    config: Path | None,
    verify: int,
    verify_epochs: bool,
    tensorboard: bool,
    export_levels: str,
    **given: str | None,
) -> None:
    """Train a task in a new run folder."""
    from ebana_like.cli.session import Extras, train_new
    from ebana_like.runs import create_run

    extras = Extras(verify, verify_epochs, tensorboard, export_levels)
    settings = task.settings
    if config is not None:
        settings = settings_in(load_config(config), "settings", settings, str(config))
        require_files_allowed(settings, config, given_settings(given))
    settings = ready(decode(given_settings(given), settings, "command line"))
    problem = task.problem(settings)
    train_new(task, problem, settings, lambda reduced: create_run(out, task.name, settings, reduced), extras)


def ready(settings: AnySettings) -> AnySettings:
    """Return settings whose files are found from everywhere. Raises SettingError where there is no such start."""
    if settings.start and not Path(settings.start).exists():
        raise SettingError(f"start is {settings.start}, which is not there; give a run folder or a netlist")
    return with_files_found(settings)
