"""Which subcircuits, parameters and models does a netlist define, and where? Found before anything is expanded."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ebana_like.elements import Conditions
from ebana_like.elements.conditions import USUAL
from ebana_like.errors import CircuitError
from ebana_like.expressions.numbers import is_plain
from ebana_like.netlist.deck.assignments import assignments
from ebana_like.netlist.deck.functions import defines_function, read_function
from ebana_like.netlist.deck.lines import Line
from ebana_like.netlist.deck.notes import Notes
from ebana_like.netlist.deck.options import read_options
from ebana_like.netlist.deck.subcircuits import Branch, Subcircuit

DEEPEST = 20
"""Subcircuits defined or used inside each other, and conditions inside each other."""

MOST_BRANCHES = 200
"""Of one `.if`."""

_ANALYSES = frozenset(
    f".{name}"
    for name in (
        *("op", "dc", "ac", "tran", "noise", "tf", "sens", "four", "meas", "measure"),
        *("print", "plot", "save", "probe", "width", "backanno", "title"),
    )
)
"""What a person asked of the circuit, not what it is."""

_SAID = {
    ".endc": "not read: there is no .control for it to end",
    ".ic": "not read: initial conditions hold for a .tran, no operating point",
    ".nodeset": "not read: it only helps to find an operating point; a circuit with several may settle at another",
    ".csparam": "not read: it hands a number to .control, of which nothing is run",
    ".step": "not run: the circuit is read as it stands, without steps",
    ".wave": "not run: it writes sound",
    ".net": "not run: it asks for an analysis of small signals",
    ".savebias": "not run: it writes a file",
    **dict.fromkeys((".pz", ".disto", ".pss", ".sp", ".hb"), "not run: it asks for an analysis that is not made here"),
    **dict.fromkeys((".protect", ".unprotect", ".prot", ".unprot"), "not read: it only hides what follows"),
}
"""What has no effect on an operating point, by keyword, and why."""

_WHATEVER_THE_CONDITION = frozenset(
    {
        ".param",
        ".params",
        ".parameter",
        ".global_param",
        ".options",
        ".option",
        ".opt",
        ".temp",
        ".global",
        ".subckt",
        ".func",
        ".function",
    }
)
"""What ngspice reads in every branch of an `.if`, taken or not."""


@dataclass
class Definitions:
    """The netlist as one block with others inside.

    everywhere: nodes that are the same in all blocks. ended: whether there was an `.end`.
    conditions: that all elements stand under. heat: the temperature where an expression says it, and where.
    scale: metres that sizes of MOS transistors are given in.
    """

    top: Subcircuit = field(default_factory=lambda: Subcircuit("netlist"))
    everywhere: set[str] = field(default_factory=lambda: {"0", "gnd"})
    ended: bool = False
    conditions: Conditions = field(default_factory=Conditions)
    heat: tuple[Line, str] | None = None
    scale: float = 1.0


def definitions(lines: Iterable[Line], notes: Notes) -> Definitions:
    """Sort a netlist's statements into blocks. Raises NetlistError for every dot line that is not understood."""
    sorter = _Sorter(notes)
    for line in lines:
        if line.text[0] == ".":
            sorter.dot_line(line)
        else:
            sorter.statement(line)
    return sorter.whole()


