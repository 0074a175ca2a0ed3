"""`train-circuit search`: which settings answer validation samples best?"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ebana_like.cli.allow import ALLOW
from ebana_like.cli.clusters import Bar, cluster_of, cluster_options, going_on
from ebana_like.cli.dotted import DottedCommand
from ebana_like.cli.printer import Printer, program, terminal
from ebana_like.cli.train import given_settings, setting_options
from ebana_like.cluster import Cluster
from ebana_like.errors import SettingError, counted
from ebana_like.runs import Settings, decode, load_config, require_files_allowed, settings_in
from ebana_like.tasks import TASKS

if TYPE_CHECKING:
    from ebana_like.search import SearchFolder, Trial

SHARE = 0.2
"""Of the samples, set aside for validation where nothing else is said."""

LISTED = 5
"""Trials that are shown in the end."""


def search_task(
    task: str,
    space: Path,
    trials: int,
    out: Path | None,
    config: Path | None,
    workers: int,
    cluster: str,
    **given: str | None,
) -> None:
    """Run the trials that are missing, and show what came of all."""
    from ebana_like.search import load_space, open_search, plot_importances, plot_slices

    printer = Printer(terminal())
    on = cluster_of(workers, cluster, printer)
    told = given_settings(given)
    among = load_space(space, _base(task, config, told))
    looked_for = {name.partition(".")[0] for name in among.dimensions}
    if twice := sorted(looked_for & told.keys()):
        raise SettingError(f"{twice[0]} is given, and {space} searches it; leave one of the two out")
    with open_search(out or Path("runs", f"search-{task}"), task, among) as folder:
        _run(folder, trials, on, printer)
        best, made = folder.best, ["trials.csv", "trials.journal"]
        if best is None:
            printer.line(f"no trial was done; {folder.path}/trials.csv says why")
            return
        shares = _shown(folder, printer)
        plot_slices(folder, folder.path / "slices.svg")
        made.append("slices.svg")
        if shares:
            plot_importances(shares, folder.path / "importances.svg")
            made.append("importances.svg")
    printer.line(f"made:     {folder.path}/  ({', '.join(made)})")
    printer.line(f"train:    {_command(task, config, told, folder, best)}")


def _base(task: str, config: Path | None, told: dict[str, str]) -> Settings:
    """Return the settings over which those of trials stand, with samples set aside for validation."""
    settings = TASKS[task].settings
    if config is not None:
        settings = settings_in(load_config(config), "settings", settings, str(config))
        require_files_allowed(settings, config, told)
    settings = decode(told, settings, "command line")
    return settings if settings.validation else replace(settings, validation=SHARE)


def _run(folder: "SearchFolder", trials: int, on: Cluster, printer: Printer) -> None:
    """Run the trials that are missing. Raises SystemExit when interrupted, and ClusterError, saying how to go on."""
    from ebana_like.search import run_search

    space, done = folder.space, len(folder.ended)
    judged, epochs = f"{100 * space.base.validation:.3g} % of the samples", counted(space.base.epochs, "epoch")
    printer.prose(
        f"{folder.task}: {counted(trials, 'trial')} over {', '.join(space.dimensions)}, {done} of them ended; "
        f"judged by {judged}, {epochs} each, {on}"
    )
    with (
        going_on(lambda: f"{len(folder.ended)} of {trials} trials have ended", folder.path, printer) as stops,
        Bar("trial", max(trials, done), printer.console, done) as bar,
    ):

        def watch(trial: "Trial") -> None:
            best = folder.best
            bar.show(len(folder.ended), f"best {_ending(best)}" if best else "")
            text = f"trial {trial.number}: {_ending(trial)} ({_where(folder, trial)})"
            printer.prose(f"{len(folder.ended):>4} of {trials}  {text}")

        run_search(folder, trials, on, watch, [stops])


def _where(folder: "SearchFolder", trial: "Trial") -> str:
    return " ".join(f"{name} {text}" for name, text in folder.space.texts(trial.point).items())


def _ending(trial: "Trial") -> str:
    scored = trial.scored
    if scored.reason:
        return f"{scored.status}, {scored.reason}"
    from ebana_like.training.progress import MEASURES

    value = scored.value if scored.status == "done" else scored.scores[-1]
    score = f"{100 * value:.2f} %" if scored.measure == "accuracy" else f"{MEASURES[scored.measure]} {value:.4f}"
    return score if scored.status == "done" else f"{scored.status} after epoch {len(scored.scores)} with {score}"


def _shown(folder: "SearchFolder", printer: Printer) -> dict[str, float]:
    """Print the best trials and what mattered; return the shares of that."""
    from ebana_like.search import importances

    done = [trial for trial in folder.ended.values() if trial.scored.status == "done"]
    done.sort(key=lambda trial: (-trial.scored.value, trial.number))
    names = list(folder.space.texts(done[0].point))
    rows = [
        [str(each.number), _ending(each), *(folder.space.texts(each.point)[name] for name in names)]
        for each in done[:LISTED]
    ]
    printer.table(["trial", "validation", *names], rows, title="\nthe best trials")
    shares = importances(folder)
    if shares:
        table = [[name, f"{100 * share:.0f} %"] for name, share in shares.items()]
        printer.table(
            ["setting", "of the scores' variance"], table, title="\nwhat mattered, among trials that were done"
        )
    return shares


def _command(task: str, config: Path | None, told: dict[str, str], folder: "SearchFolder", best: "Trial") -> str:
    """Return the command that trains with the settings of a trial, on all samples but those of the test."""
    from ebana_like.search import best_command

    options = {name: text for name, text in told.items() if name != "validation"}
    words = [program(), task, *(["--config", str(config)] if config else [])]
    for name, text in options.items():
        words += [f"--{name.replace('_', '-')}", *([] if text == "true" else [text])]
    return best_command(words, folder, best)


search = DottedCommand(
    "search",
    params=[
        click.Argument(["task"], metavar="TASK", type=click.Choice(list(TASKS))),
        click.Option(
            ["--space"],
            type=click.Path(path_type=Path),
            required=True,
            help="TOML file: a range or a list of values each.",
        ),
        click.Option(["--trials"], type=click.IntRange(min=1), default=30, show_default=True, help="Trainings in all."),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of the search; the same command goes on in it.  [default: runs/search-TASK]",
        ),
        click.Option(["--config"], type=click.Path(path_type=Path), help="TOML file of settings; options override it."),
        ALLOW,
        *cluster_options("trials"),
        *(option for option in setting_options(Settings) if option.name != "workers"),
    ],
    help=f"""Look for the settings of TASK that answer validation samples best.

    Optuna proposes each trial from what came of those before it, and ends a training early whose score after an epoch
    is below the median of others. The test set is never looked at; where --validation does not say otherwise, a share
    of {SHARE} of the samples is set aside. Options are settings of all trials. A file such as

    \b
      lr = [{{low = 0.1, high = 10, log = true}}, {{low = 0.01, high = 1, log = true}}]
      update = ["sgd", "momentum"]
      hidden = [[100], [200]]

    says among which settings to look: any that `train-circuit TASK --help` lists. Stopped by Ctrl-C or by worse, the
    same command goes on; with one worker, trials depend on --seed alone.

    \b
      train-circuit search iris --space space.toml --trials 30 --workers 2
    """,
    callback=search_task,
)
