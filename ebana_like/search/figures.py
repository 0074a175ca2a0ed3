"""How did trials score, and what mattered? A picture of the shares, and one of every setting's slice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optuna.distributions import CategoricalDistribution

from ebana_like.drawing import Figure, save_figure
from ebana_like.search.folder import SearchFolder, Trial
from ebana_like.search.trial import DONE, FAILED

BLUE, ORANGE, GREY = "#3b6ea5", "#c0702a", "#9a9a9a"

COLUMNS = 3


def plot_importances(shares: Mapping[str, float], path: Path) -> None:
    """Save what share of the scores' variance each setting explains."""
    figure = Figure(figsize=(6, 0.9 + 0.35 * len(shares)), layout="constrained")
    axes = figure.subplots()
    names = list(shares)[::-1]
    bars = axes.barh(names, [100 * shares[name] for name in names], color=BLUE)
    axes.bar_label(bars, fmt="%.0f %%", padding=3)
    axes.set(xlabel="share of the scores' variance (%)", xlim=(0, 112), title="what mattered")
    axes.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path, path.parent)


def plot_slices(folder: SearchFolder, path: Path) -> None:
    """Save the scores of trials over each setting; those that were pruned at the score they had come to."""
    dimensions, best = folder.space.dimensions, folder.best
    shown = [trial for trial in folder.ended.values() if trial.scored.scores and trial.scored.status != FAILED]
    columns = min(COLUMNS, len(dimensions))
    rows = -(-len(dimensions) // columns)
    figure = Figure(figsize=(3.6 * columns, 0.4 + 2.6 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).flat
    for axes, (name, dimension) in zip(panels, dimensions.items(), strict=False):
        _draw(axes, name, [trial for trial in shown if trial.scored.status != DONE], "x", GREY, "pruned")
        _draw(axes, name, [trial for trial in shown if trial.scored.status == DONE], "o", BLUE, "done")
        if best is not None:
            _draw(axes, name, [best], "*", ORANGE, "best", size=120)
        axes.set_xlabel(name)
        if getattr(dimension, "log", False):
            axes.set_xscale("log")
        if isinstance(dimension, CategoricalDistribution):
            axes.margins(x=0.3)
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(f"validation {shown[0].scored.measure}" if shown else "")
    for axes in panels:
        axes.set_visible(False)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    save_figure(figure, path, path.parent)


def _draw(axes: Any, name: str, trials: list[Trial], marker: str, colour: str, label: str, size: float = 28) -> None:
    scores = [trial.scored.value if trial.scored.status == DONE else trial.scored.scores[-1] for trial in trials]
    values = [trial.point[name] for trial in trials]
    axes.scatter(
        values, scores, size, colour, marker=marker, label=label, linewidths=1, zorder=3 if marker == "*" else 2
    )
