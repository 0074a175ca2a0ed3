"""What does a circuit answer to the rows of a table, at which node voltages? For runs, and anybody's netlist."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebana_like.analysis.subject import Subject, subject_of
from ebana_like.data import RegressionDataset
from ebana_like.elements import FloatArray
from ebana_like.errors import SettingError
from ebana_like.simulators import simulator
from ebana_like.training.loop import SAMPLES_AT_ONCE


@dataclass(frozen=True, eq=False)
class NodeVoltages:
    """Node voltages of samples.

    nodes: their names, as the netlist's own author has them, without ground.
    volts: (samples, nodes); NaN in the rows of samples that were not solved.
    rows: where each sample stands in the table, as an editor numbers lines; empty where there is none.
    unsolved: why, by sample. notes: what should be known of points that were solved, as that one is unstable.
    """

    nodes: tuple[str, ...]
    volts: FloatArray
    rows: tuple[int, ...]
    unsolved: Mapping[int, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a circuit says to samples.

    outputs: names of the scores. scores: (samples, outputs), volts; NaN in the rows of samples that were not solved.
    quantities: what the scores stand for, (samples, outputs), where a run tells quantities, else None.
    answers: in words, by sample; empty where nothing tells what scores stand for, and an empty word where not solved.
    labels: what the table says is right, in words; empty where it does not.
    measure, value: how good the answers are: "accuracy", a share, or "r2"; empty and NaN where there are no labels.
    rows: where each sample stands in the table, as an editor numbers lines.
    unsolved: why samples were not solved, by sample. notes: as those of `NodeVoltages`.
    """

    outputs: tuple[str, ...]
    scores: FloatArray
    quantities: FloatArray | None
    answers: tuple[str, ...]
    labels: tuple[str, ...]
    measure: str
    value: float
    rows: tuple[int, ...]
    unsolved: Mapping[int, str]
    notes: tuple[str, ...] = ()


def node_voltages(path: Path | str, data: Path | str | None = None, inputs: str = "", engine: str = "") -> NodeVoltages:
    """Return the node voltages of a run folder or a netlist.

    data: a CSV file of samples; the operating point as the netlist stands unless given. Its columns are the features
        the run was trained on, in their own units; for a netlist they are volts of its inputs.
    inputs: which columns go where: for a netlist from elsewhere v1=x,-v2=x as for `fit`, else the columns' names in the
        order of the features. Unless given, columns of a netlist from elsewhere carry the names of its sources.
    engine: native or ngspice; the one the run was trained with, or ngspice for a netlist, unless given.

    Raises SettingError, NetlistError, RunError or SimulatorError with what does not fit.
    """
    subject = subject_of(Path(path), data, inputs, "", engine)
    volts, unsolved, notes = _solved(subject)
    return NodeVoltages(subject.nodes[1:], volts[:, 1:], subject.rows, unsolved, notes)


def predict(path: Path | str, data: Path | str, inputs: str = "", outputs: str = "", engine: str = "") -> Predictions:
    """Return what a run folder or a netlist answers to the samples of a CSV file.

    outputs: nodes, or pairs as in a-b, of a netlist from elsewhere; otherwise arguments and errors as `node_voltages`.
    Columns of a run's table beside its features are what is right: see `Predictions.labels`.
    """
    subject = subject_of(Path(path), data, inputs, outputs, engine)
    if not subject.circuit.outputs.count:
        raise SettingError(f"{path} is a netlist without outputs; say with --outputs at which nodes to read, as in a-b")
    volts, unsolved, notes = _solved(subject)
    scores = subject.circuit.outputs.scores(volts)
    asked = subject.asked
    if asked is None:
        return Predictions(subject.outputs, scores, None, (), (), "", np.nan, subject.rows, unsolved, notes)
    solved = [k for k in range(len(scores)) if k not in unsolved]
    said = asked.samples.said(asked.cost, scores)
    words = iter(asked.samples.names(said[solved]))
    answers = tuple("" if k in unsolved else next(words) for k in range(len(scores)))
    quantities = np.asarray(said) if isinstance(asked.samples, RegressionDataset) else None
    if not asked.labelled:
        return Predictions(subject.outputs, scores, quantities, answers, (), "", np.nan, subject.rows, unsolved, notes)
    credit = asked.samples.credit(asked.cost, slice(None), scores)[solved].sum() / len(scores)
    labels = tuple(asked.samples.names(asked.samples.labels))
    return Predictions(
        subject.outputs,
        scores,
        quantities,
        answers,
        labels,
        asked.samples.measure,
        float(credit),
        subject.rows,
        unsolved,
        notes,
    )


def _solved(subject: Subject) -> tuple[FloatArray, dict[int, str], tuple[str, ...]]:
    """Return node voltages (samples, nodes), why samples were not solved, and what to know of those that were."""
    values, volts = subject.circuit.values(), []
    unsolved: dict[int, str] = {}
    notes: dict[str, None] = dict.fromkeys(subject.notes)
    with simulator(subject.engine, subject.circuit) as engine:
        for first in range(0, len(subject.features), SAMPLES_AT_ONCE):
            points = engine.solve(values, subject.features[first : first + SAMPLES_AT_ONCE])
            volts.append(np.where(points.converged[0][:, None], points.voltages[0], np.nan))
            for k in np.flatnonzero(~points.converged[0]).tolist():
                unsolved[first + k] = points.messages.get(k, "no reason given")
            notes |= dict.fromkeys(words for k, words in points.messages.items() if first + k not in unsolved)
    return np.concatenate(volts), unsolved, tuple(notes)
