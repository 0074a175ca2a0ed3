"""Which subcircuits, parameters and models does a netlist define, and where? Found before anything is expanded."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from ebana_like.netlist.deck.lines import Line

DEEPEST = 20
"""Subcircuits defined or used inside each other."""

_TOKEN = re.compile(r"\{[^{}]*\}|'[^']*'|[=,]|[^\s=,{}']+|\S")
NAME = re.compile(r"[a-z_]\w*", re.ASCII)
_EXPRESSION = re.compile(r"\{[^{}]*\}|'[^']*'")

_ANALYSES = frozenset(
    f".{name}"
    for name in (
        *("op", "dc", "ac", "tran", "noise", "tf", "sens", "four", "meas", "measure"),
        *("print", "plot", "save", "probe", "width", "backanno", "title"),
    )
)
"""What a person asked of the circuit, not what it is."""

_HARMLESS_OPTIONS = frozenset(
    (
        *("reltol", "abstol", "vntol", "chgtol", "pivtol", "pivrel", "trtol", "gminsteps", "srcsteps"),
        *("itl1", "itl2", "itl3", "itl4", "itl5", "itl6", "method", "maxord"),
        *("numdgt", "acct", "noacct", "list", "node", "nomod", "nopage", "opts", "savecurrents"),
        *("rawfmt", "filetype", "plotwinsize"),
    )
)
"""How a program solves and prints; here it is solved our way."""

_FIXED_OPTIONS = {"gmin": 1e-12, "temp": 27.0, "tnom": 27.0, "scale": 1.0}
"""What would change the circuit, and the only value that the elements' laws hold for."""


@dataclass(eq=False)
class Subcircuit:
    """A subcircuit's definition, or the netlist itself.

    pins: names of its nodes. defaults: parameters that an instance may set. parameters: its own `.param` lines.
    models: `.model` lines. blocks: subcircuits defined inside. statements: elements and annotations, in order.
    """

    name: str
    line: Line | None = None
    pins: tuple[str, ...] = ()
    defaults: dict[str, tuple[str, Line]] = field(default_factory=dict)
    parameters: dict[str, tuple[str, Line]] = field(default_factory=dict)
    models: dict[str, Line] = field(default_factory=dict)
    blocks: dict[str, "Subcircuit"] = field(default_factory=dict)
    statements: list[Line] = field(default_factory=list)

    def knows(self, parameter: str) -> bool:
        """Whether an instance may set it: it has a default, or, as LTspice takes for enough, it is used inside."""
        return parameter in self.defaults or parameter in self._used

    @cached_property
    def _used(self) -> frozenset[str]:
        """Names in its expressions."""
        lines = (*self.statements, *self.models.values())
        expressions = (part for line in lines for part in _EXPRESSION.findall(line.text.lower()))
        return frozenset(name for expression in expressions for name in NAME.findall(expression))


@dataclass
class Definitions:
    """The netlist as one block with others inside.

    everywhere: nodes that are the same in all blocks. ended: whether there was an `.end`.
    """

    top: Subcircuit = field(default_factory=lambda: Subcircuit("netlist"))
    everywhere: set[str] = field(default_factory=lambda: {"0", "gnd"})
    ended: bool = False


def definitions(lines: Iterable[Line]) -> Definitions:
    """Sort a netlist's statements into blocks. Raises NetlistError for every dot line that is not understood."""
    found = Definitions()
    open_blocks = [found.top]
    for line in lines:
        if line.text[0] != ".":
            open_blocks[-1].statements.append(line)
            continue
        words = line.words()
        keyword, block = words[0], open_blocks[-1]
        if keyword == ".subckt":
            open_blocks.append(_subcircuit(line, block))
            if len(open_blocks) > DEEPEST:
                raise line.error(f"subcircuits are defined more than {DEEPEST} deep")
        elif keyword == ".ends":
            if len(open_blocks) == 1 or words[1:] not in ([], [block.name]):
                raise line.error("there is no .subckt of that name for this line to end")
            open_blocks.pop()
        elif keyword in (".param", ".params", ".parameter"):
            _add(block.parameters, assignments(line, line.text.lower()[len(keyword) :], spaces=True), line)
        elif keyword == ".model":
            if len(words) < 3:
                raise line.error('is not a model; expected ".model NAME TYPE parameter=..."')
            if words[1] in block.models and block.models[words[1]].text != line.text:
                raise line.error(f"there are two models {words[1]}")
            block.models[words[1]] = line
        elif keyword == ".global":
            found.everywhere |= set(words[1:])
        elif keyword in (".options", ".option", ".opt"):
            _require_understood(line, words[1:])
        elif keyword == ".temp":
            _require_understood(line, ["temp", "=", *words[1:]])
        elif keyword == ".end":
            found.ended = True
        elif keyword not in _ANALYSES:
            raise line.error(_reason(keyword))
    if len(open_blocks) > 1:
        opened = open_blocks[-1].line
        assert opened is not None
        raise opened.error("this subcircuit has no .ends")
    return found


