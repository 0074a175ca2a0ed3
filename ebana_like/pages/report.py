"""What came out of a training? The page that `train-circuit report` writes."""

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from ebana_like.analysis.examples import examples_of
from ebana_like.analysis.joules import joules
from ebana_like.analysis.power import power_of_sample
from ebana_like.analysis.sample import training_sample
from ebana_like.analysis.trained import Trained, measure
from ebana_like.elements import Devices
from ebana_like.errors import counted
from ebana_like.figures import is_small
from ebana_like.files import Place
from ebana_like.fitting import NetlistSystem
from ebana_like.fitting.reach import unreached
from ebana_like.learning import Nudged
from ebana_like.pages.angles import angle_section
from ebana_like.pages.answers import answer_tables
from ebana_like.pages.circuit_pictures import heat_maps, histograms, pictured, schematic_section, transfers
from ebana_like.pages.energy import energy_table
from ebana_like.pages.fit import as_drawn, fit_sections
from ebana_like.pages.fit_tables import clamped
from ebana_like.pages.page import Page, PageTable, Section
from ebana_like.pages.run_pictures import accuracy, answered, boundary, loss
from ebana_like.pages.sensors import sensor_section
from ebana_like.pages.warnings import warnings
from ebana_like.runs import Settings, TrainingSettings, rates_of
from ebana_like.runs.not_ideal import not_ideal
from ebana_like.simulators import Simulator
from ebana_like.training.progress import in_words
from ebana_like.units import si

POWER_SAMPLES = 10
"""Training samples whose power is taken, evenly spaced."""


def report(trained: Trained, simulator: Simulator) -> Page:
    """Return the page of a run, its circuit solved again in `simulator`."""
    circuit, problem, history = trained.circuit, trained.problem, trained.history
    tables = answer_tables(simulator, circuit.values(), problem)
    own = fit_sections(trained, simulator)
    pictures = [*boundary(trained, simulator), *([] if own else answered(trained, simulator))]
    answers = [one.on_page() for one in pictures]
    power, drawn = _power(trained, simulator)
    curves = [one.on_page() for one in (*loss(trained, simulator), *accuracy(trained, simulator))]
    sections = [
        Section("What was trained", [_paragraph(trained)]),
        Section("Training", pictures=curves, tables=[_epochs(history)]),
        Section("Answers", pictures=answers, tables=tables),
        *(own or pictured("Conductances", [*histograms(circuit, trained.before), *heat_maps(circuit)])),
        *pictured("Neurons", transfers(circuit)),
        *angle_section(trained, simulator),
        *(schematic_section(*as_drawn(trained)) if is_small(circuit) else []),
        *power,
        *sensor_section(simulator, examples_of(circuit, problem, problem.batch, "", Place(trained.run.path))),
        Section("Settings", tables=[_settings(trained)]),
        _repeat(trained),
    ]
    which, _ = trained.judged
    said = tables[-1].rows[-1][-1]  # of the part that is judged: the last one there is
    return Page(
        f"{trained.task.called(trained.settings)}: {trained.task.summary}",
        f"{trained.run.path.resolve().name}, trained on {trained.about.get('date', 'an unknown day')}",
        [
            (said, f"{which} samples" if said.endswith("%") else f"on {which} samples"),
            (f"{_kept(trained)['train_loss']:.2e}", "training loss"),
            (str(len(history)), "epoch" if len(history) == 1 else "epochs"),
            (str(sum(len(parameter.value) for parameter in circuit.parameters.values())), "trained values"),
            *drawn,
        ],
        _warnings(trained, simulator),
        sections,
    )


def _warnings(trained: Trained, simulator: Simulator) -> list[str]:
    """Return what is odd, of a fitted netlist in its own words."""
    circuit, problem = trained.circuit, trained.problem
    free = training_sample(circuit, simulator, problem, 0).free
    if not isinstance(problem.system, NetlistSystem):
        return warnings(circuit, free)
    values = circuit.values()
    missed = [str(one) for one in unreached(problem, simulator)]
    return [*missed, *clamped(problem.system, values), *warnings(circuit, free, ranges=False)]


def _paragraph(trained: Trained) -> str:
    """Return what was trained, on what and how, and how it ended."""
    settings, data, history = trained.settings, trained.problem.data, trained.history
    held_out = ((data.validation, "to choose settings by"), (data.test, "to test on"))
    samples = ", ".join(
        [
            f"{counted(len(data.train), 'sample')} to learn from",
            *(f"{len(part)} {what}" for part, what in held_out if part),
        ]
    )
    rates = rates_of(settings) if isinstance(settings, Settings) else settings.lr
    rate = ", ".join(f"{rate:g}" for rate in rates)
    estimator, how = trained.problem.estimator, "the adjoint"
    if isinstance(estimator, Nudged):
        how = f"equilibrium propagation ({settings.estimator}, beta = {estimator.beta:g} S)"
    what = measure(history)
    first, last = history[0], _kept(trained)
    when = f"epoch {last['epoch']:.0f}, the best, which is kept" if trained.settings.keep == "best" else "the end"
    ends = [
        f"{part} {in_words(what, last[column])}"
        for part in ("train", "validation", "test")
        if (column := f"{part}_{what}") in last
    ]
    seconds = sum(row["seconds"] for row in history)
    took = f"{len(history)} of at most {counted(settings.epochs, 'epoch')} in {seconds:.1f} s"
    start = f", going on from {settings.start}" if settings.start else ""
    return (
        f"The task: {trained.task.summary}; {samples}. {_circuit(trained)}. It was trained by {how}, "
        f"with the {settings.cost.replace('-', ' ')} as cost, "
        f"updates by {settings.update} at rate {rate}, and {counted(settings.batch, 'sample')} a batch, solved by "
        f"{settings.engine}{start}.{_hardware(settings)} It took {took}. The training loss went from "
        f"{first['train_loss']:.2e} to {last['train_loss']:.2e}; "
        f"{'right answers' if what == 'accuracy' else 'variance explained'} in {when}: "
        f"{', '.join(ends)}."
    )


