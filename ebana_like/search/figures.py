"""How did trials score, and what mattered? A picture of the shares, and one of every setting's slice."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.ticker import LogLocator, NullFormatter
from optuna.distributions import CategoricalDistribution, IntDistribution

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
    axes.set(xlabel="share of the scores' variance (%)", xlim=(0, 115 * max(shares.values())), title="what mattered")
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
    for (name, dimension), axes in zip(dimensions.items(), panels, strict=False):
        listed = list(dimension.choices) if isinstance(dimension, CategoricalDistribution) else []
        for trials, marker, size, colour, label in (
            ([trial for trial in shown if trial.scored.status != DONE], "x", 28, GREY, "pruned"),
            ([trial for trial in shown if trial.scored.status == DONE], "o", 28, BLUE, "done"),
            ([best] if best is not None else [], "*", 120, ORANGE, "best"),
        ):
            values = [trial.point[name] for trial in trials]
            places = [listed.index(value) for value in values] if listed else values
            axes.scatter(places, list(map(_score, trials)), size, colour, marker=marker, label=label, linewidths=1)
        axes.set_xlabel(name)
        if getattr(dimension, "log", False):
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter(NullFormatter())
        elif isinstance(dimension, IntDistribution):
            axes.locator_params("x", integer=True)
        if listed:
            axes.set(xticks=range(len(listed)), xticklabels=listed, xlim=(-0.5, len(listed) - 0.5))
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(f"validation {shown[0].scored.measure}" if shown else "")
    for axes in panels:
        axes.set_visible(False)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
    save_figure(figure, path, path.parent)


def _score(trial: Trial) -> float:
    return trial.scored.value if trial.scored.status == DONE else trial.scored.scores[-1]