def _reason(keyword: str) -> str:
    if keyword in (".control", ".endc"):
        return "this kind of line is not known: it would let the netlist run commands, so take the .control part out"
    if keyword in (".nodeset", ".ic", ".step", ".func", ".if", ".else", ".elseif", ".endif"):
        return "this kind of line is not known: it would change which circuit or operating point is meant"
    return "this kind of line is not known"


def _subcircuit(line: Line, parent: Subcircuit) -> Subcircuit:
    """Open a subcircuit: `.subckt NAME pins [params:] name=value ...`."""
    text = re.sub(r"\bparams:\s*", " ", line.text.lower())
    head = re.split(r"\s[a-z_]\w*\s*=", text, maxsplit=1)[0]
    names = head.replace(",", " ").replace("(", " ").replace(")", " ").split()[1:]
    if len(names) < 2:
        raise line.error('expected ".subckt NAME node ..."')
    name, *pins = names
    if len(set(pins)) != len(pins):
        raise line.error("a node of the subcircuit stands twice")
    if name in parent.blocks:
        raise line.error(f"there are two subcircuits {name}")
    block = Subcircuit(name, line, tuple(pins))
    _add(block.defaults, assignments(line, text[len(head) :]), line)
    parent.blocks[name] = block
    return block


def assignments(line: Line, text: str, spaces: bool = False) -> dict[str, str]:
    """Return `name=value` pairs of a lower-case text; values may be expressions, in braces or not.

    spaces: whether the value of a parameter that stands alone may have spaces in it without braces.
    """
    tokens = list(_TOKEN.finditer(text))
    at = [k for k, token in enumerate(tokens) if token[0] == "="]
    if bool(at) != bool(tokens) or at[:1] > [1] or 0 in at:
        raise line.error(_EXPECTED)
    found: dict[str, str] = {}
    for here, following in pairwise([*at, len(tokens) + 1]):
        name, values = tokens[here - 1][0], tokens[here + 1 : following - 1]
        if not NAME.fullmatch(name) or name in found or not values:
            raise line.error(_EXPECTED)
        value = text[values[0].start() : values[-1].end()]
        if len(values) == 1 and value[0] in "{'" and value[1:]:
            behind = text[values[0].end() : values[0].end() + 1]
            if behind and not behind.isspace():
                raise line.error(_EXPECTED)
            found[name] = value[1:-1]
            continue
        found[name] = value
        if _split_by(value, ","):
            raise line.error("programs disagree about commas between parameters; separate them by spaces")
        if (len(at) > 1 or not spaces or value[0] == "(") and _split_by(value, " \t"):
            raise line.error(f'ngspice ends the value of "{name}" at the space; write {name}={{{value}}}')
    return found


_EXPECTED = 'expected parameters as in "name=value", each once'


def _split_by(value: str, separators: str) -> bool:
    """Whether one of the separators stands in the text outside of parentheses."""
    depth = 0
    for character in value:
        depth += (character == "(") - (character == ")")
        if depth == 0 and character in separators:
            return True
    return False


def _add(known: dict[str, tuple[str, Line]], more: dict[str, str], line: Line) -> None:
    for name, value in more.items():
        if name in known:
            raise line.error(f'the parameter "{name}" has a value already')
        known[name] = (value, line)


def _require_understood(line: Line, words: list[str]) -> None:
    """Raise NetlistError for options that would change the circuit."""
    position = 0
    while position < len(words):
        name, value = words[position], ""
        if words[position + 1 : position + 2] == ["="]:
            value, position = "".join(words[position + 2 : position + 3]), position + 2
        position += 1
        if name in _FIXED_OPTIONS:
            if not _is(value, _FIXED_OPTIONS[name]):
                raise line.error(
                    f"{name} is {value or 'not given'}; the elements' laws here hold for {_FIXED_OPTIONS[name]:g} only"
                )
        elif name not in _HARMLESS_OPTIONS:
            raise line.error(f'the option "{name}" is not understood')


def _is(value: str, wanted: float) -> bool:
    try:
        return float(value) == wanted
    except ValueError:
        return False
