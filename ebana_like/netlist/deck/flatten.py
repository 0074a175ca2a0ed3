"""Which elements does a netlist have once every subcircuit is put in its place?"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import groupby

from ebana_like.elements import Waveform
from ebana_like.errors import CircuitError, NetlistError
from ebana_like.expressions import Current, Name, Number, Tree, Voltage, fold
from ebana_like.netlist.deck.blocks import Definitions
from ebana_like.netlist.deck.calls import read_call, require_finite
from ebana_like.netlist.deck.element import Capacitor, Element
from ebana_like.netlist.deck.flat import Flat, Kept, hint
from ebana_like.netlist.deck.kinds.behaviour import BEHAVIOURAL, is_behavioural, read_behaviour
from ebana_like.netlist.deck.kinds.code_models import read_code_model
from ebana_like.netlist.deck.kinds.plain import PLAIN, Plain, Rows
from ebana_like.netlist.deck.kinds.radio import is_port, read_port
from ebana_like.netlist.deck.kinds.stored import Stored, stored
from ebana_like.netlist.deck.kinds.switching import current_switch
from ebana_like.netlist.deck.kinds.transmission import LINES, read_transmission
from ebana_like.netlist.deck.lines import ANNOTATION, Line
from ebana_like.netlist.deck.models import Models
from ebana_like.netlist.deck.names import Names
from ebana_like.netlist.deck.notes import Notes
from ebana_like.netlist.deck.number_text import NumberText
from ebana_like.netlist.deck.readers import read_element
from ebana_like.netlist.deck.scope import Value
from ebana_like.netlist.deck.subcircuits import Subcircuit

CONSTANTS = {"pi": math.pi, "e": math.e, "time": 0.0, "hertz": 0.0}
"""Names that behavioural sources know without a parameter of that name."""


_DIGITS = frozenset("0123456789.")

_MULTIPLIED = frozenset("rclidqmjzfgx")
"""Letters of elements of which there are m side by side where an X line says so, as ngspice 39 has them."""


def flatten(
    found: Definitions, open_parameters: Collection[str] = (), notes: Notes | None = None, absent: Sequence[str] = ()
) -> tuple[list[Element | Plain | Line], Flat]:
    """Return all elements, and between them the annotations, in the order of the text.

    open_parameters: paths, as in `x1.gain`, of parameters that `Element.formulas` say how values follow.
    absent: libraries that could not be read.
    Raises NetlistError for what is not understood, and before anything is expanded for what would expand too far.
    """
    flat = Flat(
        found.everywhere,
        frozenset(open_parameters),
        Names("n", frozenset(found.top.transistors())),
        scale=found.scale,
        conditions=found.conditions,
        notes=notes or Notes(),
        absent=tuple(absent),
    )
    require_finite(found.top, [found.top], {}, [], flat.elsewhere)
    if found.heat is not None:
        line, text = found.heat
        celsius = _Instance(found.top, flat).evaluated(line, text)
        try:
            flat.conditions = replace(flat.conditions, celsius=celsius)
        except CircuitError as error:
            raise line.error(str(error)) from None
    elements = list(_Instance(found.top, flat).elements())
    if flat.events:
        _require_apart(elements, flat.events)
    unmet = sorted(flat.open_parameters - flat.met.keys())
    if unmet:
        raise NetlistError(f'no element follows a parameter "{unmet[0]}"{hint(unmet[0], flat.parameters_ask)}')
    return elements, flat


def _require_apart(elements: Sequence[Element | Plain | Line], events: Mapping[str, Line]) -> None:
    """Raise NetlistError where something analog hangs at a node that carries events."""
    for element in Rows([entry for entry in elements if not isinstance(entry, Line)]):
        carrying = next(filter(events.get, element.nodes), "")
        if carrying:
            raise events[carrying].error(f"{element.path} hangs at {carrying}, which carries events; part them")


class _Instance(Models):
    """One use of a block: its nodes, and the elements that stand in it.

    multiplied: whether an X line says m= of a block that knows none: all that carry currents are so many side by side.
    """

    outer: "_Instance | None"

    def __init__(
        self,
        block: Subcircuit,
        flat: Flat,
        path: str = "",
        nodes: Mapping[str, str] | None = None,
        given: Mapping[str, Value] | None = None,
        outer: "_Instance | None" = None,
        multiplied: bool = False,
    ) -> None:
        super().__init__(block, flat, path, given or {}, outer)
        self.multiplied = multiplied
        self.node_of = dict(nodes or {})

    def statements(self) -> Iterator[Line]:
        """Yield the statements of the branches that are taken here."""
        branches = self.block.branches
        if not branches and not self.multiplied:
            yield from self.block.statements
            return
        for k, line in enumerate(self.block.statements):
            if not branches or self.taken(branches.get(k)):
                many = self.multiplied and line.text[0].lower() in _MULTIPLIED
                yield line._replace(text=f"{line.text} m={{m}}") if many else line

    def elements(self) -> Iterator[Element | Plain | Line]:
        """Yield the elements, those of inner subcircuits too, and the annotations."""
        for resistors, lines in groupby(self.statements(), key=self.is_resistor()):
            if resistors:
                yield self.plain(list(lines))
            else:
                yield from self.others(lines)

    def is_resistor(self) -> Callable[[Line], bool]:
        """Return what tells whether a line is nothing but a resistor of some ohms; none is where a number on it may be
        the name of a model.
        """
        fits = PLAIN.fullmatch
        numbered = any(name[0] in _DIGITS for name in self.known_models())
        return lambda line: not numbered and fits(line.text) is not None

    def plain(self, lines: list[Line]) -> Plain:
        """Return resistors of some ohms."""
        words = " ".join([line.text for line in lines]).lower().split()
        names, ohms = words[0::4], words[3::4]
        first: dict[str, Line] = {}  # where a value stands for the first time
        for word, line in zip(ohms, lines, strict=True):
            first.setdefault(word, line)
        numbers = {word: self.number(line, word) for word, line in first.items()}
        paths = [f"{self.path}{name}" for name in names] if self.path else names
        labels = self.flat.labels_of("r", paths) if not self.path else None
        if labels is None:
            labels = [self.label(line, name)[1] for line, name in zip(lines, names, strict=True)]
        near, far = (self.column(lines, words[k::4]) for k in (1, 2))
        return Plain(lines, paths, labels, near, far, [numbers[v] for v in ohms])

    def column(self, lines: list[Line], names: list[str]) -> list[str]:
        """Return the flat names of one node of each line."""
        node_of = self.node_of
        return [node_of.get(name) or self.node(line, name) for line, name in zip(lines, names, strict=True)]

    def others(self, lines: Iterable[Line]) -> Iterator[Element | Plain | Line]:
        """Yield the elements of other lines, and the annotations."""
        for line in lines:
            if line.text.startswith(ANNOTATION):
                if not self.path:
                    yield line
                continue
            if line.text[0] in "xX":
                yield from self.instance(line).elements()
                continue
            words = line.words()
            made: list[Element] = []
            if words and words[0][0] == "w":
                line = current_switch(line, words, self)
                words = line.words()
            if words and words[0][0] in BEHAVIOURAL and is_behavioural(words):
                made += read_behaviour(line, words, self)
            elif words and words[0][0] in LINES:
                made += read_transmission(line, words, self)
            elif words and words[0][0] == "v" and is_port(words):
                made += read_port(line, words, self)
            elif words and words[0][0] == "a":
                made += read_code_model(line, self)
            elif (element := read_element(line, words, self)) is not None:
                made.append(element)
            if self.flat.asked:
                self.flat.elements_ask[f"{self.path}{words[0]}"] = frozenset(self.flat.asked)
                self.flat.asked.clear()
            for each in made:
                yield each._replace(formulas={"": each.value.formula}) if isinstance(each.value, NumberText) else each

    def instance(self, line: Line) -> "_Instance":
        """Return the subcircuit that an X line puts here."""
        name, nodes, wanted, given = read_call(line)
        outer: _Instance | None = self
        while outer is not None and wanted not in outer.block.blocks:
            outer = outer.outer
        assert outer is not None
        block = outer.block.blocks[wanted]
        if len(nodes) != len(block.pins):
            raise line.error(f"{wanted} has {len(block.pins)} nodes, not {len(nodes)}")
        multiplied = "m" in given and not block.knows("m")
        unknown = next((parameter for parameter in given if not (block.knows(parameter) or parameter == "m")), "")
        if unknown:
            raise line.error(f'{wanted} has no parameter "{unknown}"')
        inner = f"{self.path}{name}."
        values = {parameter: self.given_here(line, f"{inner}{parameter}", text) for parameter, text in given.items()}
        at = dict(zip(block.pins, self.nodes(line, nodes), strict=True))
        return _Instance(block, self.flat, inner, at, values, outer, multiplied)

    def label(self, line: Line, name: str) -> tuple[str, str]:
        """Return the path and the flat name of an element; that of an inner one begins with its own letter."""
        path = f"{self.path}{name}"
        flat = f"{name[0]}_{path}" if self.path else name
        try:
            return path, self.flat.label(name[0], flat)
        except ValueError as error:
            raise line.error(str(error)) from error

    def nodes(self, line: Line, names: list[str]) -> tuple[str, ...]:
        """Return the flat names of nodes."""
        return tuple([self.node_of.get(name) or self.node(line, name) for name in names])

    def node(self, line: Line, name: str) -> str:
        """Return the flat name of a node met for the first time."""
        if name in ("0", "gnd"):
            flat = "0"
        elif not name.isprintable() or name in ("=", "{", "}", "'", '"') or name[0] in "{'\"$":
            raise line.error(f"{name!r} is no name of a node")
        else:
            try:
                flat = self.flat.node_names.portable(
                    name if not self.path or name in self.flat.everywhere else f"{self.path}{name}"
                )
            except ValueError as error:
                raise line.error(str(error)) from error
        self.node_of[name] = flat
        return flat

    def law(self, line: Line, text: str) -> Tree:
        """Return what a behavioural source's expression says, of flat nodes, sources' own names and open parameters."""
        try:
            return fold(self.tree(text, behaviour=True), partial(self.known_here, line))
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None

    def known_here(self, line: Line, leaf: Name | Voltage | Current) -> Tree | None:
        """Return what a leaf of a behavioural source's expression stands for."""
        if isinstance(leaf, Current):
            return None
        if isinstance(leaf, Voltage):
            positive, negative = self.nodes(line, [leaf.positive, leaf.negative])
            return Voltage(positive, negative) if positive != negative else Number(0.0)
        try:
            found = self.resolved(leaf.name)
            if found.formula is not None:
                return found.formula
            return Number(self.parameter(leaf.name))
        except ValueError:
            if leaf.name not in CONSTANTS:
                raise
            return Number(CONSTANTS[leaf.name])

    def keep(self, line: Line, words: list[str]) -> None:
        """Keep what only time knows; its nodes get their names when all others have theirs."""
        shown = partial(self.capacitor, line, words) if words[0][0] == "c" else None
        self.flat.kept.append(Kept(partial(self.stored, line, words), shown))

    def keep_unread(self, line: Line, name: str, reason: str) -> None:
        """Keep why an element is not followed in time."""
        self.flat.kept.append(Kept(partial(Stored, line, f"{self.path}{name}", (), reason=reason), None))

    def keep_events(self, line: Line, names: list[str]) -> None:
        """Keep that these nodes carry events, which nothing analog may hang at."""
        self.flat.events |= dict.fromkeys(self.nodes(line, names), line)

    def keep_swing(self, label: str, waveform: Waveform | None, phasor: tuple[float, float] | None) -> None:
        """Keep the function of time of a source, and its magnitude and phase."""
        if waveform is not None:
            self.flat.waveforms[label] = waveform
        if phasor is not None:
            self.flat.phasors[label] = phasor

    def stored(self, line: Line, words: list[str]) -> Stored:
        """Return a capacitor, an inductor or a coupling as numbers."""
        known = {"0": "0", "gnd": "0", **self.node_of}
        return stored(line, words, self, lambda name: known.get(name, ""))

    def capacitor(self, line: Line, words: list[str]) -> Capacitor:
        """Return a capacitor as it is shown."""
        known = {"0": "0", "gnd": "0", **self.node_of}
        value = next((word for word in words[3:] if word not in ("=", "c")), "")
        with suppress(NetlistError):
            value = self.number(line, value)
        nodes = tuple(known.get(name, f"{self.path}{name}") for name in words[1:3])
        return Capacitor(f"{self.path}{words[0]}", nodes, str(value))
