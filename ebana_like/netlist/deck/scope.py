"""What do words and expressions mean in one use of a subcircuit? Its parameters and functions, or those around it."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from ebana_like.elements import Conditions
from ebana_like.expressions import Call, Current, Name, Number, Tree, Voltage, by_name, evaluate, fold, names, parse
from ebana_like.expressions.numbers import advice, is_plain, spice_number
from ebana_like.netlist.deck.flat import Flat, hint
from ebana_like.netlist.deck.functions import DEEPEST
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.number_text import NumberText
from ebana_like.netlist.deck.subcircuits import NAME, Branch, Subcircuit

TEMPERATURE = "temper"
"""What expressions call that of the circuit, in degrees Celsius, where no parameter has the name."""

DEEPEST_PARAMETER = 50
"""Parameters defined by each other in a chain."""


class Value(NamedTuple):
    """A parameter's value, and its path: its name with the subcircuits it stands in, as in `x1.gain`; or none.

    formula: how the value follows from open parameters; None where it does not.
    """

    value: float
    path: str
    formula: Tree | None


class Scope:
    """One use of a block: where it stands and its parameters' values. Knows what words and expressions mean there.

    outer: the use of the block that the definition stands in.
    """

    def __init__(
        self,
        block: Subcircuit,
        flat: Flat,
        path: str,
        given: Mapping[str, Value],
        outer: "Scope | None",
    ) -> None:
        self.block = block
        self.flat = flat
        self.path = path
        self.values = dict(given)
        self.outer = outer
        self.open: list[str] = []
        self.chosen: dict[int, bool] = {}

    @property
    def conditions(self) -> Conditions:
        """What all elements stand under."""
        return self.flat.conditions

    @property
    def scale(self) -> float:
        """Metres that sizes of MOS transistors are given in."""
        return self.flat.scale

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
        return NumberText(text, Call("*", (number.formula, Number(factor)))) if isinstance(number, NumberText) else text

    def is_parameter(self, word: str) -> bool:
        """Whether a word is the name of a parameter here or around."""
        block = self.block
        known = word in self.values or word in block.parameters or word in block.defaults
        return known or (self.outer is not None and self.outer.is_parameter(word))

    def worked_out(self, line: Line, text: str) -> str:
        """Return the value of an expression as number text, which knows its formula where open parameters decide it."""
        try:
            tree = self.tree(text)
            value, formula = repr(self.value(tree)), self.formula(tree)
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None
        return value if formula is None else NumberText(value, formula)

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

    def opened(self, path: str) -> str:
        """Return the value of an open parameter as number text that knows its formula."""
        return NumberText(repr(self.flat.met[path]), Name(path))

    def tree(self, text: str, behaviour: bool = False) -> Tree:
        """Return what an expression says. Raises ValueError where that is not understood."""
        return parse(text, partial(self.defined, behaviour=behaviour), behaviour)

    def defined(self, name: str, arguments: tuple[Tree, ...], behaviour: bool) -> Tree | None:
        """Return what a function defined here or around is of these arguments; None where there is none."""
        place: Scope | None = self
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
            if len(calling) >= DEEPEST:
                raise ValueError(f"more than {DEEPEST} functions are defined by each other")
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

    def resolved(self, name: str) -> Value:
        """Return a parameter's value and its path; errors as `parameter`."""
        if name in self.values:
            return self.values[name]
        text, line = self.block.parameters.get(name) or self.block.defaults.get(name) or ("", None)
        if line is None:
            if self.outer is None and name == TEMPERATURE:
                return Value(self.conditions.celsius, "", None)
            if self.outer is None:
                raise ValueError(f'there is no parameter "{name}"{hint(name, self.block.parameters)}')
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

    def given_here(self, line: Line, path: str, text: str) -> Value:
        """Return what a line sets the parameter of that path to. Raises NetlistError where it has no value."""
        try:
            return self.given(line, path, text)
        except ValueError as error:
            raise line.error(str(error)) from error
        except RecursionError:
            raise line.error("the expressions are nested too deep") from None

    def given(self, line: Line, path: str, text: str) -> Value:
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
            return Value(value, path, Name(path))
        return Value(value, path, self.formula(tree))

    def note(self, words: list[str]) -> None:
        """Count these words among the uses of the parameters in them, whether they have a value or not."""
        for word in words:
            for name in NAME.findall(word) if word[0] in "{'" else ():
                with suppress(ValueError):
                    self.parameter(name)
