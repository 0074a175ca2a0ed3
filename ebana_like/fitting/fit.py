"""How does a netlist of one's own learn a table? Values in it are trained, and put back into its text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ebana_like.checks import shown
from ebana_like.circuit import Circuit
from ebana_like.data import Dataset, RegressionDataset, Split, in_volts
from ebana_like.data.split import split
from ebana_like.data.table import read_table
from ebana_like.elements import Devices, Resistors
from ebana_like.energy import symmetry
from ebana_like.errors import CircuitError, SettingError
from ebana_like.files import write_atomically
from ebana_like.fitting.chosen import chosen
from ebana_like.fitting.ports import carriers, columns, with_ports
from ebana_like.fitting.settings import FitSettings, gather
from ebana_like.fitting.span import spans
from ebana_like.fitting.trained import Trained, fitted
from ebana_like.netlist.deck import Deck, read_deck
from ebana_like.netlist.deck.include import read_text
from ebana_like.netlist.deck.patch import Places
from ebana_like.netlist.deck.spelling import spelling
from ebana_like.netlist.read import foreign_circuit
from ebana_like.runs.assembly import cost_of, estimator_of, simulator_of, update_of
from ebana_like.systems import CircuitSystem
from ebana_like.training import Callback, Problem, Progress, train

_NAMES = ("inputs", "outputs", "train", "range")
"""Settings that are lists of names."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A netlist about to be fitted, or that was.

    text, encoding: the netlist as it stands in its file. trained: what is trained in it.
    problem: its circuit, with inputs, outputs and nudging sources, and what it is to learn.
    settings: with all that was left open decided.
    """

    path: Path
    text: str
    encoding: str
    trained: tuple[Trained, ...]
    problem: Problem
    settings: FitSettings
    progress: Progress

    @property
    def fitted(self) -> str:
        """The netlist's text with the trained values in it and nothing else changed."""
        return fitted(self.text, self.trained, self.progress.values)

    def save(self, path: Path) -> None:
        """Write the fitted netlist. Raises RunError where that fails, with the old file untouched."""
        write_atomically(path, self.fitted, durable=True, encoding=self.encoding)


def fit(netlist: Path | str, callbacks: Sequence[Callback] = (), **given: object) -> Fit:
    """Train values of a netlist on a table, and return it with its values.

    netlist: the file. given: settings of `FitSettings` by name; names may be sequences.

        fit("my.cir", data="data.csv", inputs=["v1", "v2"], outputs="out1-out2", train="r*", epochs=50).save(path)

    Raises NetlistError, SettingError or CircuitError naming what does not fit together.
    """
    if not isinstance(netlist, str | Path):
        raise SettingError(f"netlist is {shown(netlist)}; expected the name of its file")
    prepared = prepare(Path(netlist), given=_joined(given), where="fit")
    with simulator_of(prepared.problem.circuit, prepared.settings) as simulator:
        return replace(prepared, progress=train(prepared.problem, simulator, callbacks=callbacks))


def prepare(path: Path, config: Path | None = None, given: Mapping[str, object] | None = None, where: str = "") -> Fit:
    """Return a netlist ready to be trained; arguments and errors as `fit` and `gather`."""
    text, encoding = read_text(path)
    deck = read_deck(text, str(path), path.parent)
    settings = gather(deck, config, given or {}, where)
    circuit, trained = _trainable(deck, text, settings)
    settings = replace(
        settings,
        engine=settings.engine if settings.engine != "auto" else "ngspice" if circuit.of_kind(Devices) else "native",
        beta=settings.beta or _beta(circuit),
    )
    found = symmetry(circuit)
    if not found.exact and settings.estimator != "adjoint":
        raise CircuitError(
            f"{path}: {found.reason}. Train it with --estimator adjoint, whose gradient is exact for every circuit"
        )
    cost, data = cost_of(settings), _data(settings, deck)
    outputs = data.train.outputs(cost)
    if outputs != circuit.outputs.count:
        raise SettingError(
            f"outputs is {settings.outputs}: {circuit.outputs.count} outputs, but the table asks for {outputs} "
            f"({', '.join(data.train.classes)})"
        )
    problem = Problem(
        CircuitSystem(circuit),
        data,
        cost,
        estimator_of(settings),
        update_of(settings, settings.lr[0]),
        settings.epochs,
        settings.batch,
        settings.seed,
        settings.stop_loss,
        settings.patience,
    )
    return Fit(path, text, encoding, trained, problem, settings, problem.start())


def _trainable(deck: Deck, text: str, settings: FitSettings) -> tuple[Circuit, tuple[Trained, ...]]:
    """Return the circuit of a deck with ports, and what is trained in it."""
    circuit = foreign_circuit(deck)
    wanted = chosen(circuit, deck, settings.train)
    limits = spans(settings.range, settings.g_low, settings.g_high, wanted)
    ported, at = with_ports(circuit, deck, settings.inputs, settings.outputs, wanted, limits)
    places, names = Places(deck, text), spelling(deck, text).elements
    trained = []
    for each, where in zip(wanted, at, strict=True):
        first, *others = each.elements
        name = f"{names[first.label]}{each.name.removeprefix(first.path)}"
        quantity = ported.addressed(where.address).quantities[each.quantity]
        trained.append(
            Trained(
                f"{name} (and {len(others)} more)" if others else name,
                quantity.reciprocal or quantity.unit,
                where.address,
                where.position,
                bool(quantity.reciprocal),
                places.of_value(each.elements, each.quantity),
            )
        )
    return ported, tuple(trained)


def _beta(circuit: Circuit) -> float:
    """Return a nudging factor that suits the circuit: a thousandth of a mean conductance, of trained ones if any."""
    banks = circuit.of_kind(Resistors)
    trained = [bank for bank in banks if bank.trainable] or banks
    conductances = np.concatenate([np.zeros(0), *(bank.conductance for bank in trained)])
    return 1e-3 * float(conductances.mean()) if conductances.size else 1e-6


def _data(settings: FitSettings, deck: Deck) -> Split:
    """Return the table's samples, split and in volts."""
    table = read_table(settings.data)
    features = list(dict.fromkeys(column for _, column, _ in carriers(settings.inputs)))
    volts = np.column_stack([table.numbers(name) for name in features])
    if settings.labels:
        data = Dataset(volts, *table.classes(settings.labels))
    else:
        names = [column for _, column in columns(settings.outputs)]
        wanted = np.column_stack([table.numbers(name) for name in names])
        data = RegressionDataset(volts, wanted, tuple(names), settings.off, settings.on)
    parts = split(data, settings.validation, settings.test, settings.seed)
    return in_volts(parts, settings.volts) if settings.volts else parts


def _joined(given: Mapping[str, object]) -> dict[str, object]:
    """Return settings with the names of files, and sequences of other names, written as one word."""

    def word(name: str, value: object) -> object:
        if name in _NAMES and isinstance(value, Iterable) and not isinstance(value, str):
            return ",".join(map(str, value))
        return str(value) if isinstance(value, Path) else value

    return {name: word(name, value) for name, value in given.items()}
