"""What came of fitting a netlist? Losses, curves beside targets, and each value that moved, in the netlist's words."""

from itertools import groupby

import numpy as np

from ebana_like.analysis.trained import Trained
from ebana_like.circuit import Circuit
from ebana_like.data import RegressionDataset
from ebana_like.elements import FloatArray
from ebana_like.figures import NOTHING, Beside, agreement, drawn_netlist
from ebana_like.figures.fitted import POINTS, fitted_curve, moved, residuals, transfers
from ebana_like.fitting import FitSettings, NetlistSystem
from ebana_like.fitting.changes import Change, changes
from ebana_like.fitting.fit import columns_of
from ebana_like.fitting.ports import output_units
from ebana_like.pages.circuit_pictures import Drawn, pictured
from ebana_like.pages.fit_tables import change_table, compared, loss_table, sign
from ebana_like.pages.page import Section
from ebana_like.simulators import Simulator
from ebana_like.values import Values

MOST_DRAWN = 60
"""Values of one unit that are drawn."""

MOST_INPUTS = 8
"""Inputs over which an output is drawn."""


def fit_sections(trained: Trained, simulator: Simulator) -> list[Section]:
    """Return the sections of a report that only fitted netlists have."""
    system = trained.problem.system
    if not isinstance(system, NetlistSystem):
        return []
    values = trained.circuit.values()
    source = system.source
    files = (
        f"{source.kept} is the netlist as it came, {source.fitted} differs from it in the values below and in nothing "
        "else."
    )
    return [
        *pictured("Targets and answers", _curves(trained, simulator)),
        *pictured("Transfer curves", _transfers(trained, simulator)),
        Section(
            "Trained values",
            [files],
            pictures=[one.on_page() for one in _moved(system, values)],
            tables=[change_table(system, values), loss_table(compared(simulator, trained.problem, values))],
        ),
    ]


def as_drawn(trained: Trained) -> tuple[Circuit, Beside]:
    """Return the circuit of a run to be drawn: of a fitted netlist in its own names, with all that stands in it."""
    system, settings = trained.problem.system, trained.settings
    if not isinstance(system, NetlistSystem) or not isinstance(settings, FitSettings):
        return trained.circuit, NOTHING
    return drawn_netlist(system.fitted(trained.circuit.values()), system.source.path, settings)


def _curves(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return each output beside its targets: over the input where there is one, else over the targets."""
    which, data = trained.judged
    if not isinstance(data, RegressionDataset):
        return []
    problem, drawn = trained.problem, []
    volts, said = data.volts(), data.said(problem.cost, trained.scores(simulator, data.volts()))
    if volts.shape[1] > 1:
        for name, true, told in zip(data.classes, data.labels.T, said.T, strict=True):
            drawn.append(Drawn(name, f"{name}, {which} samples: answered over asked", agreement(true, told, name)))
            drawn.append(Drawn(f"{name}-residual", f"{name}: what is left of it", residuals(true, told, name)))
        return drawn
    along = np.linspace(volts.min(), volts.max(), POINTS)
    before, after = (
        data.said(problem.cost, simulator.solve(values, along[:, None]).scores)
        for values in (problem.start().values, trained.circuit.values())
    )
    units = output_units(trained.circuit)
    for k, name in enumerate(data.classes):
        curves = before[:, k], after[:, k], said[:, k]
        picture = fitted_curve(
            (volts[:, 0], along), data.labels[:, k], curves, (f"{_inputs(trained)[0]} (V)", f"{name} ({units[k]})")
        )
        drawn.append(Drawn(name, f"{name} over the input, {which} samples, and what is left of each", picture))
    return drawn


def _transfers(trained: Trained, simulator: Simulator) -> list[Drawn]:
    """Return the outputs over each input, the others at the middle of the samples; none for one input, drawn above."""
    volts = trained.problem.data.train.volts()
    count = volts.shape[1]
    if not 1 < count <= MOST_INPUTS:
        return []
    middle = np.median(volts, axis=0)
    lines: list[tuple[str, FloatArray, FloatArray]] = []
    for k, name in enumerate(_inputs(trained)):
        points = np.tile(middle, (POINTS, 1))
        points[:, k] = np.linspace(volts[:, k].min(), volts[:, k].max(), POINTS)
        lines.append((name, points[:, k], trained.scores(simulator, points)))
    names = [f"output {k}" for k in range(trained.circuit.outputs.count)]
    if len(trained.problem.data.train.classes) == len(names):
        names = list(trained.problem.data.train.classes)
    return [
        Drawn(
            name,
            f"{name} over each input, the others at their median",
            transfers([(label, along, scores[:, k]) for label, along, scores in lines], name),
        )
        for k, name in enumerate(names)
    ]


def _inputs(trained: Trained) -> list[str]:
    """Return the columns that the inputs carry."""
    settings = trained.settings
    return columns_of(settings)[0] if isinstance(settings, FitSettings) else []


def _moved(system: NetlistSystem, values: Values) -> list[Drawn]:
    """Return where values are in their ranges, those of one unit in one picture; the furthest moved where many are."""
    found = sorted(changes(system, values), key=lambda one: one.unit)
    drawn = []
    for unit, group in groupby(found, key=lambda one: one.unit):
        ones = list(group)
        shown = sorted(ones, key=_far, reverse=True)[:MOST_DRAWN]
        rows = [(one.name, one.before, one.now, one.low, one.high) for one in ones if one in shown]
        more = f"; the {MOST_DRAWN} that moved most of {len(ones)}" if len(ones) > MOST_DRAWN else ""
        caption = f"before (ring) and now (dot), orange at an end of the range{more}"
        drawn.append(Drawn(unit or "values", caption, moved(rows, sign(unit))))
    return drawn


def _far(change: Change) -> float:
    return abs(change.now - change.before) / (abs(change.before) or 1.0)
