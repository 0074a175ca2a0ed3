"""Which functions may an expression call? One closed table: what each is of numbers and of arrays, and its names.

Behaviour is ngspice's, measured: `pow(-2, 3)` is -8 among parameters and 8 in a behavioural source, `pwr(-2, 3)` the
other way round, so that each spelling leads to one function here whose value is the same everywhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LARGEST_EXPONENT = 99 * math.log(10)
"""ngspice's behavioural sources hold exp(x) at 1e99."""

SMALLEST_DIVISOR = 1e-32
"""What ngspice's behavioural sources add to a divisor, away from zero."""

Written = Callable[[list[str]], str]


@dataclass(frozen=True)
class Function:
    """What an expression may call.

    fewest, most: arguments; most is None for any number.
    number: its value for numbers; ValueError or ArithmeticError where it has none.
    array: its value for arrays of a library (array API), which is the first argument.
    parameter, behaviour: what it is called in expressions of parameters, and of behavioural sources; operators, which
        the grammar knows, and what only we call have no such names.
    written: how ngspice's behavioural sources spell it, given the arguments as text.
    """

    fewest: int
    most: int | None
    number: Callable[..., float]
    array: Callable[..., Any]
    parameter: tuple[str, ...] = ()
    behaviour: tuple[str, ...] = ()
    written: Written | None = None


def _infix(operator: str) -> Written:
    return lambda arguments: f"({operator.join(arguments)})"


def _named(name: str) -> Written:
    return lambda arguments: f"{name}({','.join(arguments)})"


def _plain(name: str, number: Callable[[float], float], array: Callable[..., Any]) -> Function:
    """Return a function of one argument that is the same everywhere."""
    return Function(1, 1, number, array, (name,), (name,), _named(name))


def _truth(operator: str, number: Callable[[float, float], bool], array: Callable[..., Any]) -> Function:
    """Return a comparison, which is 1 or 0."""
    return Function(
        2, 2, lambda a, b: float(number(a, b)), lambda xp, a, b: _one(xp, array(a, b)), written=_infix(operator)
    )


def _one(xp: Any, condition: Any) -> Any:
    return xp.where(condition, 1.0, 0.0)


def _against_zero(name: str, number: Callable[[float], bool]) -> Function:
    return Function(
        1, 1, lambda a: float(number(a)), lambda xp, a: _one(xp, number(a)), behaviour=(name,), written=_named(name)
    )


def _sign(value: float) -> float:
    return float((value > 0) - (value < 0))


def _whole_quotient(a: float, b: float) -> float:
    if a / b < 0:
        raise ValueError("programs disagree about a whole quotient below zero; write int(a/b)")
    return float(math.trunc(a / b))


def _even_power(base: float, exponent: float) -> float:
    if base < 0 and exponent % 2 != 0:
        raise ValueError(
            "programs disagree about the power of a negative number; use parentheses, or pow(base, exponent)"
        )
    return math.pow(base, exponent)


def _power_of_magnitude(xp: Any, base: Any, exponent: Any) -> Any:
    return xp.abs(base) ** exponent


def _signed_power(xp: Any, base: Any, exponent: Any) -> Any:
    return xp.sign(base) * xp.abs(base) ** exponent


def _whole_power(xp: Any, base: Any, exponent: Any) -> Any:
    """Return base ** exponent, of which a negative base has an odd power too."""
    odd = xp.where(exponent % 2 == 1, xp.sign(base), 1.0)
    undefined = (base < 0) & (exponent % 1 != 0)
    return xp.where(undefined, xp.nan, odd * xp.abs(base) ** exponent)


def _quotient(xp: Any, a: Any, b: Any) -> Any:
    return a / (b + xp.where(b >= 0, SMALLEST_DIVISOR, -SMALLEST_DIVISOR))


def _remainder(xp: Any, a: Any, b: Any) -> Any:
    return a - b * xp.trunc(a / b)


