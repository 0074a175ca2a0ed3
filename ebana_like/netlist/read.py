"""Which circuit does a text describe? That of `write_netlist` comes back with its ports; any other one without."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from ebana_like.circuit import Circuit
from ebana_like.elements import Bank, Range, Resistors, VoltageSources, WiredCrossbar, Wires
from ebana_like.elements.bank import KINDS
from ebana_like.elements.numbers import finite
from ebana_like.errors import CircuitError, NetlistError, SettingError, meant
from ebana_like.expressions import Tree, parse
from ebana_like.netlist.banks import Nodes, build_bank, kind_of
from ebana_like.netlist.deck import Deck, Element, Line, load_deck, read_deck
from ebana_like.netlist.deck.kinds.plain import Plain, Rows
from ebana_like.netlist.deck.names import Names
from ebana_like.netlist.deck.reading import reading_with
from ebana_like.netlist.netlist import FORMAT, NAME, Netlist
from ebana_like.netlist.storage import KINDS as STORING
from ebana_like.netlist.storage import Series, storage_of
from ebana_like.netlist.wires import rewired
from ebana_like.nudges import NUDGES, Currents
from ebana_like.nudges.ways.current import sources_across
from ebana_like.ports import Driven, InputPorts, OutputPorts
from ebana_like.shared import PREFIX, Shared
from ebana_like.values import Parameter


def load_netlist(path: Path | str, include: Sequence[Path | str] = (), strict: bool | None = None) -> Netlist:
    """Read a netlist file.

    include: folders that it may include files from, beside its own. strict: whether what would be said in
    `Netlist.notes` is refused. Both are as `reading()` says unless given.
    Raises NetlistError naming file, line, text and reason.
    """
    return netlist_of(load_deck(Path(path), reading_with(include, strict)))


def read_netlist(
    text: str,
    name: str = "netlist",
    folder: Path | str | None = None,
    include: Sequence[Path | str] = (),
    strict: bool | None = None,
) -> Netlist:
    """Return the circuit of a netlist's text.

    What `write_netlist` wrote comes back as the same circuit, with bit-identical numbers. Any other netlist becomes a
    circuit with neither inputs nor outputs nor trainable resistors, its names made portable.

    name: what error messages call the text. folder: where files that it includes may lie.
    include, strict: as those of `load_netlist`.
    Raises NetlistError for every line it does not understand.
    """
    return netlist_of(
        read_deck(text, name, None if folder is None else Path(folder), how=reading_with(include, strict))
    )


def from_pyspice(circuit: object) -> Circuit:
    """Return what a PySpice `Circuit` describes, without ports: its text, read like every other netlist.

    Raises NetlistError naming the line of `str(circuit)` that is not understood.
    """
    return read_netlist(str(circuit), "PySpice circuit").circuit


def netlist_of(deck: Deck) -> Netlist:
    """Return the circuit of a deck; errors as `read_netlist`."""
    reader = _Annotations(deck)
    try:
        return reader.netlist() if reader.format else Netlist(foreign_circuit(deck), notes=deck.notes)
    except CircuitError as error:
        raise NetlistError(f"{deck.source}: {error}") from error


def foreign_circuit(deck: Deck) -> Circuit:
    """Return the circuit of a deck without any ports: a bank for each kind and each model, in order of appearance.

    Raises NetlistError or CircuitError naming the element that does not fit.
    """
    groups: dict[tuple[str, str], list[Element | Plain]] = {}
    for read in deck.statements:
        if isinstance(read, Plain):
            groups.setdefault((Resistors.kind, ""), []).append(read)
        elif isinstance(read, Element):
            card = "" if read.card is None else read.card.name
            groups.setdefault((kind_of(read, deck.conditions), card), []).append(read)
    nodes, names, none = Nodes(), Names("bank"), np.zeros(0, dtype=np.intp)
    banks = [
        build_bank(
            kind, names.portable(f"{kind}s_{card}" if card else f"{kind}s"), Rows(elements), nodes, deck.conditions
        )
        for (kind, card), elements in groups.items()
    ]
    banks.append(VoltageSources("inputs", (), none, none, np.zeros(0)))
    inputs, outputs = InputPorts("inputs", none, np.zeros(0)), OutputPorts(none, none)
    banks.append(sources_across(outputs))
    return Circuit(
        deck.title,
        tuple(nodes.numbers),
        tuple(banks),
        inputs,
        outputs,
        Currents.driven("nudge"),
        conditions=deck.conditions,
        storage=storage_of(deck, nodes.numbers, deck.stored()),
    )


class _Annotations:
    """Reads the comment lines with what SPICE does not know."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.line: Line
        self.format = ""
        self.settings: dict[str, str] = {}
        self.recorded: dict[str, float] = {}
        self.input_bank = ""
        self.features: list[list[str]] = []
        self.outputs: list[tuple[str, str]] = []
        self.driven: Driven | None = None
        self.kinds: dict[str, tuple[str, dict[str, Range]]] = {}
        self.sections: dict[str, list[Element | Plain]] = {}
        self.wires: dict[str, Wires] = {}
        self.cells: dict[str, list[str]] = {}
        self.shared: dict[str, Parameter] = {}
        self.formulas: dict[str, tuple[Tree, ...]] = {}
        for entry in deck.statements:
            if isinstance(entry, Line) and entry.text.split()[1] == "@format":
                self.format = "".join(entry.text.split()[2:3])

    def netlist(self) -> Netlist:
        """Return the circuit with its ports."""
        source = self.deck.source
        if self.format != str(FORMAT):
            raise NetlistError(f'{source} has no line "* @format {FORMAT}": it was written by another version')
        if not self.deck.ended:
            raise NetlistError(f"{source} has no .end line: it is cut off")
        section: list[Element | Plain] | None = None
        for entry in self.deck.statements:
            if isinstance(entry, Line):
                opened = self.annotation(entry)
                section = section if opened is None else opened
            elif section is None:
                raise (entry.line if isinstance(entry, Element) else entry.lines[0]).error(
                    'an element before the first "* @bank" line'
                )
            else:
                section.append(entry)
        recorded = {} if self.deck.moved else self.recorded
        return Netlist(self.circuit(), recorded, self.settings, self.deck.notes)

    def annotation(self, line: Line) -> list[Element | Plain] | None:
        """Read one; return the section of the bank that it opens."""
        self.line = line
        _, keyword, *words = line.text.split()
        handler = self.directives.get(keyword[1:])
        if handler is None:
            raise line.error(f"unknown directive {keyword}; known are @{', @'.join(self.directives)}")
        known = len(self.sections)
        try:
            handler(self, words)
        except (ValueError, IndexError) as error:
            raise line.error(f"{keyword} is not written as expected") from error
        return self.sections[words[0]] if len(self.sections) > known else None

    def format_(self, words: list[str]) -> None:
        (self.format,) = words

    def setting(self, words: list[str]) -> None:
        self.settings[words[0]] = " ".join(words[1:])

    def inputs(self, words: list[str]) -> None:
        (self.input_bank,) = words

    def feature(self, words: list[str]) -> None:
        if any(source[0] not in "+-" for source in words[1:]):
            raise ValueError
        if int(words[0]) != len(self.features):
            raise self.line.error(f"features must be numbered in order; expected {len(self.features)}")
        self.features.append(words[1:])

    def output(self, words: list[str]) -> None:
        positive, negative = words
        self.outputs.append((positive, negative))

    def nudging(self, words: list[str]) -> None:
        try:
            self.driven = NUDGES[words[0]].driven(*words[1:])
        except SettingError as error:
            raise self.line.error(str(error)) from None

    def bank(self, words: list[str]) -> None:
        name, kind, *options = words
        if kind not in KINDS:
            raise self.line.error(f"unknown kind of element; {meant(kind, sorted(KINDS), 'known are')}")
        if not NAME.fullmatch(name):
            raise ValueError
        if name in self.sections:
            raise self.line.error(f'bank "{name}" stands twice')
        self.kinds[name] = (kind, _ranges(options, tuple(KINDS[kind].quantities)))
        self.sections[name] = []

    def wires_(self, words: list[str]) -> None:
        name, ohms = words
        try:
            self.wires[name] = Wires.parse(ohms)
        except CircuitError as error:
            raise self.line.error(str(error)) from None

    def cells_(self, words: list[str]) -> None:
        self.cells.setdefault(words[0], []).extend(words[1:])

    def record(self, words: list[str]) -> None:
        node, voltage = words
        self.recorded[node] = finite(voltage)

    def param(self, words: list[str]) -> None:
        name, value, low, high, *scale = words
        limits = Range(float(low), float(high), logarithmic=scale == ["logarithmic"])
        self.shared[PREFIX + name] = Parameter(np.array([finite(value)]), "", limits)

    def formula(self, words: list[str]) -> None:
        of, text = words
        self.formulas[of] = (*self.formulas.get(of, ()), parse(text, behaviour=True))

    directives: ClassVar[dict[str, Callable[["_Annotations", list[str]], None]]] = {
        "format": format_,
        "setting": setting,
        "inputs": inputs,
        "feature": feature,
        "output": output,
        "nudging": nudging,
        "bank": bank,
        "wires": wires_,
        "cells": cells_,
        "param": param,
        "formula": formula,
        "recorded": record,
    }

    # ------------------------------------------------------------------ from annotations to ports

    def circuit(self) -> Circuit:
        source, nodes = self.deck.source, Nodes()
        series = Series(self.deck.stored())
        sections = {
            name: Rows([series.joined(read) if isinstance(read, Element) else read for read in section])
            for name, section in self.sections.items()
        }
        banks = {
            name: replace(self.read_bank(name, kind, sections[name], nodes), trainable=ranges)
            for name, (kind, ranges) in self.kinds.items()
            if kind not in STORING
        }
        if self.input_bank not in banks:
            raise NetlistError(f'{source}: the input bank "{self.input_bank}" is not in the netlist')
        inputs = self.input_ports(banks[self.input_bank])
        at = nodes.numbers
        for what, names in (
            ("recorded", list(self.recorded)),
            ("output", [node for pair in self.outputs for node in pair]),
        ):
            for node in names:
                if node not in at:
                    raise NetlistError(f'{source}: {what} node "{node}" is not in the netlist')
        outputs = OutputPorts(
            np.array([at[p] for p, _ in self.outputs], dtype=np.intp),
            np.array([at[n] for _, n in self.outputs], dtype=np.intp),
        )
        if self.driven is None:
            raise NetlistError(f'{source} has no "* @nudging" line')
        try:
            shared = Shared(self.shared, self.formulas)
        except ValueError as error:
            raise NetlistError(f"{source}: {error}") from error
        return Circuit(
            self.deck.first_line,
            tuple(at),
            tuple(banks.values()),
            inputs,
            outputs,
            self.driven,
            shared,
            self.deck.conditions,
            storage_of(self.deck, at, series.stored()),
        )

    def read_bank(self, name: str, kind: str, elements: Rows, nodes: Nodes) -> Bank:
        bank = build_bank(kind, name, elements, nodes, self.deck.conditions)
        if isinstance(bank, WiredCrossbar):
            wires, cells = self.wires.get(name, Wires()), self.cells.get(name, [])
            bank = rewired(bank, wires, cells, elements, list(nodes.numbers))
        return bank

    def input_ports(self, bank: Bank) -> InputPorts:
        carrier = {source[1:]: (k, source[0]) for k, sources in enumerate(self.features) for source in sources}
        if set(carrier) != set(bank.labels) or sum(map(len, self.features)) != len(carrier):
            raise NetlistError(
                f'{self.deck.source}: the "* @feature" lines do not name the sources of bank "{bank.name}"'
            )
        feature = np.array([carrier[label][0] for label in bank.labels], dtype=np.intp)
        polarity = np.array([1.0 if carrier[label][1] == "+" else -1.0 for label in bank.labels])
        return InputPorts(bank.name, feature, polarity)


def _ranges(options: list[str], quantities: tuple[str, ...]) -> dict[str, Range]:
    """Return what of a bank is learned: `trainable [QUANTITY] LOW HIGH [logarithmic] [shared 0,0,1]`, once a quantity.

    Raises ValueError where it is written otherwise.
    """
    found: dict[str, Range] = {}
    words = list(options)
    while words:
        if words.pop(0) != "trainable" or not quantities:
            raise ValueError
        quantity = words.pop(0) if len(quantities) > 1 else quantities[0]
        low, high = float(words.pop(0)), float(words.pop(0))
        index, logarithmic = None, words[:1] == ["logarithmic"]
        if logarithmic:
            words.pop(0)
        if words[:1] == ["shared"]:
            words.pop(0)
            index = np.array(words.pop(0).split(","), dtype=np.intp)
        found[quantity] = Range(low, high, index, logarithmic)
    return found
