"""What is the value of an expression in braces? Arithmetic on numbers and parameters, and nothing else.

What is accepted has the value that ngspice gives it. What ngspice refuses, and what programs give different values, is
refused.
"""

import math
import re
from collections.abc import Callable

from ebana_like.netlist.deck.numbers import NUMBER, advice, spice_number

LONGEST = 2000
DEEPEST = 40
"""Characters, and nested parentheses, beyond which an expression is refused."""

_TOKEN = re.compile(rf"\s*({NUMBER}[a-zµμ]*|[a-z_]\w*|\*\*|[-+*/(),])", re.ASCII)

_MIL = re.compile(rf"{NUMBER}mil[a-z]*", re.ASCII)

_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "sqrt": (1, math.sqrt),
    "exp": (1, math.exp),
    "ln": (1, math.log),
    "log": (1, math.log),
    "log10": (1, math.log10),
    "abs": (1, abs),
    "floor": (1, math.floor),
    "ceil": (1, math.ceil),
    "sin": (1, math.sin),
    "cos": (1, math.cos),
    "tan": (1, math.tan),
    "atan": (1, math.atan),
    "min": (2, min),
    "max": (2, max),
    "pow": (2, math.pow),
}


def evaluate(text: str, parameter: Callable[[str], float]) -> float:
    """Return the value of a lower-case expression.

    parameter: returns the value of a name. Raises ValueError saying what is wrong.
    """
    if len(text) > LONGEST:
        raise ValueError(f"the expression is longer than {LONGEST} characters")
    try:
        value = float(_Parser(_tokens(text), parameter).all())
    except (ArithmeticError, TypeError) as error:
        raise ValueError("the expression has no value") from error
    if not math.isfinite(value):
        raise ValueError("the expression has no finite value")
    return value


def _tokens(text: str) -> list[str]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            advice = (
                "; write ** for a power, as ^ is exclusive-or in LTspice" if text[position:].strip()[:1] == "^" else ""
            )
            raise ValueError(f"the expression is not understood at {text[position : position + 20]!r}{advice}")
        tokens.append(match[1])
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent: a sign, then a sum of products of powers."""

    def __init__(self, tokens: list[str], parameter: Callable[[str], float]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.parameter = parameter

    def all(self) -> float:
        value = self.sum()
        if self.peek():
            raise ValueError(f"the expression ends before {self.peek()!r}")
        return value

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        """Take the next token if it is one of these."""
        token = self.peek()
        if token not in expected:
            return ""
        self.position += 1
        return token

    def sum(self) -> float:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError(f"the expression is nested more than {DEEPEST} deep")
        negative = self.take("+", "-") == "-"
        value = self.product(negative)
        while sign := self.take("+", "-"):
            value = value + self.product() if sign == "+" else value - self.product()
        self.depth -= 1
        return value

    def product(self, negative: bool = False) -> float:
        value = -self.power() if negative else self.power()
        while sign := self.take("*", "/"):
            value = value * self.power() if sign == "*" else value / self.power()
        return value

    def power(self) -> float:
        signed = self.peek() == "-"
        base = self.operand()
        if not self.take("**"):
            return base
        exponent = self.operand()
        if self.peek() == "**":
            raise ValueError("a power of a power needs parentheses: programs group it differently")
        if signed or (base < 0 and exponent % 2 != 0):
            raise ValueError(
                "programs disagree about the power of a negative number; use parentheses, or pow(base, exponent)"
            )
        return math.pow(base, exponent)

    def operand(self) -> float:
        """Return what stands behind an operator: of values with a sign, only numbers."""
        sign = self.take("+", "-")
        if sign == "+" or (sign and not self.peek()[:1].isdigit() and self.peek()[:1] != "."):
            raise ValueError(f"programs disagree about a sign behind an operator; write ({sign}{self.peek()}...)")
        return -self.atom() if sign else self.atom()

    def atom(self) -> float:
        token = self.peek()
        self.position += 1
        if token == "(":
            value = self.sum()
            self.close()
            return value
        if token[:1].isdigit() or token[:1] == ".":
            if _MIL.fullmatch(token):
                raise ValueError(f"programs disagree about mil in expressions, as in {token}; write metres")
            try:
                return spice_number(token)
            except ValueError as error:
                raise ValueError(f'"{token}" is not a number{advice(token)}') from error
        if not (token[:1].isalpha() or token[:1] == "_"):
            raise ValueError(f"the expression has {token!r} where a value should be" if token else "a value is missing")
        if self.take("("):
            return self.call(token)
        return self.parameter(token)

    def call(self, name: str) -> float:
        if name not in _FUNCTIONS:
            raise ValueError(f"there is no function {name!r}; known are {', '.join(_FUNCTIONS)}")
        count, function = _FUNCTIONS[name]
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.close()
        if len(arguments) != count:
            raise ValueError(f"{name} takes {count} arguments, not {len(arguments)}")
        return function(*arguments)

    def close(self) -> None:
        if not self.take(")"):
            raise ValueError("a parenthesis is not closed")