def pieces(points: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """Return x and y of a table `x1, y1, x2, y2 ...`. Raises ValueError where it is none."""
    x, y = list(points[0::2]), list(points[1::2])
    if len(x) != len(y) or len(x) < 2 or any(b <= a for a, b in pairwise(x)):
        raise ValueError("a table needs two points or more, x1, y1, x2, y2 ..., with rising x")
    return x, y


def _piecewise(xp: Any, at: Any, *points: float) -> Any:
    """Return the lines through the points, the first and last of which go on."""
    x, y = (xp.asarray(values) for values in pieces(points))
    k = xp.clip(xp.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    return y[k] + (at - x[k]) * ((y[1:] - y[:-1]) / (x[1:] - x[:-1]))[k]


def _table(xp: Any, at: Any, *points: float) -> Any:
    """Return the lines through the points, and the first and last values beyond them."""
    return _piecewise(xp, at, *_with_ends(points))


def _with_ends(points: tuple[Any, ...]) -> tuple[Any, ...]:
    return (points[0] - 1, points[1], *points, points[-2] + 1, points[-1])


def _of_numbers(array: Callable[..., Any]) -> Callable[..., float]:
    """Return what a function of arrays is of numbers."""

    def number(*arguments: float) -> float:
        import numpy as np

        return float(array(np, *map(np.float64, arguments)))

    return number


FUNCTIONS: dict[str, Function] = {
    "+": Function(2, None, lambda *a: _sum(a), lambda xp, *a: _sum(a), written=_infix("+")),
    "neg": Function(1, 1, lambda a: -a, lambda xp, a: -a, written=lambda a: f"(-{a[0]})"),
    "*": Function(2, 2, lambda a, b: a * b, lambda xp, a, b: a * b, written=_infix("*")),
    "/": Function(2, 2, lambda a, b: a / b, _quotient, written=_infix("/")),
    "%": Function(2, 2, math.fmod, _remainder),
    "\\": Function(2, 2, _whole_quotient, lambda xp, a, b: xp.trunc(xp.abs(a / b))),
    "**": Function(2, 2, _even_power, _power_of_magnitude),
    ">": _truth(">", lambda a, b: a > b, lambda a, b: a > b),
    "<": _truth("<", lambda a, b: a < b, lambda a, b: a < b),
    ">=": _truth(">=", lambda a, b: a >= b, lambda a, b: a >= b),
    "<=": _truth("<=", lambda a, b: a <= b, lambda a, b: a <= b),
    "==": _truth("==", lambda a, b: a == b, lambda a, b: a == b),
    "!=": _truth("!=", lambda a, b: a != b, lambda a, b: a != b),
    "&&": _truth("&&", lambda a, b: a != 0 and b != 0, lambda a, b: (a != 0) & (b != 0)),
    "||": _truth("||", lambda a, b: a != 0 or b != 0, lambda a, b: (a != 0) | (b != 0)),
    "!": Function(1, 1, lambda a: float(a == 0), lambda xp, a: _one(xp, a == 0), written=lambda a: f"(!{a[0]})"),
    "?": Function(
        3,
        3,
        lambda condition, yes, no: yes if condition != 0 else no,
        lambda xp, condition, yes, no: xp.where(condition != 0, yes, no),
        ("ternary_fcn", "if"),
        ("ternary_fcn", "if"),
        lambda a: f"({a[0]}?{a[1]}:{a[2]})",
    ),
    "sqrt": _plain("sqrt", math.sqrt, lambda xp, a: xp.sqrt(a)),
    "exp": _plain("exp", math.exp, lambda xp, a: xp.exp(xp.minimum(a, LARGEST_EXPONENT))),
    "ln": Function(1, 1, math.log, lambda xp, a: xp.log(a), ("ln", "log"), ("ln", "log"), _named("ln")),
    "log10": _plain("log10", math.log10, lambda xp, a: xp.log10(a)),
    "abs": _plain("abs", abs, lambda xp, a: xp.abs(a)),
    "sgn": _plain("sgn", _sign, lambda xp, a: xp.sign(a)),
    "floor": _plain("floor", math.floor, lambda xp, a: xp.floor(a)),
    "ceil": _plain("ceil", math.ceil, lambda xp, a: xp.ceil(a)),
    "nint": _plain("nint", round, lambda xp, a: xp.round(a)),
    "int": Function(1, 1, math.trunc, lambda xp, a: xp.trunc(a), ("int",)),
    "sin": _plain("sin", math.sin, lambda xp, a: xp.sin(a)),
    "cos": _plain("cos", math.cos, lambda xp, a: xp.cos(a)),
    "tan": _plain("tan", math.tan, lambda xp, a: xp.tan(a)),
    "asin": _plain("asin", math.asin, lambda xp, a: xp.arcsin(a)),
    "acos": _plain("acos", math.acos, lambda xp, a: xp.arccos(a)),
    "atan": Function(1, 1, math.atan, lambda xp, a: xp.arctan(a), ("atan", "arctan"), ("atan",), _named("atan")),
    "sinh": _plain("sinh", math.sinh, lambda xp, a: xp.sinh(a)),
    "cosh": _plain("cosh", math.cosh, lambda xp, a: xp.cosh(a)),
    "tanh": _plain("tanh", math.tanh, lambda xp, a: xp.tanh(a)),
    "asinh": _plain("asinh", math.asinh, lambda xp, a: xp.arcsinh(a)),
    "acosh": _plain("acosh", math.acosh, lambda xp, a: xp.arccosh(a)),
    "atanh": _plain("atanh", math.atanh, lambda xp, a: xp.arctanh(a)),
    "min": Function(2, 2, min, lambda xp, a, b: xp.minimum(a, b), ("min",), ("min",), _named("min")),
    "max": Function(2, 2, max, lambda xp, a, b: xp.maximum(a, b), ("max",), ("max",), _named("max")),
    "sqr": Function(1, 1, lambda a: a * a, lambda xp, a: a * a, ("sqr",)),
    "whole power": Function(2, 2, math.pow, _whole_power, ("pow",)),
    "power of magnitude": Function(
        2,
        2,
        lambda a, b: math.pow(abs(a), b),
        _power_of_magnitude,
        ("pwr",),
        ("pow",),
        _named("pow"),
    ),
    "signed power": Function(
        2, 2, lambda a, b: _sign(a) * math.pow(abs(a), b), _signed_power, (), ("pwr",), _named("pwr")
    ),
    "u": Function(
        1,
        1,
        lambda a: (1 + _sign(a)) / 2,
        lambda xp, a: (1 + xp.sign(a)) / 2,
        behaviour=("u",),
        written=_named("u"),
    ),
    "u2": Function(
        1,
        1,
        lambda a: min(max(a, 0.0), 1.0),
        lambda xp, a: xp.minimum(xp.maximum(a, 0.0), 1.0),
        behaviour=("u2",),
        written=_named("u2"),
    ),
    "uramp": Function(
        1, 1, lambda a: max(a, 0.0), lambda xp, a: xp.maximum(a, 0.0), behaviour=("uramp",), written=_named("uramp")
    ),
    "eq0": _against_zero("eq0", lambda a: a == 0),
    "ne0": _against_zero("ne0", lambda a: a != 0),
    "gt0": _against_zero("gt0", lambda a: a > 0),
    "lt0": _against_zero("lt0", lambda a: a < 0),
    "ge0": _against_zero("ge0", lambda a: a >= 0),
    "le0": _against_zero("le0", lambda a: a <= 0),
    "ddt": Function(1, 1, lambda a: 0.0, lambda xp, a: 0 * a, behaviour=("ddt",), written=_named("ddt")),
    "pwl": Function(5, None, _of_numbers(_piecewise), _piecewise, behaviour=("pwl",)),
    "table": Function(3, None, _of_numbers(_table), _table, behaviour=("table",)),
}

RANDOM = frozenset({"agauss", "gauss", "unif", "aunif", "limit"})
"""What ngspice draws anew in every run; its `limit` among them, which clamps in other programs."""

OF_PARAMETERS = {spelled: name for name, function in FUNCTIONS.items() for spelled in function.parameter}
OF_BEHAVIOUR = {spelled: name for name, function in FUNCTIONS.items() for spelled in function.behaviour}
"""Functions by what expressions call them."""


def _sum(terms: tuple[Any, ...]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
