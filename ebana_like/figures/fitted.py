"""How does a fitted circuit answer beside its targets, and how far did its values move?"""

from collections.abc import Sequence

import numpy as np

from ebana_like.elements import FloatArray
from ebana_like.figures.svg import BLUE, COLOURS, INK, ORANGE, Picture, plain

POINTS = 201
"""Along a curve."""

WIDE = 20
"""Ratio of the ends of a range from which it is drawn on a logarithmic axis."""


def fitted_curve(
    inputs: tuple[FloatArray, FloatArray],
    targets: FloatArray,
    curves: tuple[FloatArray, FloatArray, FloatArray],
    axes: tuple[str, str],
) -> Picture:
    """Return an output over the only input: targets, the curve before and after, and what is left below them.

    inputs: of the samples, (samples,), and along the curves, (points,). targets: (samples,).
    curves: before and after along the curves, (points,), and after at the samples, (samples,). axes: their labels.
    """
    (samples, along), (before, after, said) = inputs, curves
    picture = Picture(f"{axes[1]}: targets, before and after", height=3.6)
    with picture as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        upper.plot(along, before, color=INK, linewidth=0.8, linestyle="--", label="as it came")
        upper.plot(along, after, color=BLUE, label="fitted")
        upper.plot(samples, targets, ".", color=ORANGE, markersize=4, label="target")
        upper.set_ylabel(plain(axes[1]))
        upper.legend(fontsize="small")
        lower.axhline(0, color=INK, linewidth=0.6)
        lower.plot(samples, said - targets, ".", color=BLUE, markersize=4)
        lower.set_ylabel("residual (V)")
        lower.set_xlabel(plain(axes[0]))
    return picture


def residuals(targets: FloatArray, said: FloatArray, name: str) -> Picture:
    """Return what is left of each target, (samples,) each, over the target, volts."""
    picture = Picture(f"{name}: residuals over targets")
    with picture as figure:
        axes = figure.add_subplot()
        axes.axhline(0, color=INK, linewidth=0.6)
        axes.plot(targets, said - targets, ".", color=BLUE, markersize=4)
        axes.set_xlabel(f"{plain(name)}, target (V)")
        axes.set_ylabel("residual (V)")
    return picture


def transfers(along: Sequence[tuple[str, FloatArray, FloatArray]], name: str) -> Picture:
    """Return an output over each input, the others held: name, volts along it (points,), and the output there."""
    picture = Picture(f"{name} over each input")
    with picture as figure:
        axes = figure.add_subplot()
        for k, (label, volts, scores) in enumerate(along):
            axes.plot(volts, scores, color=COLOURS[k % len(COLOURS)], label=plain(label))
        axes.set_xlabel("input (V)")
        axes.set_ylabel(f"{plain(name)} (V)")
        axes.legend(fontsize="small")
    return picture


Moved = tuple[str, float, float, float, float]
"""A value's name, what it was and is, and the ends of its range."""


def moved(values: Sequence[Moved], unit: str) -> Picture:
    """Return where in their ranges values of one unit were and are; at an end they are orange."""
    picture = Picture(f"where values in {unit or 'no unit'} were and are", height=0.9 + 0.22 * len(values))
    with picture as figure:
        axes = figure.add_subplot()
        for row, (_, before, now, low, high) in enumerate(values):
            ends = [end for end in (low, high) if np.isfinite(end)]
            axes.plot(ends, [row] * len(ends), color=INK, linewidth=0.6, marker="|")
            axes.plot([before, now], [row, row], color=BLUE, linewidth=1.2, alpha=0.6)
            axes.plot(before, row, "o", color=INK, markersize=4, fillstyle="none")
            axes.plot(now, row, "o", color=ORANGE if now in (low, high) else BLUE, markersize=4)
        axes.set_yticks(range(len(values)), [plain(name) for name, *_ in values])
        axes.invert_yaxis()
        drawn = np.array([value for _, *numbers in values for value in numbers if np.isfinite(value)])
        if drawn.min() > 0 and drawn.max() > WIDE * drawn.min():
            axes.set_xscale("log")
        axes.set_xlabel(unit or "value")
    return picture
