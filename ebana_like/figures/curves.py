"""How did a training go, epoch by epoch? Loss, accuracy or R^2 of one run or of several over each other."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ebana_like.figures.svg import COLOURS, Picture, plain

History = Sequence[Mapping[str, float]]
"""One row an epoch: "epoch", and by part of the data "train_loss", "test_accuracy" and so on."""

PARTS = {"train": "-", "validation": "--", "test": ":"}
"""Parts of the data with the lines that stand for them where a colour stands for a run."""

LABELS = {"loss": "loss", "accuracy": "right answers (%)", "r2": "variance explained, R²"}


def curves(histories: Mapping[str, History], what: str) -> Picture:
    """Return one measure over the epochs of runs by name; of one run, each part of the data has a colour.

    what: "loss", "accuracy" or "r2".
    """
    picture = Picture(f"{what} over epochs")
    with picture as figure:
        draw_curves(figure.add_subplot(), histories, what)
    return picture


def compared(histories: Mapping[str, History]) -> Picture:
    """Return the curves of every measure that any of the runs has, side by side."""
    found = {column.partition("_")[2] for history in histories.values() for column in history[0]}
    measures = [what for what in LABELS if what in found]
    picture = Picture(f"{' and '.join(measures)} of {len(histories)} runs", width=4.8 * len(measures), height=3.6)
    with picture as figure:
        for axes, what in zip(figure.subplots(1, len(measures), squeeze=False)[0], measures, strict=True):
            draw_curves(axes, histories, what)
    return picture


def draw_curves(axes: Axes, histories: Mapping[str, History], what: str) -> None:
    """Draw one measure over the epochs; losses on a logarithmic axis, for they fall by decades."""
    drawn = [(run, part) for run, history in histories.items() for part in PARTS if f"{part}_{what}" in history[0]]
    runs = list(dict.fromkeys(run for run, _ in drawn))
    for run, part in drawn:
        history = histories[run]
        values = [row[f"{part}_{what}"] * (100 if what == "accuracy" else 1) for row in history]
        alone = len(histories) == 1
        axes.plot(
            [row["epoch"] for row in history],
            values,
            color=COLOURS[(list(PARTS).index(part) if alone else runs.index(run)) % len(COLOURS)],
            linestyle="-" if alone else PARTS[part],
            linewidth=1.3,
            marker="." if len(history) == 1 else "",
            label=plain(part if alone else f"{run}, {part}"),
        )
    if what == "loss" and all(row[f"{part}_{what}"] > 0 for run, part in drawn for row in histories[run]):
        axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_ylabel(LABELS[what])
    axes.legend(fontsize="small")
