"""What is said of chips? How well they answer, as a table and a picture, and how far amplifiers spoil the gradient."""

import numpy as np

from ebana_like.analysis.chips import Chips, quantiles
from ebana_like.errors import counted
from ebana_like.figures.chips import chips_picture
from ebana_like.figures.svg import Picture
from ebana_like.pages.page import PageTable
from ebana_like.training import Evaluation
from ebana_like.training.progress import MEASURES

COLUMNS = ("mean", "worst", "10 %", "median", "90 %")


def chips_table(found: Chips) -> PageTable:
    """Return a row a measure and stage: the design itself, then mean and quantiles of the chips."""
    rows = []
    for k, what in enumerate((found.measure, "loss")):
        for stage, evaluations in found.stages().items():
            spread = quantiles(evaluations)
            cells = [_cell(found, float(spread[name][k]), k) for name in COLUMNS]
            rows.append((f"{MEASURES.get(what, what)}, {stage}", _cell(found, _pair(found.design)[k], k), *cells))
    learned = f"; learned: after {counted(found.retrain, 'epoch')} on the chip" if found.retrain else ""
    return PageTable(f"{counted(len(found.chips), 'chip')} as made{learned}", ("", "design", *COLUMNS), rows)


def defect_words(found: Chips) -> str:
    """Return how far equilibrium propagation's gradient may be off on the chips; empty where it is exact."""
    if not found.retrain or not found.defect:
        return ""
    if found.defect == np.inf:
        return "equilibrium propagation is not exact on these chips, whatever its weights"
    return (
        f"amplifiers side by side differ in A/B by a factor of up to {np.exp(found.defect):.2f}; of it the geometric "
        "mean is taken, and the gradient of equilibrium propagation is off by that much at most"
    )


def chips_drawn(found: Chips) -> Picture:
    """Return the picture of how well all chips answer."""
    scale, name = (100, "accuracy (%)") if found.measure == "accuracy" else (1, MEASURES[found.measure])
    stages = {
        stage: scale * np.array([each.accuracy for each in evaluations])
        for stage, evaluations in found.stages().items()
    }
    return chips_picture(stages, scale * found.design.accuracy, name)


def _pair(evaluation: Evaluation) -> tuple[float, float]:
    return evaluation.accuracy, evaluation.loss


def _cell(found: Chips, number: float, k: int) -> str:
    if k:
        return f"{number:.3g}"
    return f"{100 * number:.1f} %" if found.measure == "accuracy" else f"{number:.3f}"
