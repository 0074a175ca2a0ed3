"""Costs, by name."""

from ebana_like.learning.costs.cost import Cost
from ebana_like.learning.costs.cross_entropy import CrossEntropy
from ebana_like.learning.costs.squared_error import SquaredError

COSTS: dict[str, type[SquaredError] | type[CrossEntropy]] = {
    "squared-error": SquaredError,
    "cross-entropy": CrossEntropy,
}

__all__ = ["COSTS", "Cost", "CrossEntropy", "SquaredError"]
