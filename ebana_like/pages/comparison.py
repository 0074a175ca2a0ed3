"""In what do runs differ: their settings, and how far they came?"""

from collections.abc import Mapping

from ebana_like.analysis.trained import measure
from ebana_like.pages.page import PageTable
from ebana_like.runs import Run, TrainingSettings, as_table
from ebana_like.tasks import trained_in
from ebana_like.training.progress import in_words

History = list[dict[str, float]]


def outcome_table(runs: Mapping[str, tuple[Run, History]]) -> PageTable:
    """Return a row a run: epochs, seconds, last and least training loss, and what was last measured on each part."""
    found = {column for _, history in runs.values() for column in history[0]}
    parts = [part for part in ("train", "validation", "test") if f"{part}_loss" in found]
    return PageTable(
        "",
        ("run", "epochs", "seconds", "last loss", "least loss", *parts),
        [
            (
                name,
                f"{history[-1]['epoch']:.0f}",
                f"{sum(row['seconds'] for row in history):.1f}",
                f"{history[-1]['train_loss']:.2e}",
                f"{min(row['train_loss'] for row in history):.2e}",
                *(_measured(history, part) for part in parts),
            )
            for name, (_, history) in runs.items()
        ],
    )


def difference_table(runs: Mapping[str, tuple[Run, History]]) -> PageTable:
    """Return a row a setting in which any two of the runs differ, a column a run; empty where they do not."""
    settings = [{"task": run.task(), **as_table(_settings(run))} for run, _ in runs.values()]
    keys = dict.fromkeys(key for table in settings for key in table)
    found = {key: [_text(table.get(key, "")) for table in settings] for key in keys}
    rows = [(key, *texts) for key, texts in found.items() if len(set(texts)) > 1]
    return PageTable("settings that differ", ("setting", *runs), rows)


def _settings(run: Run) -> TrainingSettings:
    return run.settings(type(trained_in(run).settings))


def _measured(history: History, part: str) -> str:
    what = measure(history)
    value = history[-1].get(f"{part}_{what}")
    if value is None:
        return ""
    return in_words(what, value)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
