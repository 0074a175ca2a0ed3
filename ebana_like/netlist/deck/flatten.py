"""Which elements does a netlist have once every subcircuit is put in its place?"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from ebana_like.elements import Conditions, ModelCard, Waveform
from ebana_like.errors import CircuitError, NetlistError, meant
from ebana_like.expressions import Call, Current, Name, Number, Tree, Voltage, by_name, evaluate, fold, names, parse
from ebana_like.expressions.numbers import advice, is_plain, spice_number
from ebana_like.netlist.deck.behaviour import BEHAVIOURAL, is_behavioural, read_behaviour
from ebana_like.netlist.deck.blocks import DEEPEST, NAME, Branch, Definitions, Subcircuit, assignments
from ebana_like.netlist.deck.cards import parse_card
from ebana_like.netlist.deck.element import Capacitor, Element, read_element
from ebana_like.netlist.deck.functions import DEEPEST as DEEPEST_FUNCTION
from ebana_like.netlist.deck.functions import Defined
from ebana_like.netlist.deck.lines import ANNOTATION, Line
from ebana_like.netlist.deck.names import FreeNames, Names
from ebana_like.netlist.deck.notes import Notes
from ebana_like.netlist.deck.stored import Stored, stored
from ebana_like.netlist.deck.switching import current_switch

MOST_EXPANDED = 200_000
"""Elements that subcircuits may expand to."""

TEMPERATURE = "temper"
"""What expressions call that of the circuit, in degrees Celsius, where no parameter has the name."""

CONSTANTS = {"pi": math.pi, "e": math.e, "time": 0.0, "hertz": 0.0}
"""Names that behavioural sources know without a parameter of that name."""

DEEPEST_PARAMETER = 50
"""Parameters defined by each other in a chain."""


@dataclass(eq=False)
class Flat:
    """What all instances share: portable names, models with a name each, and what asks for which parameter.

    asked: parameters that the words read just now name. asks: what elements and parameters name, by the paths of both.
    defined: the line that gives a parameter its value, by its path; of those that are used.
    open_parameters: paths of those that formulas follow; met: values of those of them that something follows.
    bodies: trees of the functions that the netlist defines, by whether they stand in a behavioural source.
    calling: names of those that are being worked out.
    kept: capacitors, inductors and couplings, where they stand.
    waveforms, phasors: of sources, by their labels.
    """

    everywhere: set[str]
    open_parameters: frozenset[str] = frozenset()
    node_names: Names = field(default_factory=lambda: Names("n"))
    labels: dict[str, Names] = field(default_factory=dict)
    cards: dict[tuple[object, ...], ModelCard] = field(default_factory=dict)
    card_names: FreeNames = field(default_factory=FreeNames)
    conditions: Conditions = field(default_factory=Conditions)
    notes: Notes = field(default_factory=Notes)
    absent: tuple[str, ...] = ()
    asked: set[str] = field(default_factory=set)
    elements_ask: dict[str, frozenset[str]] = field(default_factory=dict)
    parameters_ask: dict[str, frozenset[str]] = field(default_factory=dict)
    defined: dict[str, Line] = field(default_factory=dict)
    met: dict[str, float] = field(default_factory=dict)
    bodies: dict[tuple[Defined, bool], Tree] = field(default_factory=dict)
    calling: list[str] = field(default_factory=list)
    kept: list[tuple["_Instance", Line, list[str]]] = field(default_factory=list)
    waveforms: dict[str, Waveform] = field(default_factory=dict)
    phasors: dict[str, tuple[float, float]] = field(default_factory=dict)

    def label(self, letter: str, path: str) -> str:
        """Return the portable name of an element."""
        # names of different letters never meet, as each keeps its first letter
        if letter not in self.labels:
            self.labels[letter] = Names(letter)
        return self.labels[letter].portable(path)

    def capacitors(self) -> Iterator[Capacitor]:
        """Yield the capacitors."""
        for instance, line, words in self.kept:
            if words[0][0] == "c":
                yield instance.capacitor(line, words)

    def stored(self) -> Iterator[Stored]:
        """Yield all that stores something."""
        for instance, line, words in self.kept:
            yield instance.stored(line, words)

    @property
    def elsewhere(self) -> str:
        """Words of a message about what is not there: it may stand in a library that is not here."""
        return f"; it may stand in {self.absent[0]}, which is not here (see --include-path)" if self.absent else ""

    def shared(self, card: ModelCard) -> ModelCard:
        """Return the card under a name that no card with other values has."""
        contents = card.name, card.type, frozenset(card.parameters.items())
        if contents not in self.cards:
            self.cards[contents] = ModelCard(self.card_names.take(card.name), card.type, card.parameters)
        return self.cards[contents]


def flatten(
    found: Definitions, open_parameters: Collection[str] = (), notes: Notes | None = None, absent: Sequence[str] = ()
) -> tuple[list[Element | Line], Flat]:
    """Return all elements, and between them the annotations, in the order of the text.

    open_parameters: paths, as in `x1.gain`, of parameters that `Element.formula` says how values follow.
    absent: libraries that could not be read.
    Raises NetlistError for what is not understood, and before anything is expanded for what would expand too far.
    """
    flat = Flat(
        found.everywhere,
        frozenset(open_parameters),
        conditions=found.conditions,
        notes=notes or Notes(),
        absent=tuple(absent),
    )
    _require_finite(found.top, [found.top], {}, [], flat.elsewhere)
    if found.heat is not None:
        line, text = found.heat
        celsius = _Instance(found.top, flat).evaluated(line, text)
        try:
            flat.conditions = replace(flat.conditions, celsius=celsius)
        except CircuitError as error:
            raise line.error(str(error)) from None
    elements = list(_Instance(found.top, flat).elements())
    unmet = sorted(flat.open_parameters - flat.met.keys())
    if unmet:
        raise NetlistError(f'no element follows a parameter "{unmet[0]}"{_hint(unmet[0], flat.parameters_ask)}')
    return elements, flat


def _call(line: Line) -> tuple[str, list[str], str, dict[str, str]]:
    """Return name, nodes, subcircuit and parameters of a line `X1 nodes NAME [params:] name=value ...`."""
    text = line.text.lower()
    if "=" in text:
        head, _, _ = text.partition("=")
        head = head.rstrip()
        cut = max(head.rfind(" "), head.rfind("\t"), head.rfind(":"))
        given = assignments(line, text[cut + 1 :])
        text = text[: max(cut, 0)]
    else:
        given = {}
    words = text.replace("params:", " ").replace(",", " ").replace("(", " ").replace(")", " ").split()
    if len(words) < 3:
        raise line.error('expected a subcircuit as in "X1 a b NAME"')
    return words[0], words[1:-1], words[-1], given


def _hint(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about a name that is not there: which was meant, or which there are."""
    known = list(known)
    return f"; {meant(name, known)}" if known else ""


