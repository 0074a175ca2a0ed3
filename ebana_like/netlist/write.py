"""How is a circuit written down? One section a bank, between the lines a SPICE program begins and ends with."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, filterfalse, islice
from pathlib import Path

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, DiodeModel, ModelCard
from ebana_like.elements.switch import SwitchModel
from ebana_like.errors import NetlistError
from ebana_like.expressions import Current, Name, Voltage, spell
from ebana_like.files import write_atomically
from ebana_like.netlist.dialects import PORTABLE, Dialect
from ebana_like.netlist.netlist import FORMAT, NAME, Netlist
from ebana_like.netlist.storage import coupling_lines, in_time, opened
from ebana_like.netlist.wires import wire_lines, written_parts
from ebana_like.ports import InputPorts
from ebana_like.shared import PREFIX, Shared
from ebana_like.storage import NOTHING_STORED
from ebana_like.values import Range

_AT_ONCE = 65_536
"""Elements written at once: 1.6 million resistors then need no more memory to be written; in one piece, 350 MB."""


def write_netlist(netlist: Netlist, dialect: Dialect = PORTABLE, celsius: float | None = None) -> str:
    """Return the netlist as text.

    Numbers are written so that reading them back gives the same doubles. What SPICE does not know stands in comment
    lines that begin with `* @`.

    dialect: the program it is for; `read_netlist` reads what is written without one.
    celsius: temperature of the circuit; the nominal 27 degrees unless given.

    Raises NetlistError for a name that not every SPICE program takes, and for elements the dialect has no words for.
    """
    return "\n".join(_lines(netlist, dialect, celsius)) + "\n"


def save_netlist(netlist: Netlist, path: Path | str, durable: bool = True) -> None:
    """Write the netlist into a file, which at every moment is either the old or the new one, whole.

    durable: wait until the disk has it.

    Raises RunError, with the old file untouched, when the disk is full or not writable.
    """
    write_atomically(Path(path), _pieces(_lines(netlist, PORTABLE, None)), durable)


def circuit_lines(circuit: Circuit, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the element lines of every bank not named in `skip`, then the model cards, for an analysis at DC."""
    for bank in circuit.banks:
        if bank.name not in skip:
            yield from bank.spice_lines(circuit.nodes)
    yield from model_lines(circuit, static=True)


def model_lines(circuit: Circuit, static: bool = False) -> Iterator[str]:
    """Yield the cards of all models. static: without what they store."""
    yield from _cards(circuit, PORTABLE, static)


def _lines(netlist: Netlist, dialect: Dialect, celsius: float | None) -> Iterator[str]:
    circuit = netlist.circuit
    _check_names(circuit)
    _check_settings(netlist)
    note = f"{dialect.comment} @"
    yield from dialect.head(circuit.title)
    yield f"{note}format {FORMAT}"
    for key, value in netlist.settings.items():
        yield f"{note}setting {key} {value}"
    for line in (*_port_lines(circuit), *_shared_lines(circuit.shared)):
        yield f"{note}{line}"
    stored = circuit.storage if dialect.knows_time else NOTHING_STORED
    banks, storing, nodes = opened(replace(circuit, storage=stored)) if stored else (circuit.banks, (), circuit.nodes)
    for bank in (*banks, *storing):
        yield f"{note}bank {bank.name} {bank.kind}{_range(bank)}"
        if bank.remark:
            yield f"{dialect.comment} {bank.remark}"
        yield from (f"{note}{line}" for line in wire_lines(bank))
        inside, written = written_parts(circuit, bank, len(nodes))
        for part in chain.from_iterable(map(_parts, written)):
            lines = dialect.elements(part, [*nodes, *inside] if inside else nodes)
            yield from (in_time(line, stored) for line in lines) if stored else lines
    yield from coupling_lines(stored)
    yield from _cards(circuit, dialect)
    yield from dialect.options(circuit, celsius)
    for node, voltage in netlist.recorded.items():
        yield f"{note}recorded {node} {float(voltage)!r}"
    ports = dict.fromkeys((*circuit.outputs.positive.tolist(), *circuit.outputs.negative.tolist()))
    printed = ports or range(len(circuit.nodes))
    yield from dialect.analysis([circuit.nodes[k] for k in printed if k != 0])
    yield dialect.end


