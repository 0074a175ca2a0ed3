"""How does a netlist of one's own learn a table? Values in it are trained, and put back into its text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from ebana_like.checks import shown
from ebana_like.circuit import Circuit
from ebana_like.data import Dataset, RegressionDataset, Split, by_converter, in_volts
from ebana_like.data.split import split
from ebana_like.data.table import read_table
from ebana_like.elements import Resistors
from ebana_like.errors import CircuitError, SettingError
from ebana_like.files import write_atomically
from ebana_like.fitting.balance import balanced
from ebana_like.fitting.columns import carriers, columns, input_columns, output_columns
from ebana_like.fitting.ported import ported
from ebana_like.fitting.settings import FitSettings, gather
from ebana_like.fitting.source import NetlistSystem, Source, kept_name
from ebana_like.learning import ESTIMATORS
from ebana_like.netlist.deck import read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.reading import read_with
from ebana_like.netlist.deck.spelling import spelling
from ebana_like.runs import load_circuit
from ebana_like.runs.assembly import (
    continued,
    converter_of,
    cost_of,
    estimator_of,
    made,
    problem_with,
    settings_of,
    simulator_of,
    update_of,
)
from ebana_like.simulators import engine_for
from ebana_like.training import Best, Callback, Problem, Progress, train

_NAMES = ("inputs", "outputs", "train", "range")
"""Settings that are lists of names."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A netlist about to be fitted.

    system: its circuit, with inputs, outputs and nudging sources, and its text.
    problem: what it is to learn. settings: with all that was left open decided.
    """

    system: NetlistSystem
    problem: Problem
    settings: FitSettings


@dataclass(frozen=True, eq=False, kw_only=True)
class Fit(Progress):
    """What fitting a netlist came to: a training's progress, and the text with what it learned.

    system, problem, settings: as in `Prepared`.
    """

    system: NetlistSystem
    problem: Problem
    settings: FitSettings

    @property
    def kept(self) -> Best:
        """The values that the fitted text holds: of the best epoch or the last, as the setting `keep` asks for."""
        return self.best if self.best and self.settings.keep == "best" else Best(self.epoch, self.values)

    @property
    def fitted(self) -> str:
        """The netlist's text with the trained values in it and nothing else changed."""
        return self.system.fitted(self.kept.values)

    def save(self, path: Path) -> None:
        """Write the fitted netlist. Raises RunError where that fails, with the old file untouched."""
        write_atomically(path, self.fitted, durable=True, encoding=self.system.source.encoding)


def fit(netlist: Path | str, callbacks: Sequence[Callback] = (), **given: object) -> Fit:
    """Train values of a netlist on a table, and return what `train` returns, with the fitted text.

    netlist: the file. callbacks: as of `train`. given: settings of `FitSettings` by name; names may be sequences.

        fit("my.cir", data="data.csv", inputs=["v1", "v2"], outputs="out1-out2", train="r*", epochs=50).save(path)

    Raises NetlistError, SettingError or CircuitError naming what does not fit together.
    """
    if not isinstance(netlist, str | Path):
        raise SettingError(f"netlist is {shown(netlist)}; expected the name of its file")
    prepared = prepare(Path(netlist), given=_joined(given), where="fit")
    problem, settings = prepared.problem, prepared.settings
    with simulator_of(problem.circuit, settings) as simulator:
        progress = train(problem, simulator, callbacks=callbacks)
    reached = {entry.name: getattr(progress, entry.name) for entry in fields(progress)}
    return Fit(**reached, system=prepared.system, problem=problem, settings=settings)


def prepare(
    netlist: Path, config: Path | None = None, given: Mapping[str, object] | None = None, where: str = ""
) -> Prepared:
    """Return a netlist ready to be trained; arguments and errors as `fit` and `gather`."""
    return prepared(gather(netlist, config, given or {}, where))