def _lookup(name: str, line: Line, chain: list[Subcircuit], elsewhere: str) -> int:
    """Return which block of the chain, innermost last, defines a subcircuit."""
    for k in range(len(chain) - 1, -1, -1):
        if name in chain[k].blocks:
            return k
    raise line.error(
        f"there is no .subckt {name}{elsewhere}{_hint(name, [known for block in chain for known in block.blocks])}"
    )


def _require_finite(
    block: Subcircuit,
    chain: list[Subcircuit],
    known: dict[Subcircuit, tuple[int, int]],
    inside: list[Subcircuit],
    elsewhere: str,
) -> tuple[int, int]:
    """Return how many elements a block expands to, and how deep. Raises NetlistError for recursion and absurd numbers.

    chain: the blocks the definition stands in, itself last. inside: the blocks being expanded around it.
    elsewhere: words about where a missing one may be.
    """
    if block in known:
        return known[block]
    grown, height = 0, 0
    for line in block.statements:
        if line.text[0] not in "xX":
            continue
        _, _, name, _ = _call(line)
        at = _lookup(name, line, chain, elsewhere)
        target = chain[at].blocks[name]
        if target in inside or target is block:
            raise line.error(f"the subcircuit {name} contains itself")
        if len(inside) < DEEPEST:
            expanded, below = _require_finite(target, [*chain[: at + 1], target], known, [*inside, block], elsewhere)
            grown, height = grown + expanded, max(height, below + 1)
        if len(inside) >= DEEPEST or height > DEEPEST:
            raise line.error(f"subcircuits stand in each other more than {DEEPEST} deep")
        if grown > MOST_EXPANDED:
            raise line.error(f"the subcircuits expand to more than {MOST_EXPANDED:,} elements")
    known[block] = grown + len(block.statements), height
    return known[block]


