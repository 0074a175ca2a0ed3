"""How many seeds of each setting converged, and how soon? The sweep's table and its map."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ebana_like.drawing import Figure, save_figure
from ebana_like.sweeps.folder import DONE, CellResult
from ebana_like.sweeps.goal import Goal
from ebana_like.sweeps.grid import SEED, Axis, Grid


@dataclass(frozen=True)
class Group:
    """Cells that differ in their seed only.

    point: where they stand on the axes other than the seed.
    trainings: finished ones, failed ones included. failed: those without an end. converged: those that met the goal.
    median_epochs: until the goal, over those that converged; NaN where none did.
    final: median over the cells that are done of what their last epoch measured, by column.
    """

    point: tuple[str, ...]
    trainings: int
    failed: int
    converged: int
    median_epochs: float
    final: dict[str, float]


def axes_of(grid: Grid) -> tuple[Axis, ...]:
    """Return the axes other than the seed."""
    return tuple(axis for axis in grid.axes if axis.setting != SEED)


def summarise(grid: Grid, results: Iterable[CellResult], goal: Goal) -> list[Group]:
    """Return the groups in which there are results, in the order of the grid."""
    kept = [k for k, axis in enumerate(grid.axes) if axis.setting != SEED]
    members: dict[tuple[str, ...], list[CellResult]] = {}
    for result in results:
        members.setdefault(tuple(result.cell.point[k] for k in kept), []).append(result)
    points = product(*(axis.points for axis in axes_of(grid)))
    return [_group(point, members[point], goal) for point in points if point in members]


def _group(point: tuple[str, ...], members: list[CellResult], goal: Goal) -> Group:
    done = [result for result in members if result.status == DONE]
    epochs = [epoch for result in done if (epoch := goal.reached(result.history)) is not None]
    measured = [name for name in done[0].history[-1] if name.endswith(("_loss", "_accuracy"))] if done else []
    return Group(
        point,
        len(members),
        len(members) - len(done),
        len(epochs),
        float(np.median(epochs)) if epochs else float("nan"),
        {name: float(np.median([result.history[-1][name] for result in done])) for name in measured},
    )


def plot_map(grid: Grid, groups: list[Group], goal: Goal, path: Path) -> None:
    """Save heat maps over the first two axes: share of seeds converged, and median epochs until then.

    Every combination of values of further axes has a row of its own.
    """
    columns, rows, *further = (*axes_of(grid), Axis("", ("",)), Axis("", ("",)))
    further = [axis for axis in further if axis.setting]
    panels = list(product(*(axis.points for axis in further)))
    size = (2 * (1.6 + 0.55 * len(columns.points)), len(panels) * (1.5 + 0.4 * len(rows.points)))
    figure = Figure(figsize=size, layout="constrained")
    of_point = {group.point: group for group in groups}
    limit = max((group.median_epochs for group in groups if group.converged), default=1.0)
    for panel, pair in zip(panels, figure.subplots(len(panels), 2, squeeze=False), strict=True):
        share = np.full((len(rows.points), len(columns.points)), np.nan)
        epochs = share.copy()
        for (i, row), (j, column) in product(enumerate(rows.points), enumerate(columns.points)):
            group = of_point.get((*filter(None, (column, row)), *panel))
            if group is not None:
                share[i, j], epochs[i, j] = group.converged / group.trainings, group.median_epochs
        where = ", ".join(f"{axis.setting} {value}" for axis, value in zip(further, panel, strict=True))
        _heat_map(pair[0], share, columns, rows, f"share with {goal}", where, cmap="viridis", vmin=0, vmax=1)
        _heat_map(pair[1], epochs, columns, rows, "median epochs until then", where, cmap="magma_r", vmin=0, vmax=limit)
    save_figure(figure, path, path.parent)


def _heat_map(axes: Any, values: Any, columns: Axis, rows: Axis, title: str, where: str, **colours: Any) -> None:
    image = axes.imshow(values, origin="lower", aspect="auto", **colours)
    axes.set_title("\n".join(filter(None, (title, where))), fontsize="medium")
    axes.set_xlabel(columns.setting)
    axes.set_ylabel(rows.setting)
    axes.set_xticks(range(len(columns.points)), columns.points, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(rows.points)), rows.points)
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            shade = image.cmap(image.norm(value))[:3]
            dark = np.dot(shade, (0.299, 0.587, 0.114)) < 0.5  # luma of ITU-R BT.601
            axes.text(j, i, f"{value:.3g}", ha="center", va="center", color="white" if dark else "black", fontsize=8)
