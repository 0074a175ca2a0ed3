"""Where does a run go on? At its newest whole checkpoint, if that belongs to the settings and the data given now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ebana_like.errors import RunError, SettingError
from ebana_like.learning.schedules.catalog import ends_with_training
from ebana_like.runs.checkpoint import Checkpoint
from ebana_like.runs.config import as_table, decode
from ebana_like.runs.run import CONFIG, versions
from ebana_like.runs.settings import AnySettings, TrainingSettings
from ebana_like.training.problem import Problem
from ebana_like.training.progress import Progress

MAY_CHANGE = ("epochs", "data")
"""Settings that the command line may change: how long to train, and where the same data now lies."""


def about(task: str, settings: TrainingSettings, problem: Problem) -> dict[str, Any]:
    """Return what a checkpoint says of the training it belongs to."""
    return {
        "task": task,
        "settings": as_table(settings),
        "data": problem.data.fingerprint(),
        "versions": versions(),
    }


def agreed_settings(config: AnySettings, checkpoint: Checkpoint | None, given: Mapping[str, str]) -> AnySettings:
    """Return the settings to go on with.

    config: those in the run's config file. given: what the command line says, as text.
    Raises SettingError, showing both values, where two of the three differ in more than they may.
    """
    wanted = decode(given, config, "command line")
    changed = {name: getattr(wanted, name) for name in MAY_CHANGE if name in given}
    _require_same(replace(config, **changed), CONFIG, wanted, "on the command line")
    if checkpoint is not None:
        stored = decode(checkpoint.about["settings"], type(config)(), "checkpoint")
        _require_same(replace(stored, **changed), "the checkpoint", wanted, f"in {CONFIG}")
        if wanted.epochs < checkpoint.progress.epoch:
            raise SettingError(
                f"epochs is {wanted.epochs}, but the run has learned for {checkpoint.progress.epoch} already; give "
                "more, or leave it out"
            )
        if wanted.epochs != stored.epochs and ends_with_training(wanted.schedule, wanted.schedule_options):
            raise SettingError(
                f"epochs is {stored.epochs} in the checkpoint and {wanted.epochs} on the command line, but the "
                f"{wanted.schedule} schedule of this run ends with its last epoch; begin a new run with --start"
            )
    return wanted


def progress_of(
    checkpoint: Checkpoint, task: str, settings: TrainingSettings, problem: Problem, warn: Callable[[str], None]
) -> Progress:
    """Return the progress of a checkpoint that belongs to a problem.

    warn: called with a line when versions have changed, for last bits may then differ from an unbroken run.
    Raises RunError where the checkpoint is of another task or of other data.
    """
    stored, now = checkpoint.about, about(task, settings, problem)
    if stored["task"] != task:
        raise RunError(f'the checkpoint is of the task "{stored["task"]}", but {CONFIG} says "{task}"; put that back')
    if stored["data"] != now["data"]:
        raise RunError(
            f"the data of {task} are not those the run began with (checksum {now['data'][:12]}, was "
            f"{stored['data'][:12]}); put them back, or begin a new run"
        )
    changed = [
        f"{name} {version} (now {now['versions'].get(name)})"
        for name, version in stored["versions"].items()
        if version != now["versions"].get(name)
    ]
    if changed:
        warn(f"the run began with {', '.join(changed)}; the last digits may differ from those of an unbroken run")
    progress = checkpoint.progress
    try:
        return replace(progress, update_state=problem.update.recalled(problem.system.parameters, progress.update_state))
    except SettingError as error:
        raise RunError(f"the checkpoint cannot be gone on from: {error}") from error


def _require_same(stored: TrainingSettings, stored_in: str, given: TrainingSettings, given_in: str) -> None:
    """Raise SettingError, showing both values, where two origins of settings differ."""
    before, now = as_table(stored), as_table(given)
    differing = [
        f"{name} is {before[name]} in {stored_in} and {now[name]} {given_in}"
        for name in before
        if before[name] != now[name]
    ]
    if differing:
        raise SettingError(
            f"{'; '.join(differing)}. A run goes on with the settings it began with: put them back, or begin a new "
            "run from its conductances with --start"
        )
