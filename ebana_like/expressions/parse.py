"""What does an expression say? One grammar for parameters and behavioural sources; the outcome is a tree.

What is accepted has the value that ngspice gives it. What ngspice refuses, and what programs give different values, is
refused with advice.
"""

import re
from collections.abc import Callable

from ebana_like.expressions.functions import FUNCTIONS, OF_BEHAVIOUR, OF_PARAMETERS, RANDOM
from ebana_like.expressions.numbers import NUMBER, advice, spice_number
from ebana_like.expressions.tree import Call, Current, Name, Number, Tree, Voltage

LONGEST = 2000
DEEPEST = 40
"""Characters of a parameter's expression, and nested parentheses, beyond which it is refused."""

LONGEST_BEHAVIOUR = 20_000
"""Characters of a behavioural source's expression."""

Defined = Callable[[str, tuple[Tree, ...]], Tree | None]
"""Returns what a function that the netlist defines is for these arguments; None where it defines none of that name."""

_NODE = r"[^\s(),={}'\"]+"
_PROBE = re.compile(rf"\s*([vi])\s*\(\s*({_NODE})\s*(?:,\s*({_NODE})\s*)?\)")
_TOKEN = re.compile(rf"\s*({NUMBER}[a-zµμ]*|[a-z_]\w*|\*\*|&&|\|\||[=!<>]=|<>|[-+*/%\\(){{}},?:<>!^])", re.ASCII)
_MIL = re.compile(rf"{NUMBER}mil[a-z]*", re.ASCII)

_COMPARISONS = (">", "<", ">=", "<=", "==", "!=", "<>")


def parse(text: str, defined: Defined | None = None, behaviour: bool = False) -> Tree:
    """Return the tree of a lower-case expression.

    defined: of functions that the netlist defines. behaviour: whether it is a behavioural source's, which may ask for
    voltages and currents. Raises ValueError saying what is wrong.
    """
    longest = LONGEST_BEHAVIOUR if behaviour else LONGEST
    if len(text) > longest:
        raise ValueError(f"the expression is longer than {longest} characters")
    return _Parser(_tokens(text, behaviour), defined, behaviour).all()


_Token = str | Voltage | Current


def _tokens(text: str, behaviour: bool) -> list[_Token]:
    tokens: list[_Token] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        probe = _PROBE.match(text, position) if behaviour else None
        if probe is not None:
            tokens.append(_probe(*probe.groups()))
            position = probe.end()
            continue
        match = _TOKEN.match(text, position)
        if match is None or (match[1] in "{}" and not behaviour):
            raise ValueError(
                f"the expression is not understood at {text[position : position + 20]!r}{_hint(text, position)}"
            )
        if match[1] == "^" and not behaviour:
            raise ValueError(
                f"the expression is not understood at {text[match.start(1) : match.start(1) + 20]!r}; write ** for a "
                "power, as ^ is exclusive-or in LTspice"
            )
        tokens.append(match[1])
        position = match.end()
    return tokens


def _hint(text: str, position: int) -> str:
    """Return the fix of what is no token, as the end of a message."""
    found = text[position:].lstrip()[:1]
    fixes = {"=": "; write == to compare", "&": "; write && for and", "|": "; write || for or"}
    return fixes.get(found, "")


def _probe(letter: str, first: str, second: str | None) -> Voltage | Current:
    if letter == "v":
        return Voltage(*("0" if node == "gnd" else node for node in (first, second or "0")))
    if second is not None:
        raise ValueError(f"i({first},{second}) names two elements; a current is that of one, as in i(v1)")
    return Current(first)