def _parts(bank: Bank) -> Iterator[Bank]:
    """Cut a bank into banks that can be written without much memory."""
    if len(bank) <= _AT_ONCE:
        yield bank
        return
    for first in range(0, len(bank), _AT_ONCE):
        yield bank.take(np.arange(first, min(first + _AT_ONCE, len(bank))))


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Join lines into text that is worth writing."""
    lines = iter(lines)
    while some := list(islice(lines, _AT_ONCE)):
        yield ("\n".join(some) + "\n").encode()


def _port_lines(circuit: Circuit) -> Iterator[str]:
    yield f"inputs {circuit.inputs.bank}"
    yield from _feature_lines(circuit, circuit.inputs)
    pairs = zip(circuit.outputs.positive.tolist(), circuit.outputs.negative.tolist(), strict=True)
    for positive, negative in pairs:
        yield f"output {circuit.nodes[positive]} {circuit.nodes[negative]}"
    yield f"nudging {circuit.driven.way} {' '.join(circuit.driven.banks())}"


def _shared_lines(shared: Shared) -> Iterator[str]:
    for at, parameter in shared.parameters.items():
        name, numbers = at.removeprefix(PREFIX), (parameter.value[0], parameter.low, parameter.high)
        yield f"param {name} {' '.join(repr(float(each)) for each in numbers)}{_scale(parameter.range)}"
    for at, trees in shared.formulas.items():
        yield from (f"formula {at} {spell(tree, _shared_name)}" for tree in trees)


def _scale(limits: Range) -> str:
    return " logarithmic" if limits.logarithmic else ""


def _shared_name(leaf: Name | Voltage | Current) -> str:
    assert isinstance(leaf, Name)
    return leaf.name


def _feature_lines(circuit: Circuit, inputs: InputPorts) -> Iterator[str]:
    labels = next(bank.labels for bank in circuit.banks if bank.name == inputs.bank)
    carriers: list[list[str]] = [[] for _ in range(inputs.count)]
    for label, feature, polarity in zip(labels, inputs.feature.tolist(), inputs.polarity.tolist(), strict=True):
        carriers[feature].append(f"{'+' if polarity > 0 else '-'}{label}")
    for feature, sources in enumerate(carriers):
        yield f"feature {feature} {' '.join(sources)}"


def _range(bank: Bank) -> str:
    """Return the words that say what of a bank is learned; of kinds with one quantity its name is left out."""
    words = ""
    for quantity, limits in bank.trainable.items():
        name = f" {quantity}" if len(bank.quantities) > 1 else ""
        words += f" trainable{name} {float(limits.low)!r} {float(limits.high)!r}{_scale(limits)}"
        if limits.index is not None:
            words += " shared " + ",".join(map(str, limits.index.tolist()))
    return words


def _cards(circuit: Circuit, dialect: Dialect, static: bool = False) -> Iterator[str]:
    models = [model for bank in circuit.banks for model in bank.models]
    if static:
        models = [model.static for model in models]
    yield from dict.fromkeys(_card(model, dialect) for model in models)


def _card(model: ModelCard | DiodeModel | SwitchModel, dialect: Dialect) -> str:
    if isinstance(model, ModelCard):
        return model.card()
    return dialect.diode_card(model) if isinstance(model, DiodeModel) else dialect.switch_card(model)


def _check_names(circuit: Circuit) -> None:
    names = [*circuit.nodes[1:], *(bank.name for bank in circuit.banks)]
    for bank in circuit.banks:
        names += bank.labels
    for name in filterfalse(NAME.fullmatch, names):
        raise NetlistError(
            f'the name "{name}" is not one every SPICE program takes; use lower-case letters, digits and "_", '
            "beginning with a letter"
        )


def _check_settings(netlist: Netlist) -> None:
    for key, value in netlist.settings.items():
        if key.split() != [key] or " ".join(value.split()) != value:
            raise NetlistError(f"the setting {key!r}: {value!r} does not fit on one line; use words and single spaces")
