"""Which circuit is a run or a netlist, and which samples is it to answer? Names, features in volts, what is right."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ebana_like.analysis.sample import present_features
from ebana_like.circuit import Circuit
from ebana_like.data import Dataset, MultilabelDataset, RegressionDataset
from ebana_like.data.table import Table, read_table
from ebana_like.elements import FloatArray, IntArray, VoltageSources
from ebana_like.errors import SettingError, counted
from ebana_like.fitting import FitSettings
from ebana_like.fitting.columns import columns, input_columns
from ebana_like.fitting.fit import columns_of
from ebana_like.fitting.ports import with_ports
from ebana_like.fitting.settings import noted
from ebana_like.learning import Cost
from ebana_like.netlist.deck import Deck, read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.spelling import spelling
from ebana_like.netlist.read import foreign_circuit, netlist_of
from ebana_like.runs import Run, Settings, TrainingSettings, cost_of, load_circuit
from ebana_like.simulators import ENGINES
from ebana_like.tasks import Trainable, trained_in


@dataclass(frozen=True, eq=False)
class Asked:
    """Samples of a run's own kind, features as volts, and the cost that tells what scores stand for."""

    samples: Dataset
    cost: Cost
    labelled: bool


@dataclass(frozen=True, eq=False)
class Subject:
    """A circuit with the samples to solve it for.

    nodes, outputs: as a person calls them. features: volts. notes: what should be known of them.
    """

    circuit: Circuit
    nodes: tuple[str, ...]
    outputs: tuple[str, ...]
    engine: str
    features: FloatArray
    rows: tuple[int, ...] = ()
    asked: Asked | None = None
    notes: tuple[str, ...] = ()


def subject_of(path: Path, data: Path | str | None, inputs: str, outputs: str, engine: str) -> Subject:
    """Return what a run or netlist is to be solved for; arguments and errors as those of `predict`."""
    engine = ENGINES.former.get(engine, engine)
    if engine and engine not in ENGINES:
        raise SettingError(f"engine is {engine!r}; choose one of {', '.join(ENGINES)}")
    table = None if data is None else read_table(str(data))
    rows = () if table is None else table.lines
    if path.is_dir():
        if outputs:
            raise SettingError(f"{path} is a run, whose outputs are known; leave out --outputs")
        return _of_run(path, table, inputs, engine)
    text, _ = read_text(path)
    deck = read_deck(text, str(path), path.parent)
    circuit = netlist_of(deck).circuit
    engine = engine or "ngspice"
    if circuit.inputs.count or circuit.outputs.count:
        if outputs:
            raise SettingError(f"{path} says itself what its outputs are; leave out --outputs")
        features = present_features(circuit)
        if table is not None:
            features = _columns(table, _named(table, inputs, circuit.inputs.count))
        return Subject(circuit, circuit.nodes, _pairs(circuit), engine, features, rows)
    notes = noted(deck, given=["data"])
    outputs = outputs or notes.outputs
    inputs = (inputs or notes.inputs or _by_name(circuit, deck, table)) if table is not None else ""
    circuit, _ = with_ports(foreign_circuit(deck), deck, inputs, outputs)
    features = np.zeros((1, 0))
    if table is not None:
        features = _columns(table, input_columns(table, inputs))
    called = spelling(deck, text).nodes
    nodes = tuple(called.get(node, node) for node in circuit.nodes)
    return Subject(circuit, nodes, tuple(output for output, _ in columns(outputs)), engine, features, rows)


def _of_run(path: Path, table: Table | None, inputs: str, engine: str) -> Subject:
    run = Run(path)
    task = trained_in(run)
    settings = replace(run.settings(type(task.settings)), start="")
    circuit, engine = load_circuit(path).circuit, engine or settings.engine
    if table is None:
        return Subject(circuit, circuit.nodes, _pairs(circuit), engine, present_features(circuit))
    run.require_files_allowed(settings, given=["start"])
    parts, cost = task.parts(settings), cost_of(settings)
    learned = parts.train
    names, right = _features_and_labels(task, settings, table, inputs, learned)
    features = _columns(table, names)
    labels = _labels(table, right, learned) if right else np.zeros_like(learned.labels[[0] * len(features)])
    samples = replace(learned, features=features, labels=labels)

    def scaled_of(samples: Dataset) -> Dataset:
        scaled = task.scaled(replace(parts, validation=None, test=samples), settings).test
        assert scaled is not None
        return scaled

    scaled = scaled_of(samples)
    inside = np.clip(features, learned.features.min(axis=0), learned.features.max(axis=0))
    notes: tuple[str, ...] = ()
    beyond = np.argwhere(inside != features)
    if len(beyond) and np.array_equal(scaled_of(replace(samples, features=inside)).volts(), scaled.volts()):
        notes = (_clipped(beyond, features, learned.features, table, names),)
    several = scaled.outputs(cost) == len(scaled.classes)
    outputs = scaled.classes if several else (f"{scaled.classes[1]} over {scaled.classes[0]}",)
    return Subject(
        circuit,
        circuit.nodes,
        outputs,
        engine,
        scaled.volts(),
        table.lines,
        Asked(scaled, cost, labelled=bool(right)),
        notes,
    )