class _Parser:
    """Recursive descent: conditions, comparisons, a sign, then a sum of products of powers."""

    def __init__(self, tokens: list[_Token], defined: Defined | None, behaviour: bool) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.defined = defined
        self.behaviour = behaviour
        self.functions = OF_BEHAVIOUR if behaviour else OF_PARAMETERS

    def all(self) -> Tree:
        tree = self.conditional()
        if self.peek():
            raise ValueError(f"the expression ends before {self.peek()!r}")
        return tree

    def peek(self) -> str:
        """Return the next token; a probe stands as a word."""
        if self.position >= len(self.tokens):
            return ""
        token = self.tokens[self.position]
        return token if isinstance(token, str) else "v()"

    def take(self, *expected: str) -> str:
        """Take the next token if it is one of these."""
        token = self.peek()
        if token not in expected:
            return ""
        self.position += 1
        return token

    def conditional(self, first: bool = True) -> Tree:
        """Return what stands in parentheses, or behind ? and :.

        first: whether it begins an expression, so that a sign in front of a name is read alike by all programs.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"the expression is nested more than {DEEPEST} deep")
        tree = self.either(first)
        if self.take("?"):
            yes = self.either(first=False)
            if self.peek() == "?":
                raise ValueError("programs group a condition between ? and : differently; put it in parentheses")
            if not self.take(":"):
                raise ValueError('a condition has no second value; write "condition ? value : other"')
            tree = Call("?", (tree, yes, self.conditional(first=False)))
        self.depth -= 1
        return tree

    def either(self, first: bool) -> Tree:
        tree = self.both(first)
        while self.take("||"):
            tree = Call("||", (tree, self.both(first=False)))
        return tree

    def both(self, first: bool) -> Tree:
        tree = self.comparison(first)
        while self.take("&&"):
            tree = Call("&&", (tree, self.comparison(first=False)))
        return tree

    def comparison(self, first: bool) -> Tree:
        tree = self.sum(first)
        sign = self.take(*_COMPARISONS)
        if not sign:
            return tree
        tree = Call("!=" if sign == "<>" else sign, (tree, self.sum(first=False)))
        if self.peek() in _COMPARISONS:
            raise ValueError("a comparison of a comparison needs parentheses")
        return tree

    def sum(self, first: bool) -> Tree:
        sign = self.take("+", "-") if first else ""
        terms = [self.product(sign == "-")]
        while sign := self.take("+", "-"):
            term = self.product()
            terms.append(term if sign == "+" else Call("neg", (term,)))
        return Call("+", tuple(terms)) if len(terms) > 1 else terms[0]

    def product(self, negative: bool = False) -> Tree:
        tree: Tree = Call("neg", (self.power(),)) if negative else self.power()
        operators = ("*", "/") if self.behaviour else ("*", "/", "%", "\\")
        while sign := self.take(*operators):
            tree = Call(sign, (tree, self.power()))
        return tree

    def power(self) -> Tree:
        if self.behaviour:
            return self.behavioural_power()
        signed = self.peek() == "-"
        base = self.operand()
        if not self.take("**"):
            return base
        exponent = self.operand()
        if self.peek() == "**":
            raise ValueError("a power of a power needs parentheses: programs group it differently")
        if signed:
            raise ValueError(
                "programs disagree about the power of a negative number; use parentheses, or pow(base, exponent)"
            )
        return Call("**", (base, exponent))

    def behavioural_power(self) -> Tree:
        """Return a power, or one with a sign, which acts on the whole of it."""
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        base = self.atom()
        if self.take("**", "^"):
            sign = self.take("+", "-")
            exponent = self.atom()
            if self.peek() in ("**", "^"):
                raise ValueError("a power of a power needs parentheses: programs group it differently")
            base = Call("power of magnitude", (base, Call("neg", (exponent,)) if sign == "-" else exponent))
        return Call("neg", (base,)) if negative else base

    def operand(self) -> Tree:
        """Return what stands behind an operator: of values with a sign, only numbers."""
        sign = self.take("+", "-")
        if sign == "+" or (sign and not self.peek()[:1].isdigit() and self.peek()[:1] != "."):
            raise ValueError(f"programs disagree about a sign behind an operator; write ({sign}{self.peek()}...)")
        return Call("neg", (self.atom(),)) if sign else self.atom()

    def atom(self) -> Tree:
        if self.position < len(self.tokens) and not isinstance(probe := self.tokens[self.position], str):
            self.position += 1
            return probe
        token = self.peek()
        self.position += 1
        if token == "!":
            return Call("!", (self.negated(),))
        if token == "(" or (token == "{" and self.behaviour):
            tree = self.conditional()
            self.close(")" if token == "(" else "}")
            return tree
        if token[:1].isdigit() or token[:1] == ".":
            return Number(self.number(token))
        if not (token[:1].isalpha() or token[:1] == "_"):
            raise ValueError(f"the expression has {token!r} where a value should be" if token else "a value is missing")
        if self.take("("):
            return self.call(token)
        return Name(token)

    def negated(self) -> Tree:
        """Return what stands behind a `!`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"the expression is nested more than {DEEPEST} deep")
        if self.peek() in ("+", "-"):
            raise ValueError(f"programs disagree about a sign behind an operator; write !({self.peek()}...)")
        tree = self.atom()
        self.depth -= 1
        return tree

    def number(self, token: str) -> float:
        if _MIL.fullmatch(token):
            raise ValueError(f"programs disagree about mil in expressions, as in {token}; write metres")
        try:
            return spice_number(token)
        except ValueError as error:
            raise ValueError(f'"{token}" is not a number{advice(token)}') from error

    def call(self, name: str) -> Tree:
        arguments: tuple[Tree, ...] = ()
        if not self.take(")"):
            found = [self.conditional()]
            while self.take(","):
                found.append(self.conditional())
            self.close(")")
            arguments = tuple(found)
        known = None if self.defined is None else self.defined(name, arguments)
        if known is not None:
            return known
        if name in RANDOM:
            instead = "min(max(x, low), high) to clamp, or a number" if name == "limit" else "a number"
            raise ValueError(f"{name} draws a random value in ngspice, another one in each run; write {instead}")
        if name not in self.functions:
            raise ValueError(self.unknown(name))
        function = FUNCTIONS[self.functions[name]]
        if len(arguments) < function.fewest or (function.most is not None and len(arguments) > function.most):
            least = "" if function.most is not None else "at least "
            raise ValueError(f"{name} takes {least}{function.fewest} arguments, not {len(arguments)}")
        return Call(self.functions[name], arguments)

    def unknown(self, name: str) -> str:
        """Return what is said of a function that there is not."""
        if name in ("v", "i"):
            what = (
                "the voltage of a node or two, as in v(a,b)" if name == "v" else "the current of a source, as in i(v1)"
            )
            return (
                f"{name}( asks for {what}"
                if self.behaviour
                else f"{name}( asks for {what}, which only behavioural sources (B, E, G) may; a parameter has one value"
            )
        return f"there is no function {name!r}; known are {', '.join(self.functions)}"

    def close(self, bracket: str) -> None:
        if not self.take(bracket):
            raise ValueError("a parenthesis is not closed")
