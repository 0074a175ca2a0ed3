"""What do tolerances do to a circuit? Tables for the terminal and the page that `train-circuit tolerance` writes."""

import numpy as np

from ebana_like.analysis.spread import SIGMAS
from ebana_like.analysis.tolerance import Found
from ebana_like.errors import counted
from ebana_like.figures.spread import copies_histogram, ranking
from ebana_like.pages.page import Page, PagePicture, PageTable, Section
from ebana_like.units import si

RANKED = 20
"""Elements that are ranked on the page."""

MOST_MEASURES = 12
"""Outputs that get a section of their own."""


def summary(found: Found) -> PageTable:
    """Return a row a measure: as written, over the copies, and the extremes, corners of all tolerances among them."""
    rows = []
    for k, (name, unit) in enumerate(found.measures):
        values = found.copies[:, k]
        values = values[np.isfinite(values)]
        middle = values.mean(), values.std(), *np.percentile(values, [1, 50, 99])
        numbers = (found.nominal[k], *middle, *found.corners[k])
        rows.append((name, *(_text(float(number), name, unit) for number in numbers)))
    heads = ("", "as written", "mean", "deviation", "1 %", "median", "99 %", "least", "most")
    return PageTable(f"{counted(len(found.copies), 'copy', 'copies')}, {_how(found)}", heads, rows)


def ranked(found: Found, measure: int, count: int) -> PageTable:
    """Return a row an element: by how much it alone moves a measure, and its share of the measure's variance."""
    name, unit = found.measures[measure]
    rows = [
        (element, _text(move, name, unit, "+"), f"{100 * share:.1f} %")
        for element, move, share in found.ranked(measure)[:count]
    ]
    return PageTable(f"what moves {_called(name)}", ("element", "by one tolerance", "of the variance"), rows)


def tolerance_page(found: Found) -> Page:
    """Return the page."""
    sections = [Section("Copies", [_explained(found)], tables=[summary(found)])]
    for k, (name, unit) in list(enumerate(found.measures))[:MOST_MEASURES]:
        label = f"{name} ({unit})" if unit else name
        pictures = []
        if np.ptp(found.copies[np.isfinite(found.copies[:, k]), k]) > 0:
            ends = (float(found.corners[k, 0]), float(found.corners[k, 1]))
            histogram = copies_histogram(found.copies[:, k], float(found.nominal[k]), ends, label)
            pictures.append(PagePicture(f"{name} of the copies", histogram.svg))
        tables = []
        if found.slopes[k].any():
            moves = [(element, move) for element, move, _ in found.ranked(k)[:RANKED]]
            pictures.append(PagePicture("each element moved by its tolerance alone", ranking(moves, label).svg))
            tables.append(ranked(found, k, found.spread.count))
        if pictures:
            sections.append(Section(name[0].upper() + name[1:], pictures=pictures, tables=tables))
    subject = found.subject
    return Page(
        f"{subject.title}: tolerances",
        f"{_how(found)}; solved for {subject.samples}",
        [
            (str(len(found.copies)), "copies"),
            (str(found.spread.count), "elements that differ"),
            *([(str(found.unsolved), "copies not solved")] if found.unsolved else []),
        ],
        [f"{counted(found.unsolved, 'copy has', 'copies have')} no operating point"] if found.unsolved else [],
        sections,
    )


def _explained(found: Found) -> str:
    normal = f"normally, its tolerance being {SIGMAS:g} standard deviations"
    width = "alike within its tolerance" if found.distribution == "uniform" else normal
    return (
        f"Every copy has each of {counted(found.spread.count, 'element')} moved by itself, {width}. The least and the "
        "most are the furthest found, in the copies and at two corners: all elements moved by their whole tolerance, "
        "each to the side to which its slope, from the adjoint, says that the result moves. That is the worst case "
        "where results bend little within the tolerances. An output of several rows is off by what it differs in the "
        "row where it differs most."
    )


def _how(found: Found) -> str:
    return f"{found.distribution} within tolerances, seed {found.seed}"


def _called(name: str) -> str:
    return "the loss" if name == "loss" else name.removesuffix(", off by")


def _text(value: float, name: str, unit: str, sign: str = "") -> str:
    if name == "accuracy":
        return f"{100 * value:.4g} %"
    return si(value, unit, sign) if unit else f"{value:{sign}.4g}"