class _Value(NamedTuple):
    """A parameter's value, and its path: its name with the subcircuits it stands in, as in `x1.gain`; or none.

    formula: how the value follows from open parameters; None where it does not.
    """

    value: float
    path: str
    formula: Tree | None


class _Number(str):
    """A number as text, and how it follows from open parameters."""

    formula: Tree

    def __new__(cls, text: str, formula: Tree) -> "_Number":
        number = super().__new__(cls, text)
        number.formula = formula
        return number


class _Instance:
    """One use of a block: where it stands, its nodes and the values of its parameters. Knows what words mean there.

    outer: the instance of the block that the definition stands in.
    """

    def __init__(
        self,
        block: Subcircuit,
        flat: Flat,
        path: str = "",
        nodes: dict[str, str] | None = None,
        given: dict[str, _Value] | None = None,
        outer: "_Instance | None" = None,
    ) -> None:
        self.block = block
        self.flat = flat
        self.path = path
        self.node_of = nodes or {}
        self.values = dict(given or {})
        self.outer = outer
        self.model_of: dict[str, ModelCard] = {}
        self.open: list[str] = []
        self.chosen: dict[int, bool] = {}

    def elements(self) -> Iterator[Element | Line]:
        """Yield the elements, those of inner subcircuits too, and the annotations."""
        branches = self.block.branches
        for k, line in enumerate(self.block.statements):
            if branches and not self.taken(branches.get(k)):
                continue
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
            elif (element := read_element(line, words, self)) is not None:
                made.append(element)
            if self.flat.asked:
                self.flat.elements_ask[f"{self.path}{words[0]}"] = frozenset(self.flat.asked)
                self.flat.asked.clear()
            for each in made:
                yield each._replace(formula=each.value.formula) if isinstance(each.value, _Number) else each

    def taken(self, branch: Branch | None) -> bool:
        """Whether the branch of an `.if` holds here; without one it does."""
        if branch is None:
            return True
        if id(branch) not in self.chosen:
            self.chosen[id(branch)] = (
                self.taken(branch.outer)
                and not any(self.holds(line) for line in branch.before)
                and (branch.condition is None or self.holds(branch.condition))
            )
        return self.chosen[id(branch)]

    def holds(self, line: Line) -> bool:
        """Return the value of the condition of an `.if` or `.elseif`."""
        keyword, *_ = line.words()
        text = line.text.lower()[len(keyword) :].strip()
        return self.evaluated(line, text[1:-1] if text[:1] == "{" and text[-1:] == "}" else text) != 0

    def instance(self, line: Line) -> "_Instance":
        """Return the subcircuit that an X line puts here."""
        name, nodes, wanted, given = _call(line)
        outer: _Instance | None = self
        while outer is not None and wanted not in outer.block.blocks:
            outer = outer.outer
        assert outer is not None
        block = outer.block.blocks[wanted]
        if len(nodes) != len(block.pins):
            raise line.error(f"{wanted} has {len(block.pins)} nodes, not {len(nodes)}")
        unknown = next((parameter for parameter in given if not block.knows(parameter)), "")
        if unknown:
            raise line.error(f'{wanted} has no parameter "{unknown}"')
        inner = f"{self.path}{name}."
        values = {parameter: self.given_here(line, f"{inner}{parameter}", text) for parameter, text in given.items()}
        at = dict(zip(block.pins, self.nodes(line, nodes), strict=True))
        return _Instance(block, self.flat, inner, at, values, outer)

    # ------------------------------------------------------------------ what words mean here

    @property
    def conditions(self) -> Conditions:
        """What all elements stand under."""
        return self.flat.conditions

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

    def number(self, line: Line, word: str) -> str:
        """Return a value as plain number text; a number that is plain stays as it is written."""
        if is_plain(word):
            return word
        if word[0] in "{'" and len(word) > 1:
            return self.worked_out(line, word[1:-1])
        try:
            return repr(spice_number(word))
        except ValueError:
            if self.is_parameter(word):
                return self.worked_out(line, word)
            raise line.error(f'"{word}" is not a number{advice(word)}') from None

    def scaled(self, number: str, factor: float) -> str:
        """Return so many times a value, with its formula where it has one."""
        text = repr(float(number) * factor)
        return _Number(text, Call("*", (number.formula, Number(factor)))) if isinstance(number, _Number) else text

    def shared(self, card: ModelCard) -> ModelCard:
        """Return the card under a name that no card with other values has."""
        return self.flat.shared(card)

    def is_parameter(self, word: str) -> bool:
        """Whether a word is the name of a parameter here or around."""
        block = self.block
        known = word in self.values or word in block.parameters or word in block.defaults
        return known or (self.outer is not None and self.outer.is_parameter(word))

    def remark(self, line: Line, what: str) -> None:
        """Note what a line says that is not done as it says."""
        self.flat.notes.add(line, what)

    def worked_out(self, line: Line, text: str) -> str:
        """Return the value of an expression as number text, which knows its formula where open parameters decide it."""
        try:
            tree = self.tree(text)
            value, formula = repr(self.value(tree)), self.formula(tree)
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None
        return value if formula is None else _Number(value, formula)

    def evaluated(self, line: Line, text: str) -> float:
        """Return the value of an expression."""
        return float(self.worked_out(line, text))

    def value(self, tree: Tree) -> float:
        """Return the value of an expression. Raises ValueError where it has none."""
        if isinstance(tree, Call) and tree.conditional:  # one side only is looked at, but both are asked for
            for name in names(tree):
                with suppress(ValueError):
                    self.parameter(name)
        return evaluate(tree, by_name(self.parameter))

    def law(self, line: Line, text: str) -> Tree:
        """Return what a behavioural source's expression says, of flat nodes, sources' own names and open parameters."""
        try:
            return fold(self.tree(text, behaviour=True), partial(self.known_here, line))
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None

    def opened(self, path: str) -> str:
        """Return the value of an open parameter as number text that knows its formula."""
        return _Number(repr(self.flat.met[path]), Name(path))

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

    def tree(self, text: str, behaviour: bool = False) -> Tree:
        """Return what an expression says. Raises ValueError where that is not understood."""
        return parse(text, partial(self.defined, behaviour=behaviour), behaviour)

    def defined(self, name: str, arguments: tuple[Tree, ...], behaviour: bool) -> Tree | None:
        """Return what a function defined here or around is of these arguments; None where there is none."""
        place: _Instance | None = self
        while place is not None and name not in place.block.functions:
            place = place.outer
        if place is None:
            return None
        function, calling = place.block.functions[name], self.flat.calling
        if len(arguments) != len(function.arguments):
            raise ValueError(f"{name} takes {len(function.arguments)} arguments, not {len(arguments)}")
        if (function, behaviour) not in self.flat.bodies:
            if name in calling:
                raise ValueError(f"the function {name} is defined by itself")
            if len(calling) >= DEEPEST_FUNCTION:
                raise ValueError(f"more than {DEEPEST_FUNCTION} functions are defined by each other")
            calling.append(name)
            try:
                self.flat.bodies[(function, behaviour)] = place.tree(function.body, behaviour)
            finally:
                calling.pop()
        given = dict(zip(function.arguments, arguments, strict=True))
        return fold(
            self.flat.bodies[(function, behaviour)],
            lambda leaf: given.get(leaf.name) if isinstance(leaf, Name) else None,
        )

    def formula(self, tree: Tree) -> Tree | None:
        """Return a tree of which only open parameters are left; None where it follows none of them."""
        if not self.flat.open_parameters:
            return None

        def known(leaf: Name | Voltage | Current) -> Tree | None:
            if not isinstance(leaf, Name):
                return None
            found = self.resolved(leaf.name)
            return Number(found.value) if found.formula is None else found.formula

        folded = fold(tree, known)
        return folded if names(folded) else None

    def parameter(self, name: str) -> float:
        """Return a parameter's value. Raises ValueError where it has none."""
        found = self.resolved(name)
        if found.path:
            self.flat.asked.add(found.path)
        return found.value

    def resolved(self, name: str) -> _Value:
        """Return a parameter's value and its path; errors as `parameter`."""
        if name in self.values:
            return self.values[name]
        text, line = self.block.parameters.get(name) or self.block.defaults.get(name) or ("", None)
        if line is None:
            if self.outer is None and name == TEMPERATURE:
                return _Value(self.conditions.celsius, "", None)
            if self.outer is None:
                raise ValueError(f'there is no parameter "{name}"{_hint(name, self.block.parameters)}')
            return self.outer.resolved(name)
        if name in self.open:
            raise ValueError(f'the parameter "{name}" is defined by itself')
        if len(self.open) >= DEEPEST_PARAMETER:
            raise ValueError(f"more than {DEEPEST_PARAMETER} parameters are defined by each other")
        self.open.append(name)
        try:
            self.values[name] = self.given(line, f"{self.path}{name}", text)
        finally:
            self.open.pop()
        return self.values[name]

    def given_here(self, line: Line, path: str, text: str) -> _Value:
        """Return what a line sets the parameter of that path to. Raises NetlistError where it has no value."""
        try:
            return self.given(line, path, text)
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None

    def given(self, line: Line, path: str, text: str) -> _Value:
        """Return what a line sets the parameter of that path to, and keep both and what it follows from.

        Raises ValueError where it has no value.
        """
        before, self.flat.asked = self.flat.asked, set()
        self.flat.defined[path] = line
        try:
            tree = self.tree(text)
            value = self.value(tree)
            self.flat.parameters_ask[path] = frozenset(self.flat.asked)
        finally:
            self.flat.asked = before
        if path in self.flat.open_parameters:
            self.flat.met[path] = value
            return _Value(value, path, Name(path))
        return _Value(value, path, self.formula(tree))

    def note(self, words: list[str]) -> None:
        """Count these words among the uses of the parameters in them, whether they have a value or not."""
        for word in words:
            for name in NAME.findall(word) if word[0] in "{'" else ():
                with suppress(ValueError):
                    self.parameter(name)

    def keep(self, line: Line, words: list[str]) -> None:
        """Keep what only time knows; its nodes get their names when all others have theirs."""
        self.flat.kept.append((self, line, words))

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

    def model(self, name: str) -> Line | None:
        """Return the line of a model that is defined in this block: of several the first whose condition holds."""
        return next((line for line, branch in self.block.models.get(name, ()) if self.taken(branch)), None)

    def known_models(self) -> list[str]:
        """Return the names of the models here and around."""
        return [*filter(self.model, self.block.models), *(self.outer.known_models() if self.outer is not None else ())]

    def has_card(self, name: str) -> bool:
        """Whether there is a model of that name here or around."""
        here = name in self.block.models and self.model(name) is not None
        return here or (self.outer is not None and self.outer.has_card(name))

    def bins(self, name: str) -> list[str]:
        """Return the names of the models NAME.1, NAME.2 ... here, or else around."""
        head = f"{name}."
        found = [each for each in self.block.models if each.startswith(head) and each.removeprefix(head).isdecimal()]
        return found if found or self.outer is None else self.outer.bins(name)

    def of_card(self, line: Line, word: str) -> str:
        """Return the value of a model's parameter, worked out where it follows from the netlist's."""
        if word[0] in "{'":
            return self.number(line, word)
        asks = not word[0].isdigit() and all(map(self.is_parameter, found := NAME.findall(word))) and found
        return self.worked_out(line, word) if asks else word

    def card(self, line: Line, name: str) -> ModelCard:
        """Return the model of that name, its expressions evaluated."""
        if name in self.model_of:
            return self.model_of[name]
        own = self.model(name)
        if own is None:
            if not self.has_card(name):
                raise line.error(
                    f"there is no .model line for {name}{self.flat.elsewhere}{_hint(name, self.known_models())}"
                )
            assert self.outer is not None
            return self.outer.card(line, name)
        where = f"{own.source}, line {own.number}"
        card = parse_card(own.text, where, partial(self.of_card, own), partial(self.remark, own))
        self.model_of[name] = self.flat.shared(card)
        return self.model_of[name]