def _clipped(beyond: IntArray, features: FloatArray, learned: FloatArray, table: Table, names: list[str]) -> str:
    """Return what is to be known of features beyond all that the run has met: where the first is, and how many rows."""
    row, column = beyond[0].tolist()
    low, high, rows = learned[:, column].min(), learned[:, column].max(), len(np.unique(beyond[:, 0]))
    also = f", as others in {counted(rows - 1, 'row')}" if rows > 1 else ""
    return (
        f"row {table.lines[row]}: {names[column]} is {features[row, column]:g}, and the run learned from {low:g} to "
        f"{high:g}; it is taken for the end of that range{also}"
    )


def _features_and_labels(
    task: Trainable, settings: TrainingSettings, table: Table, inputs: str, learned: Dataset
) -> tuple[list[str], list[str]]:
    """Return the columns of a table that are the run's features, and those that say what is right, if there are any."""
    named = _columns_learned(task, settings)
    if named and not inputs:
        features, right = named
        for name in features:
            table.require(name, ", a feature of the run")
        return features, right if set(right) <= set(table.names) else []
    count = learned.features.shape[1]
    answers = learned.labels.shape[1] if learned.labels.ndim == 2 else 1
    if not inputs and len(table.names) == count + answers:
        return list(table.names[:count]), list(table.names[count:])
    features = _named(table, inputs, count, ", and behind them what is right, if you like")
    rest = [name for name in table.names if name not in features]
    return features, rest if len(rest) == answers else []


def _columns_learned(task: Trainable, settings: TrainingSettings) -> tuple[list[str], list[str]] | None:
    """Return the columns of the table that a run learned, features and what is right; None where it was no table."""
    if isinstance(settings, FitSettings):
        return columns_of(settings)
    if not (task.name == "csv" and isinstance(settings, Settings)):
        return None
    own = read_table(settings.data).names
    target = settings.target or own[-1]
    return [name for name in own if name != target], [target]


def _named(table: Table, inputs: str, count: int, more: str = "") -> list[str]:
    """Return the columns that are features, in order: those named, or all."""
    names = [word.strip() for word in inputs.split(",") if word.strip()] or list(table.names)
    if len(names) != count:
        came = "inputs names" if inputs else f"{table.path} has"
        raise SettingError(
            f"{came} {counted(len(names), 'column')}, but the circuit has {counted(count, 'input')}; give each one a "
            f"column, in order{more}"
        )
    return names


def _labels(table: Table, names: list[str], learned: Dataset) -> np.ndarray:
    """Return what a table says is right, as the run's own labels are."""
    if isinstance(learned, RegressionDataset | MultilabelDataset):
        return _columns(table, names)
    (name,) = names
    known = {word: k for k, word in enumerate(learned.classes)}
    numeric = table.is_numeric(name)
    words = [f"{value:.17g}" for value in (table.numbers(name) + 0.0).tolist()] if numeric else table.words(name)
    for row, word in zip(table.lines, words, strict=True):
        if word not in known:
            raise SettingError(
                f'{table.path}, row {row}, column "{name}": {word!r} is no class of the run; '
                f"its classes are {', '.join(learned.classes[:8])}"
            )
    return np.array([known[word] for word in words], dtype=np.intp)


def _columns(table: Table, names: list[str]) -> FloatArray:
    """Return columns of numbers, (rows, columns)."""
    return np.column_stack([table.numbers(name) for name in names]) if names else np.zeros((len(table.rows), 0))


def _by_name(circuit: Circuit, deck: Deck, table: Table) -> str:
    """Return the inputs of a netlist whose sources have columns of their name."""
    sources = {label for bank in circuit.of_kind(VoltageSources) for label in bank.labels}
    paths = {element.path for element in deck.elements if element.label in sources}
    found = [f"{name.lower()}={name}" for name in table.names if name.lower() in paths]
    if not found:
        raise SettingError(
            f"no column of {table.path} is called as a voltage source of {deck.source} is "
            f"({', '.join(sorted(paths)[:8]) or 'there is none'}); say with --inputs v1=column which carries which"
        )
    return ",".join(found)


def _pairs(circuit: Circuit) -> tuple[str, ...]:
    """Return the names of a circuit's outputs: their nodes."""
    pairs = zip(circuit.outputs.positive.tolist(), circuit.outputs.negative.tolist(), strict=True)
    return tuple(f"{circuit.nodes[p]}-{circuit.nodes[n]}" if n else circuit.nodes[p] for p, n in pairs)
