"""How is an expression written so that a person reads it at once? With short numbers, and as few parentheses as do."""

import re
from collections.abc import Sequence

from ebana_like.expressions import Call, Current, Name, Number, Tree, Voltage
from ebana_like.units import short

LEVEL = re.compile(r"(.*[. _])?\S+[ _]value", re.I)
"""Names of nodes that are made for the value of a behavioural source."""

SENSED = re.compile(r"(?:.*[. _])?\S+[ _]i\((.*)\)", re.I)
"""Names of nodes that are made for the current of a source."""

_POWERS = frozenset(("whole power", "power of magnitude", "signed power", "**"))

_STRENGTH = {"||": 1, "&&": 2, "+": 4, "*": 5, "/": 5, "%": 5, "\\": 5, "^": 7}
_STRENGTH |= dict.fromkeys((">", "<", ">=", "<=", "==", "!="), 3)


def read_at_once(tree: Tree, controls: Sequence[tuple[str, str]]) -> str:
    """Return an expression whose names "0", "1" ... are the voltages between these nets."""
    return _text(tree, controls, 0)


def without_node(tree: Tree, net: str) -> Tree:
    """Return the expression of a voltage that is held at a node made for it; others as they are.

    There it reads g (v - expression), where v is the voltage of that node.
    """
    if not LEVEL.fullmatch(net) or not isinstance(tree, Call) or len(tree.arguments) != 2:
        return tree
    miss = tree.arguments[1]
    minus = miss.arguments[-1] if isinstance(miss, Call) else None
    return minus.arguments[0] if isinstance(minus, Call) and minus.function == "neg" else tree


def difference(positive: str, negative: str) -> str:
    """Return how the voltage between two nets is written."""
    return f"v({positive})" if negative == "0" else f"v({positive},{negative})"


def _text(tree: Tree, controls: Sequence[tuple[str, str]], around: int) -> str:
    """around: how strongly what stands around it binds."""
    if isinstance(tree, Number):
        return short(tree.value) if tree.value >= 0 or not around else f"({short(tree.value)})"
    if isinstance(tree, Name):
        return difference(*controls[int(tree.name)]) if tree.name.isdigit() else tree.name
    if isinstance(tree, Voltage):
        return difference(tree.positive, tree.negative)
    if isinstance(tree, Current):
        return f"i({tree.source})"
    return _called(tree, controls, around)


def _called(call: Call, controls: Sequence[tuple[str, str]], around: int) -> str:
    factor, last = call.arguments[0], call.arguments[-1]
    if call.function == "*" and isinstance(factor, Number) and isinstance(last, Name) and last.name.isdigit():
        sensed = SENSED.fullmatch(controls[int(last.name)][0])
        if sensed:
            return f"i({sensed[1]})"
    function = "^" if call.function in _POWERS else call.function
    strength = _STRENGTH.get(function)
    if call.function == "neg":
        text, strength = f"-{_text(call.arguments[0], controls, 5)}", 4
    elif strength is not None:
        parts = [_text(argument, controls, strength + (k > 0)) for k, argument in enumerate(call.arguments)]
        if call.function == "+":
            parts = [_text(argument, controls, 4) for argument in call.arguments]
            text = "".join(part if part.startswith("-") or not k else f"+{part}" for k, part in enumerate(parts))
        else:
            text = function.join(parts)
    else:
        return f"{call.function}({','.join(_text(argument, controls, 0) for argument in call.arguments)})"
    return text if strength >= around else f"({text})"
