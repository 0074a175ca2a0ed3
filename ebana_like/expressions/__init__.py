"""Expressions of parameters and behavioural sources, as trees: read, worked out, differentiated and written."""

from ebana_like.expressions.evaluate import array, by_name, evaluate, fold
from ebana_like.expressions.functions import FUNCTIONS
from ebana_like.expressions.parse import LONGEST, parse
from ebana_like.expressions.spell import spell
from ebana_like.expressions.tree import Call, Current, Leaf, Name, Number, Tree, Voltage, leaves, names

__all__ = [
    "FUNCTIONS",
    "LONGEST",
    "Call",
    "Current",
    "Leaf",
    "Name",
    "Number",
    "Tree",
    "Voltage",
    "array",
    "by_name",
    "evaluate",
    "fold",
    "leaves",
    "names",
    "parse",
    "spell",
]
