"""Which circuit does a text describe? The reader of the netlists that `write_netlist` makes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from ebana_like.circuit import GROUND, Circuit, CurrentNudging, InputPorts, Nudger, OutputPorts, SwitchNudging
from ebana_like.elements import (
    CCCS,
    VCVS,
    Bank,
    CurrentSources,
    DiodeModel,
    Diodes,
    FloatArray,
    IntArray,
    Resistors,
    Switches,
    VoltageSources,
)
from ebana_like.elements.numbers import conductance, finite
from ebana_like.elements.switch import SWITCH_MODEL
from ebana_like.errors import CircuitError, NetlistError
from ebana_like.netlist.models import parse_diode_model
from ebana_like.netlist.netlist import FORMAT, FULL_DIGITS, NAME, Netlist


def load_netlist(path: Path) -> Netlist:
    """Read a netlist file. Raises NetlistError naming file, line, text and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise NetlistError(f"cannot read {path}: {reason}") from error
    return read_netlist(text, str(path))


def read_netlist(text: str, name: str = "netlist") -> Netlist:
    """Return what `write_netlist` wrote: the same circuit, with bit-identical numbers.

    name: what error messages call the text. Raises NetlistError for every line it does not understand.
    """
    return _Reader(name).read(text.splitlines())


@dataclass
class _Section:
    """Lines of one bank, split into words."""

    kind: str
    options: list[str]
    rows: list[list[str]] = field(default_factory=list)
    line_numbers: list[int] = field(default_factory=list)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.line_number = 0
        self.line = ""
        self.nodes: dict[str, int] = {GROUND: 0}
        self.models: dict[str, DiodeModel] = {}
        self.sections: dict[str, _Section] = {}
        self.section: _Section | None = None
        self.settings: dict[str, str] = {}
        self.recorded: dict[str, float] = {}
        self.input_bank = ""
        self.features: list[list[str]] = []
        self.outputs: list[tuple[str, str]] = []
        self.nudging: list[str] = []
        self.format = ""

    def error(self, reason: str) -> NetlistError:
        return NetlistError(f"{self.name}, line {self.line_number}: {reason}: {self.line.strip()[:80]!r}")

    def read(self, lines: Sequence[str]) -> Netlist:
        if not lines:
            raise NetlistError(f"{self.name} is empty; expected a netlist")
        ended = False
        for self.line_number, self.line in enumerate(lines[1:], start=2):
            words = self.line.split()
            if not words:
                continue
            if ended:
                raise self.error("there is text after .end")
            if words[0].startswith("*"):
                self.comment(words)
            elif words[0].startswith("."):
                ended = self.dot_line(words)
            else:
                self.element(words)
        if not ended:
            raise NetlistError(f"{self.name} has no .end line: it is cut off after line {len(lines)}")
        if self.format != str(FORMAT):
            raise NetlistError(
                f'{self.name} has no line "* @format {FORMAT}": ports and trainable banks are not known; '
                "only netlists written by this program can be read"
            )
        try:
            return Netlist(self.circuit(lines[0]), self.recorded, self.settings)
        except CircuitError as error:
            raise NetlistError(f"{self.name}: {error}") from error

    def comment(self, words: list[str]) -> None:
        if words[0].startswith("*#") and self.line != FULL_DIGITS:
            raise self.error("ngspice would execute this line; only its number of printed digits may be set")
        if len(words) < 2 or words[0] != "*" or not words[1].startswith("@"):
            return
        handler = self.directives.get(words[1][1:])
        if handler is None:
            raise self.error(f"unknown directive {words[1]}; known are @{', @'.join(self.directives)}")
        try:
            handler(self, words[2:])
        except (ValueError, IndexError) as error:
            raise self.error(f"{words[1]} is not written as expected") from error

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
            raise self.error(f"features must be numbered in order; expected {len(self.features)}")
        self.features.append(words[1:])

    def output(self, words: list[str]) -> None:
        positive, negative = words
        self.outputs.append((positive, negative))

    def nudger(self, words: list[str]) -> None:
        if len(words) != {"current": 2, "switch": 4}.get(words[0]):
            raise ValueError
        self.nudging = words

    def bank(self, words: list[str]) -> None:
        name, kind, *options = words
        if kind not in _BUILDERS:
            raise self.error(f"unknown kind of element; known are {', '.join(_BUILDERS)}")
        if not NAME.fullmatch(name):
            raise ValueError
        if options:
            if kind != Resistors.kind or options[0] != "trainable":
                raise ValueError
            _low, _high = (float(limit) for limit in options[1:])
        if name in self.sections:
            raise self.error(f'bank "{name}" stands twice')
        self.section = self.sections[name] = _Section(kind, options)

    def record(self, words: list[str]) -> None:
        node, voltage = words
        self.recorded[node] = finite(voltage)

    directives: ClassVar[dict[str, Callable[["_Reader", list[str]], None]]] = {
        "format": format_,
        "setting": setting,
        "inputs": inputs,
        "feature": feature,
        "output": output,
        "nudging": nudger,
        "bank": bank,
        "recorded": record,
    }

    def dot_line(self, words: list[str]) -> bool:
        """Read a line that begins with a dot; True when it is the last one."""
        keyword = words[0].lower()
        if keyword == ".model":
            if self.line != SWITCH_MODEL:
                model = parse_diode_model(self.line, f"{self.name}, line {self.line_number}")
                self.models[model.name] = model
        elif keyword not in (".options", ".print", ".op", ".end"):
            raise self.error("this kind of line is not known")
        return keyword == ".end"

    def element(self, words: list[str]) -> None:
        if self.section is None:
            raise self.error('an element before the first "* @bank" line')
        _, letter, count = _BUILDERS[self.section.kind]
        if len(words) != count or not words[0].startswith(letter) or not NAME.fullmatch(words[0]):
            raise self.error(f'expected {count} words beginning with a name in "{letter}"')
        self.section.rows.append(words)
        self.section.line_numbers.append(self.line_number)

    # ------------------------------------------------------------------ from words to arrays

    def circuit(self, title: str) -> Circuit:
        banks = tuple(self.build(name, section) for name, section in self.sections.items())
        by_name = {bank.name: bank for bank in banks}
        if self.input_bank not in by_name:
            raise NetlistError(f'{self.name}: the input bank "{self.input_bank}" is not in the netlist')
        inputs = self.input_ports(by_name[self.input_bank])
        for node in self.nodes:
            if node != GROUND and not NAME.fullmatch(node):
                raise NetlistError(f'{self.name}: the node name "{node}" is not one SPICE programs take')
        for node in self.recorded:
            self.node(node, "recorded")
        positive = np.array([self.node(p, "output") for p, _ in self.outputs], dtype=np.intp)
        negative = np.array([self.node(n, "output") for _, n in self.outputs], dtype=np.intp)
        return Circuit(
            title,
            tuple(self.nodes),
            banks,
            inputs,
            OutputPorts(positive, negative),
            self.nudger_of(self.nudging),
        )

    def nudger_of(self, words: list[str]) -> Nudger:
        if not words:
            raise NetlistError(f'{self.name} has no "* @nudging" line')
        return CurrentNudging(words[1]) if words[0] == "current" else SwitchNudging(*words[1:])

    def node(self, name: str, what: str) -> int:
        if name not in self.nodes:
            raise NetlistError(f'{self.name}: {what} node "{name}" is not in the netlist')
        return self.nodes[name]

    def input_ports(self, bank: Bank) -> InputPorts:
        carrier = {source[1:]: (k, source[0]) for k, sources in enumerate(self.features) for source in sources}
        if set(carrier) != set(bank.labels) or sum(map(len, self.features)) != len(carrier):
            raise NetlistError(f'{self.name}: the "* @feature" lines do not name the sources of bank "{bank.name}"')
        feature = np.array([carrier[label][0] for label in bank.labels], dtype=np.intp)
        polarity = np.array([1.0 if carrier[label][1] == "+" else -1.0 for label in bank.labels])
        return InputPorts(bank.name, feature, polarity)

    def build(self, name: str, section: _Section) -> Bank:
        builder, _, _ = _BUILDERS[section.kind]
        rows = section.rows
        if rows:
            self.line_number, self.line = section.line_numbers[0], " ".join(rows[0])
        return builder(self, name, tuple(row[0] for row in rows), section)

    def indices(self, section: _Section, column: int) -> IntArray:
        nodes = self.nodes
        return np.array([nodes.setdefault(row[column], len(nodes)) for row in section.rows], dtype=np.intp)

    def ends(self, section: _Section) -> tuple[IntArray, IntArray]:
        nodes = self.nodes
        pairs = [(nodes.setdefault(row[1], len(nodes)), nodes.setdefault(row[2], len(nodes))) for row in section.rows]
        both = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        return both[:, 0].copy(), both[:, 1].copy()

    def values(
        self,
        section: _Section,
        column: int,
        convert: Callable[[str], float] = finite,
        what: str = "a finite number",
    ) -> FloatArray:
        found = []
        for self.line_number, row in zip(section.line_numbers, section.rows, strict=True):
            try:
                found.append(convert(row[column]))
            except (ValueError, ArithmeticError) as error:
                self.line = " ".join(row)
                raise self.error(f'"{row[column]}" is not {what}') from error
        return np.array(found, dtype=float)

    def resistors(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        trainable = bool(section.options)
        low, high = (float(v) for v in section.options[1:]) if trainable else (0.0, np.inf)
        siemens = self.values(section, 3, conductance, "a resistance above zero")
        return Resistors(name, labels, *self.ends(section), siemens, trainable, low, high)

    def diodes(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        used = {row[3] for row in section.rows}
        if len(used) != 1 or not used <= set(self.models):
            found = ", ".join(sorted(used)) or "none"
            raise self.error(f'bank "{name}" needs one diode model with a .model line; it uses {found}')
        return Diodes(name, labels, *self.ends(section), self.models[used.pop()])

    def voltage_sources(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        return VoltageSources(name, labels, *self.ends(section), self.values(section, 3))

    def current_sources(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        return CurrentSources(name, labels, *self.ends(section), self.values(section, 3))

    def vcvs(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        ends = self.ends(section)
        return VCVS(name, labels, *ends, self.indices(section, 3), self.indices(section, 4), self.values(section, 5))

    def cccs(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        control = tuple(row[3] for row in section.rows)
        return CCCS(name, labels, *self.ends(section), control, self.values(section, 4))

    def switches(self, name: str, labels: tuple[str, ...], section: _Section) -> Bank:
        if any(row[5] != SWITCH_MODEL.split()[1] for row in section.rows):
            raise self.error(f'the switches of bank "{name}" must be of the model in "{SWITCH_MODEL}"')
        ends = self.ends(section)
        return Switches(name, labels, *ends, self.indices(section, 3), self.indices(section, 4))


_Builder = Callable[[_Reader, str, tuple[str, ...], _Section], Bank]

# kind: how a bank is built, its letter, words a line
_BUILDERS: dict[str, tuple[_Builder, str, int]] = {
    Resistors.kind: (_Reader.resistors, Resistors.letter, 4),
    Diodes.kind: (_Reader.diodes, Diodes.letter, 4),
    VoltageSources.kind: (_Reader.voltage_sources, VoltageSources.letter, 4),
    CurrentSources.kind: (_Reader.current_sources, CurrentSources.letter, 4),
    VCVS.kind: (_Reader.vcvs, VCVS.letter, 6),
    CCCS.kind: (_Reader.cccs, CCCS.letter, 5),
    Switches.kind: (_Reader.switches, Switches.letter, 6),
}
