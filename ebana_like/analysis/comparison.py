"""In what do runs differ: their settings, and how far they came?"""

from collections.abc import Mapping

from ebana_like.analysis.page import Table
from ebana_like.analysis.trained import measure
from ebana_like.training import Run, as_table

History = list[dict[str, float]]


def comparison(runs: Mapping[str, tuple[Run, History]]) -> Table:
    """Return a row a run: epochs, seconds, last and least training loss, what was last measured on each part, and the
    settings in which any two of the runs differ.
    """
    settings = {name: {"task": run.task(), **as_table(run.settings())} for name, (run, _) in runs.items()}
    first = next(iter(settings.values()))
    differ = [key for key in first if any(table[key] != first[key] for table in settings.values())]
    parts = [
        part for part in ("train", "validation", "test") if any(f"{part}_loss" in rows[0] for _, rows in runs.values())
    ]
    return Table(
        "",
        ("run", "epochs", "seconds", "last loss", "least", *parts, *differ),
        [
            (
                name,
                f"{history[-1]['epoch']:.0f}",
                f"{sum(row['seconds'] for row in history):.1f}",
                f"{history[-1]['train_loss']:.2e}",
                f"{min(row['train_loss'] for row in history):.2e}",
                *(_measured(history, part) for part in parts),
                *(_text(settings[name][key]) for key in differ),
            )
            for name, (_, history) in runs.items()
        ],
    )


def _measured(history: History, part: str) -> str:
    what = measure(history)
    value = history[-1].get(f"{part}_{what}")
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if what == "accuracy" else f"R² {value:.3f}"


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