class _Sorter:
    """Sorts statements into the blocks that are open; knows in which branch of an `.if` they stand.

    blocks: open ones, innermost last. branches: the branch that is open in each of them.
    given, heated: conditions that `.options`, and `.temp`, say, and where.
    """

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.found = Definitions()
        self.blocks = [self.found.top]
        self.branches: list[Branch | None] = [None]
        self.given: dict[str, tuple[Line, float]] = {}
        self.heated: dict[str, tuple[Line, float]] = {}

    def statement(self, line: Line) -> None:
        block, branch = self.blocks[-1], self.branches[-1]
        if branch is not None:
            block.branches[len(block.statements)] = branch
        block.statements.append(line)

    def dot_line(self, line: Line) -> None:
        words = line.words()
        keyword = words[0]
        handler = _HANDLERS.get(keyword)
        if handler is not None:
            if self.branches[-1] is not None and keyword in _WHATEVER_THE_CONDITION:
                self.notes.add(line, f"{keyword} inside .if counts whatever the condition, as in ngspice")
            handler(self, line, words)
        elif keyword in _SAID:
            self.notes.add(line, f"{keyword} {_SAID[keyword]}")
        elif keyword not in _ANALYSES:
            raise line.error("this kind of line is not known")

    def whole(self) -> Definitions:
        if len(self.blocks) > 1:
            opened = self.blocks[-1].line
            assert opened is not None
            raise opened.error("this subcircuit has no .ends")
        self._require_no_branch()
        _, self.found.scale = self.given.pop("scale", (None, 1.0))
        given = self.given | self.heated  # ngspice has .temp count before .options temp=, wherever they stand
        try:
            self.found.conditions = Conditions(**{name: value for name, (_, value) in given.items()})
        except CircuitError as error:
            raise next(reversed(given.values()))[0].error(str(error)) from None
        return self.found

    def _require_no_branch(self) -> None:
        branch = self.branches[-1]
        if branch is not None:
            raise (*branch.before, branch.condition)[0].error("this .if has no .endif")  # type: ignore[union-attr]

    # ------------------------------------------------------------------ one method a keyword

    def subcircuit(self, line: Line, words: list[str]) -> None:
        parent, block = self.blocks[-1], _subcircuit(line)
        if block.name in parent.blocks:
            self.notes.add(line, f"a second subcircuit {block.name} is not used: the first one counts, as in ngspice")
        parent.blocks.setdefault(block.name, block)
        self.blocks.append(block)
        self.branches.append(None)
        if len(self.blocks) > DEEPEST:
            raise line.error(f"subcircuits are defined more than {DEEPEST} deep")

    def ends(self, line: Line, words: list[str]) -> None:
        block = self.blocks[-1]
        if len(self.blocks) == 1:
            raise line.error("there is no .subckt for this line to end")
        if words[1:2] not in ([], [block.name]):
            self.notes.add(line, f"the subcircuit that ends here is called {block.name}")
        if len(words) > 2:
            self.notes.add(line, f"not read: {' '.join(words[2:])} behind the subcircuit's name")
        self._require_no_branch()
        self.blocks.pop()
        self.branches.pop()

    def parameters(self, line: Line, words: list[str]) -> None:
        known, text = self.blocks[-1].parameters, line.text.lower()[len(words[0]) :]
        if defines_function(text):
            self.function(line, words)
            return
        for name, value in assignments(line, text, spaces=True).items():
            if name in known:
                self.notes.add(line, f"the parameter {name} is set again: the last value counts, as in ngspice")
            known[name] = (value, line)

    def function(self, line: Line, words: list[str]) -> None:
        function = read_function(line, line.text.lower()[len(words[0]) :])
        self.blocks[-1].functions[function.name] = function

    def model(self, line: Line, words: list[str]) -> None:
        if len(words) < 3:
            raise line.error('is not a model; expected ".model NAME TYPE parameter=..."')
        known, branch = self.blocks[-1].models.setdefault(words[1], []), self.branches[-1]
        if branch is None and any(other.text != line.text and inside is None for other, inside in known):
            self.notes.add(line, f"a second model {words[1]} is not used: the first one counts, as in ngspice")
        known.append((line, branch))

    def everywhere(self, line: Line, words: list[str]) -> None:
        self.found.everywhere |= set(words[1:])

    def options(self, line: Line, words: list[str]) -> None:
        self.given |= {name: (line, value) for name, value in read_options(line, words[1:], self.notes).items()}

    def temperature(self, line: Line, words: list[str]) -> None:
        if len(words) == 2 and words[1][0] in "{'":
            self.found.heat = (line, words[1][1:-1])
            return
        self.found.heat = None
        if len(words) != 2 or not is_plain(words[1].lstrip("-+")):
            said = " ".join(words[1:])
            self.notes.add(line, f".temp takes one number without unit: {said!r} is {USUAL:g} degrees, as in ngspice")
            words = [words[0], f"{USUAL:g}"]
        self.heated = {name: (line, v) for name, v in read_options(line, ["temp", "=", words[1]], self.notes).items()}

    def end(self, line: Line, words: list[str]) -> None:
        self.found.ended = True

    def condition(self, line: Line, words: list[str]) -> None:
        outer = self.branches[-1]
        depth = 0 if outer is None else outer.depth + 1
        if depth > DEEPEST:
            raise line.error(f"conditions stand in each other more than {DEEPEST} deep")
        self.branches[-1] = Branch(line, (), outer, depth)

    def alternative(self, line: Line, words: list[str]) -> None:
        branch = self.branches[-1]
        if branch is None or branch.condition is None:
            raise line.error("there is no .if for this line to continue")
        condition = line if words[0] == ".elseif" else None
        if len(branch.before) >= MOST_BRANCHES:
            raise line.error(f"an .if has more than {MOST_BRANCHES} branches")
        self.branches[-1] = branch._replace(condition=condition, before=(*branch.before, branch.condition))

    def end_of_condition(self, line: Line, words: list[str]) -> None:
        branch = self.branches[-1]
        if branch is None:
            raise line.error("there is no .if for this line to end")
        self.branches[-1] = branch.outer


_HANDLERS: dict[str, Callable[[_Sorter, Line, list[str]], None]] = {
    ".subckt": _Sorter.subcircuit,
    ".macro": _Sorter.subcircuit,
    ".ends": _Sorter.ends,
    ".eom": _Sorter.ends,
    ".param": _Sorter.parameters,
    ".params": _Sorter.parameters,
    ".parameter": _Sorter.parameters,
    ".global_param": _Sorter.parameters,
    ".func": _Sorter.function,
    ".function": _Sorter.function,
    ".model": _Sorter.model,
    ".global": _Sorter.everywhere,
    ".options": _Sorter.options,
    ".option": _Sorter.options,
    ".opt": _Sorter.options,
    ".temp": _Sorter.temperature,
    ".end": _Sorter.end,
    ".if": _Sorter.condition,
    ".elseif": _Sorter.alternative,
    ".else": _Sorter.alternative,
    ".endif": _Sorter.end_of_condition,
}


def _subcircuit(line: Line) -> Subcircuit:
    """Return the subcircuit that a line opens: `.subckt NAME pins [params:] name=value ...`."""
    text = re.sub(r"\bparams:\s*", " ", line.text.lower())
    head = re.split(r"\s[a-z_]\w*\s*=", text, maxsplit=1)[0]
    names = head.replace(",", " ").replace("(", " ").replace(")", " ").split()[1:]
    if len(names) < 2:
        raise line.error('expected ".subckt NAME node ..."')
    name, *pins = names
    if len(set(pins)) != len(pins):
        raise line.error("a node of the subcircuit stands twice")
    defaults = assignments(line, text[len(head) :])
    return Subcircuit(name, line, tuple(pins), {parameter: (value, line) for parameter, value in defaults.items()})