def _hardware(settings: TrainingSettings) -> str:
    """Return a sentence about what was not ideal; empty where all was."""
    found = "; ".join(not_ideal(settings))
    return f" {found[0].upper()}{found[1:]}." if found else ""


def _circuit(trained: Trained) -> str:
    """Return what the circuit has."""
    settings, circuit = trained.settings, trained.circuit
    inputs, outputs = counted(circuit.inputs.count, "input"), circuit.outputs.count
    values = sum(len(parameter.value) for parameter in circuit.parameters.values())
    if not isinstance(settings, Settings):
        elements = sum(map(len, circuit.banks))
        return (
            f"The circuit has {counted(len(circuit.nodes) - 1, 'node')}, {counted(elements, 'element')}, {inputs}, "
            f"{counted(outputs, 'output')}, and {counted(values, 'trained value')}"
        )
    neurons = f"{' and '.join(map(str, settings.hidden))} hidden neurons"
    if settings.windows:
        neurons = f"hidden neurons behind windows of {settings.windows} (channels x pixels / stride)"
    programmable = sum(len(bank) for bank in circuit.banks if bank.trainable)
    sharing = "" if programmable == values else f" that share {values} conductances"
    return (
        f"The circuit has {inputs}, {neurons} ({settings.diode} diodes, amplifiers of gain "
        f"{settings.gain:g}), {counted(outputs, 'output pair')}, and {programmable} programmable resistors{sharing} of "
        f"{si(settings.g_low, 'S')} to {si(settings.g_high, 'S')}"
    )


def _kept(trained: Trained) -> dict[str, float]:
    """Return the history's row of the epoch whose values the netlist holds."""
    history = trained.history
    if trained.settings.keep != "best":
        return history[-1]
    judged = "validation" if "validation_loss" in history[0] else "train"
    return min(history, key=lambda row: row[f"{judged}_loss"])


def _epochs(history: list[dict[str, float]]) -> PageTable:
    """Return the first, the best and the last epoch; the best one by what is not learned from, where there is any."""
    judged = next(part for part in ("validation", "test", "train") if f"{part}_loss" in history[0])
    best = min(history, key=lambda row: row[f"{judged}_loss"])
    columns = [name for name in history[0] if name.endswith(("_loss", "_accuracy", "_r2"))]
    rows = [
        (when, f"{row['epoch']:.0f}", *(f"{row[name]:.3g}" for name in columns), f"{row['seconds']:.3g}")
        for when, row in (("first", history[0]), (f"least {judged} loss", best), ("last", history[-1]))
    ]
    return PageTable("", ("", "epoch", *(name.replace("_", " ") for name in columns), "seconds"), rows)


def _power(trained: Trained, simulator: Simulator) -> tuple[list[Section], list[tuple[str, str]]]:
    """Return what holding an operating point draws, over some training samples, and the mean of it as a fact.

    Nothing of circuits with transistors, what flows in which only SPICE knows.
    """
    if trained.circuit.of_kind(Devices):
        return [], []
    examples = examples_of(trained.circuit, trained.problem, POWER_SAMPLES, "", Place(trained.run.path))
    points = [power_of_sample(simulator, examples, k) for k in range(len(examples.features))]
    kinds = {kind: np.array([free.by_kind()[kind] for free, _ in points]) for kind in points[0][0].by_kind()}
    rows = [
        (kind, *(si(float(value), "W", "+") for value in (watts.mean(), watts.min(), watts.max())))
        for kind, watts in kinds.items()
    ]
    mean = float(np.mean([free.drawn for free, _ in points]))
    text = f"Over {len(points)} training samples: what goes into each kind of element; below zero it delivers."
    phases = points[0][1].phases
    if phases:
        nudged = float(np.mean([nudging.drawn for _, nudging in points]))
        text += f" A training step adds {phases} nudged phases of {si(nudged, 'W')} each to a free one."
    table = PageTable("", ("elements", "mean", "least", "most"), rows)
    energy = energy_table(joules(trained.circuit, points, trained.problem.batch))
    return [Section("Power", [text], tables=[table, energy])], [(si(mean, "W"), "drawn by an inference")]


def _settings(trained: Trained) -> PageTable:
    """Return every setting, and the task's default where it is another."""
    rows = []
    for entry in fields(trained.settings):
        value, default = (_text(getattr(of, entry.name)) for of in (trained.settings, trained.task.settings))
        rows.append((entry.name, value, "" if value == default else default, entry.metadata["help"]))
    return PageTable("", ("setting", "value", "default, where another", "what it is"), rows)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _repeat(trained: Trained) -> Section:
    path, about = trained.run.path, trained.about
    command = trained.task.command(trained.settings)
    config = shlex.join(["train-circuit", *command, "--config", str(path / "config.toml")])
    versions: Mapping[str, str] = about.get("versions", {})
    return Section(
        "How to repeat it",
        [
            "The settings hold every seed: the same command gives the same circuit. ngspice runs the netlist alone.",
            "Made with " + ", ".join(f"{name} {number}" for name, number in versions.items()) + ".",
        ],
        [config, shlex.join(["ngspice", "-b", str(trained.run.netlist)])],
    )
