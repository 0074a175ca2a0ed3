"""What does a circuit answer between its samples, where it has two inputs? A map, with the samples in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap

from ebana_like.drawing import Figure
from ebana_like.elements import FloatArray, IntArray
from ebana_like.figures.svg import BLUE, COLOURS, ORANGE, Picture, plain

GRID = 81
"""Points along each side of the map."""

MARGIN = 1.15
"""How much further than the samples the map reaches."""


@dataclass(frozen=True, eq=False)
class Plane:
    """Points on a square grid around samples of two features.

    first, second: voltages of the two inputs along the sides, (GRID,).
    """

    first: FloatArray
    second: FloatArray

    @classmethod
    def around(cls, features: FloatArray) -> "Plane":
        """Return the plane around samples (samples, 2), volts."""
        middle = (features.max(axis=0) + features.min(axis=0)) / 2
        half = MARGIN * np.ptp(features, axis=0) / 2
        half = np.where(half > 0, half, 1.0)
        first, second = np.linspace(middle - half, middle + half, GRID).T
        return cls(first, second)

    @property
    def points(self) -> FloatArray:
        """The grid's points as features, (GRID * GRID, 2), volts; the first input changes fastest."""
        return np.stack(np.meshgrid(self.first, self.second), axis=-1).reshape(-1, 2)


def score_map(
    plane: Plane, scores: FloatArray, border: float, features: FloatArray, labels: IntArray, names: Sequence[str]
) -> Picture:
    """Return the score of one output over the plane, with the border between its two answers.

    scores: at the plane's points, volts. border: score between the answers.
    features, labels: of samples, (samples, 2), volts, and (samples,), 0 or 1. names: of the two answers.
    """
    field = scores.reshape(GRID, GRID)
    reach = float(np.nanmax(np.abs(field - border))) or 1.0
    picture = Picture(f"score over the plane of inputs: {' or '.join(names)}", height=3.4)
    with picture as figure:
        image = _axes(figure).pcolormesh(
            plane.first, plane.second, field, cmap="PuOr", vmin=border - reach, vmax=border + reach, rasterized=True
        )
        axes = figure.axes[0]
        if np.nanmin(field) < border < np.nanmax(field):
            axes.contour(plane.first, plane.second, field, levels=[border], colors="#333333", linewidths=1.2)
        for value, colour in enumerate((ORANGE, BLUE)):
            _samples(axes, features[labels == value], colour, names[value])
        axes.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
        bar = figure.colorbar(image)
        bar.outline.set_visible(False)
        bar.set_label("score (V)")
    return picture


def class_map(plane: Plane, said: IntArray, features: FloatArray, labels: IntArray, classes: Sequence[str]) -> Picture:
    """Return which of several classes is answered over the plane.

    said: classes at the plane's points. features, labels: of samples, (samples, 2), volts, and (samples,).
    """
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(classes))]
    picture = Picture("classes over the plane of inputs", height=3.4)
    with picture as figure:
        _axes(figure).pcolormesh(
            plane.first,
            plane.second,
            said.reshape(GRID, GRID),
            cmap=ListedColormap(colours),
            vmin=-0.5,
            vmax=len(classes) - 0.5,
            alpha=0.35,
            rasterized=True,
        )
        for k, name in enumerate(classes):
            _samples(figure.axes[0], features[labels == k], colours[k], name)
        figure.axes[0].legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0)
    return picture


def _axes(figure: Figure) -> Any:
    axes = figure.add_subplot()
    axes.set_xlabel("input 0 (V)")
    axes.set_ylabel("input 1 (V)")
    axes.set_aspect("equal", adjustable="box")
    return axes


def _samples(axes: Any, features: FloatArray, colour: str, name: str) -> None:
    size = 60 if len(features) <= 50 else 14
    axes.scatter(
        *features.T, s=size, color=colour, edgecolors="white", linewidths=1.0 if size > 20 else 0.4, label=plain(name)
    )