def prepared(settings: FitSettings, folder: Path | None = None) -> Prepared:
    """Return what settings ask for, ready to be trained; errors as `fit`.

    folder: of the run that began with it, if there is one; the netlist is read as it came then, whatever its file holds
    now.
    """
    path = Path(settings.netlist)
    if folder is not None and (folder / kept_name(path)).exists():
        text, encoding = read_text(folder / kept_name(path), [folder])
    else:
        text, encoding = read_text(path)
    with read_with(settings.reading):
        deck = read_deck(text, str(path), path.parent)
        circuit, trained = ported(deck, text, path.parent, settings)
    settings = replace(
        settings,
        engine=engine_for(circuit) if settings.engine == "auto" else settings.engine,
    )
    usual = _beta(circuit)
    if settings.start:
        circuit = continued(circuit, load_circuit(Path(settings.start)).circuit)
    circuit = made(circuit, settings)
    system = NetlistSystem(circuit, Source(path, text, encoding), trained, spelling(deck, text).elements)
    settings = _with_estimator(settings, system)
    if "beta" in settings_of("estimator", ESTIMATORS[settings.estimator]):
        settings = replace(settings, beta=settings.beta or usual)
    data = samples_in_volts(samples(settings), settings)
    cost = balanced(cost_of(settings), circuit, data.train)
    outputs = data.train.outputs(cost)
    if outputs != circuit.outputs.count:
        raise SettingError(
            f"outputs is {settings.outputs}: {circuit.outputs.count} outputs, but the table asks for {outputs} "
            f"({', '.join(data.train.classes)})"
        )
    estimator, update = estimator_of(settings), update_of(settings, settings.lr[0])
    problem = problem_with(settings, system, data, cost, estimator, update, judged_anew=True)
    return Prepared(system, problem, settings)


def _with_estimator(settings: FitSettings, system: NetlistSystem) -> FitSettings:
    """Return settings with an estimator that is exact for the system, or the one that was asked for all the same."""
    refusal = system.refusal()
    if settings.estimator == "auto":
        return replace(settings, estimator="adjoint" if refusal and not settings.inexact else "centered")
    if refusal and settings.estimator != "adjoint" and not settings.inexact:
        raise CircuitError(
            f"{system.source.path}: {refusal}. Train it with --estimator adjoint, whose gradient is exact for every "
            "circuit, or by --inexact all the same"
        )
    return settings


def _beta(circuit: Circuit) -> float:
    """Return a nudging factor that suits the circuit: a thousandth of a mean conductance, of trained ones if any."""
    banks = circuit.of_kind(Resistors)
    trained = [bank for bank in banks if bank.trainable] or banks
    conductances = np.concatenate([np.zeros(0), *(bank.conductance for bank in trained)])
    return 1e-3 * float(conductances.mean()) if conductances.size else 1e-6


def samples(settings: FitSettings) -> Split:
    """Return the table's samples, split, features in the columns' own units."""
    table = read_table(settings.data)
    numbers = np.column_stack([table.numbers(name) for name in input_columns(table, settings.inputs)])
    if settings.labels:
        data = Dataset(numbers, *table.classes(settings.labels))
    else:
        names = output_columns(table, settings.outputs)
        wanted = np.column_stack([table.numbers(name) for name in names])
        data = RegressionDataset(numbers, wanted, tuple(names), settings.off, settings.on)
    return split(data, settings.validation, settings.test, settings.seed)


def samples_in_volts(parts: Split, settings: FitSettings) -> Split:
    """Return samples with features in volts."""
    parts = in_volts(parts, settings.volts) if settings.volts else parts
    return by_converter(parts, converter_of(settings))


def columns_of(settings: FitSettings) -> tuple[list[str], list[str]]:
    """Return the columns of the table that are features, and those that say what is right."""
    features = list(dict.fromkeys(column for _, column, _ in carriers(settings.inputs)))
    return features, [settings.labels] if settings.labels else [column for _, column in columns(settings.outputs)]


def _joined(given: Mapping[str, object]) -> dict[str, object]:
    """Return settings with the names of files, and sequences of other names, written as one word."""

    def word(name: str, value: object) -> object:
        if name in _NAMES and isinstance(value, Iterable) and not isinstance(value, str):
            return ",".join(map(str, value))
        return str(value) if isinstance(value, Path) else value

    return {name: word(name, value) for name, value in given.items()}
